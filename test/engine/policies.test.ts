import { seed } from "../../emulator";
import { type MovedClock, movedClock } from "./moved-clock";
import { changesSeenBy, createStack, type Declared, diagnosticsOf, type Stack } from "./stack";

const policy = { resource: "BackupPolicy" } as const;
const job = {
  name: "nightly files",
  recipeId: 7,
  config: { root_path: "/var/www" },
  compute: { type: "server", server_id: 9362 },
  storage: { id: 71 },
};
const weekly = [{ cron: "0 3 * * 0", timezone: "Asia/Seoul" }];
const daily = [{ cron: "0 3 * * *", timezone: "Asia/Seoul" }];
const byPlatform: Record<string, Declared> = {
  job: { ...policy, platform: "snapshooter", job, schedules: daily, retention: { keepDaily: 7 } },
  server: {
    ...policy,
    platform: "scp",
    serverId: seed.scp.serverId,
    name: "nightly",
    schedules: weekly,
    retention: { keepWithin: "14d" },
  },
  files: {
    ...policy,
    platform: "scp",
    fileVolumeId: seed.scp.fileVolumeId,
    schedules: daily,
    retention: { keepLast: 7 },
  },
};
const watched: Record<string, Declared> = {
  app: { ...policy, platform: "dscloud", appId: seed.dscloud.appId, maxAge: "26h" },
  backups: { ...policy, platform: "snapshooter", jobId: seed.snapshooter.jobId, maxAge: "26h" },
};

let clock: MovedClock;
let stack: Stack;
let changes: () => string[];

beforeAll(async () => {
  clock = movedClock(Date.UTC(2027, 0, 10, 12));
  stack = await createStack({
    emulator: { now: clock.now },
    env: (emulator) => ({ ...emulator.environment, ...clock.env }),
    resources: { ...byPlatform, ...watched },
  });
  stack.emulator.dscloud.addBackup(seed.dscloud.appId);
  stack.emulator.snapshooter.addBackup(seed.snapshooter.jobId);
  changes = changesSeenBy(stack.emulator);
});
afterAll(async () => {
  await stack.dispose();
  clock.dispose();
});

const up = (...args: string[]) => stack.workspace.up(["--skip-preview", ...args], { expectCode: 0 });
const unchanged = () => stack.workspace.preview(["--expect-no-changes"], { expectCode: 0 });
const outputs = async (name: string) => (await stack.policies())[name]?.outputs ?? {};

test("up makes one policy each, waits until it runs, and makes nothing that is only watched", async () => {
  const run = await up();
  expect(run.stdout).toContain("+ 6 created");
  expect(changes()).toEqual([
    expect.stringMatching(/^scp create-backup /),
    `scp create-file-schedule ${seed.scp.fileVolumeId}`,
    expect.stringMatching(/^snapshooter create-job /),
  ]);
  expect(diagnosticsOf(run, "server")).toEqual([expect.stringMatching(/^warning: .*documents no time zone/)]);
  const policies = await stack.policies();
  const jobId = String(policies["job"]?.outputs?.["policyId"]);
  expect([...stack.emulator.snapshooter.jobs.keys()]).toContain(jobId);
  expect(policies["job"]?.id).toBe(`snapshooter/job/${jobId}`);
  const [backup] = stack.emulator.scp.backup.policies();
  expect(policies["server"]?.id).toBe(`scp/server/${seed.scp.serverId}/${backup?.id}`);
  expect(policies["files"]?.id).toMatch(new RegExp(`^scp/file-volume/${seed.scp.fileVolumeId}/`));
  expect(policies["backups"]?.id).toMatch(new RegExp(`^snapshooter/job/${seed.snapshooter.jobId}/policy/[0-9a-f]{8}$`));
  for (const name of Object.keys(byPlatform)) {
    expect(policies[name]?.outputs).toMatchObject({ runBy: "platform", status: "active" });
  }
  for (const name of Object.keys(watched)) {
    expect(policies[name]?.outputs).toMatchObject({ runBy: "watched", fresh: true });
  }
}, 600_000);

test("a second up, and a refresh, change nothing and show nothing", async () => {
  const again = await up();
  expect(again.output).not.toMatch(/warning|error/i);
  await stack.workspace.refresh(["--expect-no-changes"], { expectCode: 0 });
  await unchanged();
  expect(changes()).toEqual([]);
}, 600_000);

test("an edit is one request where the platform can change it, and a refusal at preview where it can't", async () => {
  stack.declare({
    ...byPlatform,
    ...watched,
    server: { ...byPlatform["server"], retention: { keepWithin: "1mo" } },
    files: { ...byPlatform["files"], retention: { keepLast: 9 } },
  });
  await up();
  expect(changes()).toEqual([
    expect.stringMatching(/^scp set-backup-retention /),
    `scp set-file-schedule ${seed.scp.fileVolumeId}`,
  ]);
  stack.declare({ ...byPlatform, ...watched, job: { ...byPlatform["job"], retention: { keepDaily: 8 } } });
  const refused = await stack.workspace.preview();
  expect(refused.code).not.toBe(0);
  expect(refused.stdout).toMatch(
    /retention\.keepDaily value .* has a problem: can't be changed after creation \(SnapShooter has 7\): .*pulumi refresh/,
  );
  stack.declare({ ...byPlatform, ...watched, server: { ...byPlatform["server"], encrypt: false } });
  expect((await stack.workspace.preview()).stdout).toMatch(/encrypt value .* has a problem: can't be changed after/);
  expect(changes()).toEqual([]);
  stack.declare({ ...byPlatform, ...watched });
  await up();
  expect(changes()).toHaveLength(2);
}, 600_000);

test("what somebody has changed on the platform is shown by a refresh, property by property", async () => {
  const { scp, snapshooter } = stack.emulator;
  const serverId = String((await outputs("server"))["policyId"]);
  scp.backup.setSchedules(serverId, [{ type: "FULL", frequency: "DAILY", start_time: "05:30:00" }]);
  scp.filestorage.setSchedule(seed.scp.fileVolumeId, { retentionCount: 3 });
  Object.assign(snapshooter.jobs.get(String((await outputs("job"))["policyId"])) ?? {}, { name: "weekly files" });
  const shown = await stack.workspace.pulumi(["refresh", "--preview-only", "--diff"]);
  expect(shown.stdout).toMatch(/~ cron *: "0 3 \* \* 0" => "30 5 \* \* \*"/);
  expect(shown.stdout).toMatch(/~ keepLast: 7 => 3/);
  expect(shown.stdout).toMatch(/~ name *: "nightly files" => "weekly files"/);
  await stack.workspace.refresh();
  const preview = await stack.workspace.preview();
  expect(preview.stdout).toMatch(/job\.name value .* has a problem: can't be changed after creation/);
  stack.declare({ ...byPlatform, ...watched, job: { ...byPlatform["job"], job: { ...job, name: "weekly files" } } });
  await up();
  expect(changes()).toEqual([
    expect.stringMatching(/^scp set-backup-schedules /),
    `scp set-file-schedule ${seed.scp.fileVolumeId}`,
  ]);
  await unchanged();
}, 600_000);

test("a backup that is too old fails the check in CI with its numbers, and blocks no up", async () => {
  clock.advance(30);
  const check = await stack.workspace.preview(["--refresh", "--expect-no-changes"]);
  expect(check.code).not.toBe(0);
  for (const name of Object.keys(watched)) {
    expect(diagnosticsOf(check, name).join("\n")).toMatch(
      /warning: stale: the newest usable backup of .* was 30 h \d+ min old at .*; maxAge is 26h/,
    );
  }
  const run = await up("--refresh");
  expect(diagnosticsOf(run, "app").join("\n")).toMatch(/warning: stale: /);
  stack.emulator.dscloud.addBackup(seed.dscloud.appId);
  stack.emulator.snapshooter.addBackup(seed.snapshooter.jobId);
  await up("--refresh");
  await stack.workspace.preview(["--refresh", "--expect-no-changes"], { expectCode: 0 });
  expect(changes()).toEqual([]);
}, 600_000);

test("destroy removes the schedule that it made, forgets the rest, and says how many backups stay", async () => {
  const { scp, snapshooter } = stack.emulator;
  const held = await stack.policies();
  const jobId = String(held["job"]?.outputs?.["policyId"]);
  snapshooter.addBackup(jobId);
  scp.backup.addHistory(String(held["server"]?.outputs?.["policyId"]));
  scp.filestorage.addSnapshot(seed.scp.fileVolumeId);
  const destroy = await stack.workspace.destroy([], { expectCode: 0 });
  expect(changes()).toEqual([`scp delete-file-schedule ${seed.scp.fileVolumeId}`]);
  expect(diagnosticsOf(destroy, "job")).toEqual([
    expect.stringMatching(
      /^warning: forgotten, not deleted: the job keeps running \([0-9a-f-]+\); its 1 backup stays on SnapShooter$/,
    ),
  ]);
  expect(diagnosticsOf(destroy, "server")).toEqual([
    expect.stringMatching(/^warning: forgotten, not deleted: .* keeps running \([0-9a-f-]+\); its 1 backup stays on/),
  ]);
  expect(diagnosticsOf(destroy, "files").join("\n")).toMatch(/its 1 backup stays on/);
  expect(diagnosticsOf(destroy, "app")).toEqual(["kept on DS Cloud: every backup (the policy only watched)"]);
  expect(scp.backup.policies()).toHaveLength(1);
  expect(snapshooter.jobs.has(jobId)).toBe(true);
}, 600_000);
