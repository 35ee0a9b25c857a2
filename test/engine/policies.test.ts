import { join } from "node:path";
import { seed } from "../../emulator";
import { type MovedClock, movedClock } from "../pulumi-cli/moved-clock.js";
import { STACK } from "../support/engine";
import { changesSeenBy, concernsOf, createStack, type Declared, diagnosticsOf, type Stack } from "./stack";

const policy = { resource: "BackupPolicy" } as const;
const daily = [{ cron: "0 3 * * *", timezone: "Asia/Seoul" }];
const weekly = [{ cron: "0 3 * * 0", timezone: "Asia/Seoul" }];
const job = {
  name: "nightly files",
  recipeId: 7,
  config: { root_path: "/var/www" },
  compute: { type: "server", server_id: 9362 },
  storage: { id: 71 },
};

/** Policies run by the platform, observed only, and run by Pulumi. */
const byPlatform = {
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
} satisfies Record<string, Declared>;
const watched: Record<string, Declared> = {
  dscloud: { ...policy, platform: "dscloud", appId: seed.dscloud.appId, maxAge: "26h" },
  backups: { ...policy, platform: "snapshooter", jobId: seed.snapshooter.jobId, maxAge: "26h" },
};
const byUp = {
  app: { ...policy, platform: "discloud", appId: seed.discloud.appId, schedules: daily },
  database: { ...policy, platform: "virtus", databaseId: seed.virtus.databaseId, schedules: daily },
  volume: { ...policy, platform: "scp", volumeId: seed.scp.volumeId, schedules: daily },
} satisfies Record<string, Declared>;
/** The job after somebody has renamed it on its platform. */
const renamed: Declared = { ...byPlatform.job, job: { ...job, name: "weekly files" } };
const declared: Record<string, Declared> = { ...byPlatform, ...watched, ...byUp };

const taken = [
  `discloud create-snapshot ${seed.discloud.appId}`,
  `scp create-snapshot ${seed.scp.volumeId}`,
  `virtus create-database-snapshot ${seed.virtus.databaseId}`,
];

let clock: MovedClock;
let stack: Stack;
let changes: () => string[];

beforeAll(async () => {
  // Noon in London, nine hours later in Seoul.
  clock = movedClock(Date.UTC(2027, 0, 10, 12));
  stack = await createStack({
    emulator: { now: clock.now },
    env: (emulator) => ({ ...emulator.environment, ...clock.env }),
    resources: declared,
  });
  Object.assign(stack.emulator.scp.virtualserver, { creatingMs: 0, deletingMs: 0, raceMs: 0 });
  addBackups();
  changes = changesSeenBy(stack.emulator);
});
afterAll(async () => {
  await stack.dispose();
  clock.dispose();
});

/** Adds a backup to each observed target. */
function addBackups(): void {
  stack.emulator.dscloud.addBackup(seed.dscloud.appId);
  stack.emulator.snapshooter.addBackup(seed.snapshooter.jobId);
}

const up = (...args: string[]) => stack.workspace.up(["--skip-preview", ...args], { expectCode: 0 });
const outputs = async (name: string) => (await stack.policies())[name]?.outputs ?? {};
const snapshotsOf = async (name: string) => (await outputs(name))["snapshots"] as Record<string, unknown>[];

test("up makes one policy each that its platform runs, and takes one snapshot each for the time that has passed", async () => {
  const run = await up();
  expect(changes()).toEqual([
    taken[0],
    expect.stringMatching(/^scp create-backup /),
    `scp create-file-schedule ${seed.scp.fileVolumeId}`,
    taken[1],
    expect.stringMatching(/^snapshooter create-job /),
    taken[2],
  ]);
  for (const name of Object.keys(declared)) {
    const warnings = name === "server" ? [expect.stringMatching(/^warning: .*documents no time zone/)] : [];
    expect([name, concernsOf(run, name)]).toEqual([name, warnings]);
  }
  const policies = await stack.policies();
  const jobId = String(policies["job"]?.outputs?.["policyId"]);
  expect([...stack.emulator.snapshooter.jobs.keys()]).toContain(jobId);
  expect(policies["job"]?.id).toBe(`snapshooter/job/${jobId}`);
  const [backup] = stack.emulator.scp.backup.policies();
  expect(policies["server"]?.id).toBe(`scp/server/${seed.scp.serverId}/${backup?.id}`);
  expect(policies["files"]?.id).toMatch(new RegExp(`^scp/file-volume/${seed.scp.fileVolumeId}/`));
  expect(policies["backups"]?.id).toMatch(new RegExp(`^snapshooter/job/${seed.snapshooter.jobId}/policy/[0-9a-f]{8}$`));
  expect(policies["app"]?.id).toMatch(new RegExp(`^discloud/app/${seed.discloud.appId}/policy/[0-9a-f]{8}$`));
  const slot = "2027-01-09T18:00:00.000Z";
  for (const name of Object.keys(byPlatform)) {
    expect(policies[name]?.outputs).toMatchObject({ runBy: "platform", status: "active" });
  }
  for (const name of Object.keys(watched)) {
    expect(policies[name]?.outputs).toMatchObject({ runBy: "watched", fresh: true });
  }
  for (const name of Object.keys(byUp)) {
    const snapshots = [{ slot, status: "available" }];
    expect(policies[name]?.outputs).toMatchObject({ runBy: "up", status: "active", dueAt: slot, snapshots });
  }
  expect(await snapshotsOf("volume")).toMatchObject([{ name: "volume-20270109T1800Z" }]);
  const own = stack.emulator.scp.virtualserver.snapshotsOf(seed.scp.volumeId).at(-1);
  const { policyId, ownerId } = await outputs("volume");
  expect(own?.description).toBe(`BackupPolicy ${policyId} ${ownerId}`);
});

test("a second up, and a refresh, change nothing and show nothing", async () => {
  const again = await up();
  expect(again.output).not.toMatch(/warning|error/i);
  await stack.workspace.refresh(["--skip-preview", "--expect-no-changes"], { expectCode: 0 });
  expect(changes()).toEqual([]);
});

test("once a time has passed, the preview shows dueAt alone; its plan takes one each, also on a machine whose clock is fast", async () => {
  // This machine's clock is past the scheduled time; the platforms' clock reaches it while the plan is carried out.
  clock.advance((Date.UTC(2027, 0, 10, 18) - clock.now()) / 3_600_000 - 10 / 3600);
  clock.setFast(10);
  const plan = join(stack.workspace.directory, "plan.json");
  const preview = await stack.workspace.preview(["--diff", "--save-plan", plan], { expectCode: 0 });
  expect(preview.stdout).toContain('~ dueAt: "2027-01-09T18:00:00.000Z" => "2027-01-10T18:00:00.000Z"');
  expect(preview.stdout.match(/^ +[~+-] \w+: .*$/gm)).toHaveLength(3);
  expect(changes()).toEqual([]);
  const run = await up("--plan", plan);
  expect(changes()).toEqual(taken);
  for (const name of Object.keys(byUp)) {
    expect(diagnosticsOf(run, name).join("\n")).toMatch(/this machine's clock shows/);
  }
  clock.setFast(0);
});

test("an edit is one request where the platform can change it, and a refusal at preview where it can't", async () => {
  stack.declare({ ...declared, job: { ...byPlatform.job, retention: { keepDaily: 8 } } });
  const refused = await stack.workspace.preview();
  expect(refused.code).not.toBe(0);
  expect(refused.stdout).toMatch(
    /retention\.keepDaily value .* has a problem: can't be changed after creation \(SnapShooter has 7\): .*pulumi refresh/,
  );
  stack.declare({
    ...declared,
    server: { ...byPlatform.server, retention: { keepWithin: "1mo" } },
    files: { ...byPlatform.files, retention: { keepLast: 9 } },
  });
  // Another machine, whose clock is right, takes none for a slot that is settled.
  const env = { PULUMI_HOME: `${stack.workspace.home}-of-another-machine` };
  await stack.workspace.up(["--skip-preview", "--stack", STACK], { env, expectCode: 0 });
  expect(changes()).toEqual([
    expect.stringMatching(/^scp set-backup-retention /),
    `scp set-file-schedule ${seed.scp.fileVolumeId}`,
  ]);
});

test("a refresh shows what was changed on the platform, property by property, and what is due again since it was deleted", async () => {
  const { discloud, virtus, scp, snapshooter } = stack.emulator;
  scp.backup.setSchedules(String((await outputs("server"))["policyId"]), [
    { type: "FULL", frequency: "DAILY", start_time: "05:30:00" },
  ]);
  scp.filestorage.setSchedule(seed.scp.fileVolumeId, { retentionCount: 3 });
  Object.assign(snapshooter.jobs.get(String((await outputs("job"))["policyId"])) ?? {}, { name: "weekly files" });
  discloud.removeSnapshot(seed.discloud.appId, String((await snapshotsOf("app"))[0]?.["id"]));
  scp.virtualserver.removeSnapshot(String((await snapshotsOf("volume"))[0]?.["id"]));
  const newest = virtus.targets.get(seed.virtus.databaseId)?.snapshots.present().at(-1);
  virtus.removeSnapshot(seed.virtus.databaseId, newest as never);
  // Virtus Cloud's list may lag by half an hour.
  clock.advance(1);

  const refresh = await stack.workspace.refresh(["--skip-preview", "--diff"], { expectCode: 0 });
  expect(refresh.stdout).toMatch(/~ cron *: "0 3 \* \* 0" => "30 5 \* \* \*"/);
  expect(refresh.stdout).toMatch(/~ keepLast: 9 => 3/);
  expect(refresh.stdout).toMatch(/~ name *: "nightly files" => "weekly files"/);
  // With --diff the engine shows warnings without their resource's row.
  for (const title of ["Discloud", "Virtus Cloud", "Samsung Cloud Platform"]) {
    expect(refresh.output).toMatch(new RegExp(`warning: .* is gone from ${title}: .*Another one is due`));
  }
  stack.declare({ ...declared, job: renamed });
  const preview = await stack.workspace.preview(["--diff"], { expectCode: 0 });
  expect(preview.stdout.match(/\+ dueAt: "2027-01-10T18:00:00.000Z"/g)).toHaveLength(3);
  await up();
  expect(changes()).toEqual([
    taken[0],
    taken[1],
    expect.stringMatching(/^scp set-backup-retention /),
    expect.stringMatching(/^scp set-backup-schedules /),
    `scp set-file-schedule ${seed.scp.fileVolumeId}`,
    taken[2],
  ]);
});

test("a backup that is too old fails the check in CI with its numbers, and what a retention does not keep is named before it goes", async () => {
  const { scp } = stack.emulator;
  stack.declare({ ...declared, job: renamed, volume: { ...byUp.volume, retention: { keepLast: 1, maxDeletes: 1 } } });
  const own = () =>
    scp.virtualserver
      .snapshotsOf(seed.scp.volumeId)
      .map(({ name }) => name)
      .filter((name) => name?.startsWith("volume-"));
  const foreign = scp.virtualserver.snapshotsOf(seed.scp.volumeId).length - own().length;
  // Two scheduled times pass, of which the later one is settled.
  clock.advance(48);
  const stale = /warning: stale: the newest usable backup of .* was 2 d 7 h old at .*; maxAge is 26h/;

  const check = await stack.workspace.preview(["--refresh", "--expect-no-changes"]);
  expect(check.code).not.toBe(0);
  for (const name of Object.keys(watched)) expect(diagnosticsOf(check, name).join("\n")).toMatch(stale);
  expect(diagnosticsOf(check, "volume")).toEqual([
    expect.stringMatching(/^will take a snapshot of volume .* for 2027-01-12T18:00Z, unless there is one$/),
    expect.stringMatching(
      /^will delete 1 snapshot \(outside keepLast 1\): "volume-20270109T1800Z" .*; 1 more waits for later runs/,
    ),
  ]);

  stack.emulator.faults.add({ platform: "scp", operation: "delete-snapshot", fault: "status", status: 403 });
  const run = await up("--refresh");
  for (const name of Object.keys(watched)) expect(diagnosticsOf(run, name).join("\n")).toMatch(stale);
  expect(diagnosticsOf(run, "volume").join("\n")).toMatch(/warning: .* was to go .* and is not deleted: .*tries again/);
  expect(changes()).toEqual([taken[0], taken[1], `scp delete-snapshot ${seed.scp.volumeId}`, taken[2]]);
  expect(own()).toHaveLength(3);

  addBackups();
  await up("--refresh");
  expect(changes()).toEqual([`scp delete-snapshot ${seed.scp.volumeId}`]);
  for (const name of Object.keys(watched)) expect(await outputs(name)).toMatchObject({ fresh: true });
  const left = await stack.workspace.preview(["--expect-no-changes"]);
  expect(left.code).not.toBe(0);
  expect(left.stdout).toContain("~ 1 to update");
  await up();
  expect(changes()).toEqual([`scp delete-snapshot ${seed.scp.volumeId}`]);
  expect(own()).toEqual(["volume-20270112T1800Z"]);
  expect(scp.virtualserver.snapshotsOf(seed.scp.volumeId)).toHaveLength(foreign + 1);
  expect(await snapshotsOf("volume")).toMatchObject([{ keptBecause: ["newest", "last"] }]);
  await stack.workspace.preview(["--refresh", "--expect-no-changes"], { expectCode: 0 });
  expect(changes()).toEqual([]);
});

test("destroy removes the schedule that it made, deletes no snapshot, and says what keeps running and what stays", async () => {
  const { scp, snapshooter } = stack.emulator;
  const held = await stack.policies();
  const counts = Object.fromEntries(
    await Promise.all(Object.keys(byUp).map(async (name) => [name, (await snapshotsOf(name)).length] as const)),
  );
  const jobId = String(held["job"]?.outputs?.["policyId"]);
  snapshooter.addBackup(jobId);
  scp.backup.addHistory(String(held["server"]?.outputs?.["policyId"]));
  scp.filestorage.addSnapshot(seed.scp.fileVolumeId);
  const destroy = await stack.workspace.destroy(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toEqual([`scp delete-file-schedule ${seed.scp.fileVolumeId}`]);
  const says = {
    job: /^warning: dropped from the state, not deleted: the job keeps running \([0-9a-f-]+\); its 1 backup stays on SnapShooter$/,
    server: /^warning: dropped from the state, not deleted: .* keeps running \([0-9a-f-]+\); its 1 backup stays on/,
    files: /its 1 backup stays on/,
    dscloud: /^kept on DS Cloud: every backup \(the policy only watched\)$/,
    backups: /^kept on SnapShooter: every backup \(the policy only watched\)$/,
    app: new RegExp(`^kept on Discloud: ${counts["app"]} snapshots of this policy `),
    database: new RegExp(`^kept on Virtus Cloud: ${counts["database"]} snapshots of this policy `),
    volume: /^warning: kept on Samsung Cloud Platform: 1 snapshot of this policy; nothing will delete it$/,
  };
  for (const [name, sentence] of Object.entries(says)) {
    expect([name, diagnosticsOf(destroy, name)]).toEqual([name, [expect.stringMatching(sentence)]]);
  }
  expect(scp.backup.policies()).toHaveLength(1);
  expect(snapshooter.jobs.has(jobId)).toBe(true);
});
