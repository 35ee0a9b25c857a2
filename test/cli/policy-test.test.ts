import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { type Emulator, seed, startEmulator } from "../../emulator";
import { Command, type FakeStack, fakePulumi } from "./command";

const reasoned = z.array(z.strictObject({ id: z.string(), because: z.string().min(1) }));
const document = z.array(
  z.strictObject({
    urn: z.string(),
    name: z.string(),
    nextRuns: z.array(z.iso.datetime()),
    longestGapSeconds: z.int().nullable(),
    kept: reasoned,
    going: reasoned,
  }),
);

const DAY_MS = 86_400_000;
let emulator: Emulator;
let folder: string;
beforeEach(async () => {
  emulator = await startEmulator();
  folder = await mkdtemp(path.join(tmpdir(), "pulumi-snapshots-policy-"));
});
afterEach(async () => {
  await emulator.close();
  await rm(folder, { recursive: true });
});

async function run(args: readonly string[], stack: FakeStack = {}) {
  const env = { ...emulator.environment, PATH: fakePulumi(folder, stack) };
  const command = new Command({ args: ["policy", "test", ...args], env, cwd: folder });
  return { code: await command.ended, stdout: command.stdout, stderr: command.stderr };
}

const urnOf = (name: string, type = "BackupPolicy") =>
  `urn:pulumi:prod::shop::pulumi-nodejs:dynamic/snapshots:${type}::${name}`;

/** A policy in a stack's state. */
const policyIn = (name: string, id: string, outputs: object) => ({
  urn: urnOf(name),
  type: "pulumi-nodejs:dynamic/snapshots:BackupPolicy",
  id,
  custom: true,
  inputs: {},
  outputs: { __urn: urnOf(name), policyId: "0a1b2c3d", createdAt: "2020-01-01T00:00:00.000Z", ...outputs },
});

/** A policy of a volume with one snapshot a day, newest first, and the snapshots' ids. */
function volumePolicy(days: number, retention: object | undefined) {
  const nowMs = Date.now();
  const taken = Array.from({ length: days }, (_, day) =>
    emulator.scp.virtualserver.addSnapshot(seed.scp.volumeId, { createdAtMs: nowMs - 60_000 - day * DAY_MS }),
  );
  const snapshots = taken.map(({ id, createdAtMs }) => ({
    id,
    createdAt: new Date(createdAtMs).toISOString(),
    status: "available",
    region: seed.scp.region,
  }));
  const policy = policyIn("nightly", `scp/volume/${seed.scp.volumeId}/policy/0a1b2c3d`, {
    platform: "scp",
    connection: "scp",
    volumeId: seed.scp.volumeId,
    schedules: [{ cron: "0 3 * * *", timezone: "Europe/Lisbon" }],
    ...(retention === undefined ? {} : { retention }),
    snapshots,
  });
  return { policy, ids: taken.map(({ id }) => id) };
}

test("shows the next ten runs, the longest gap, and what goes and why, on the platform's list", async () => {
  const { policy, ids } = volumePolicy(6, { keepDaily: 3, maxDeletes: 2 });
  const [, , , , , lost = ""] = ids;
  emulator.scp.virtualserver.removeSnapshot(lost);
  const { code, stdout } = await run(["--stack", "prod", "--json"], { resources: [policy] });
  expect(code).toBe(0);
  const [forecast] = document.parse(JSON.parse(stdout));
  expect(forecast).toMatchObject({ urn: policy.urn, name: "nightly", longestGapSeconds: 90_000 });
  expect(forecast?.nextRuns).toHaveLength(10);
  expect(new Date(forecast?.nextRuns[0] ?? "").getTime()).toBeGreaterThan(Date.now());
  expect(forecast?.kept).toEqual([
    { id: ids[0], because: expect.stringMatching(/^newest, daily \d{4}-\d\d-\d\d$/) },
    { id: ids[1], because: expect.stringMatching(/^daily /) },
    { id: ids[2], because: expect.stringMatching(/^daily /) },
    { id: seed.scp.snapshotId, because: "not owned by this policy" },
  ]);
  expect(forecast?.going).toEqual([
    { id: ids[4], because: "outside keepDaily 3" },
    { id: ids[3], because: "outside keepDaily 3" },
  ]);
  expect(emulator.requests.filter(({ changes }) => changes)).toEqual([]);

  const table = await run(["--stack", "prod", "nightly"], { resources: [policy] });
  expect(table.stdout).toMatch(/^nightly\tnext run\t2.*Z\t\n/);
  expect(table.stdout).toMatch(/\nnightly\tlongest gap\t25 h\t\n/);
  expect(table.stdout).toContain(`\nnightly\tgoing\t${ids[3]}\toutside keepDaily 3\n`);
});

test("says what later runs are left, and keeps what another resource of the stack manages", async () => {
  const { policy, ids } = volumePolicy(4, { keepLast: 1, maxDeletes: 1 });
  const snapshot = {
    urn: urnOf("mine", "Snapshot"),
    type: "pulumi-nodejs:dynamic/snapshots:Snapshot",
    id: `scp/volume/${seed.scp.volumeId}/${ids[3]}`,
    custom: true,
    outputs: { platform: "scp", volumeId: seed.scp.volumeId, snapshotId: ids[3] },
  };
  const { stdout } = await run(["--stack", "prod", "--json"], { resources: [policy, snapshot] });
  const [forecast] = document.parse(JSON.parse(stdout));
  expect(forecast?.kept.map(({ id }) => id)).toEqual([ids[0], ids[3], seed.scp.snapshotId]);
  expect(forecast?.going).toEqual([
    { id: ids[2], because: "outside keepLast 1" },
    { id: ids[1], because: "outside keepLast 1; in a later run, because of maxDeletes" },
  ]);
});

test("tells of every kind of policy who decides", async () => {
  const schedules = [{ cron: "0 */6 * * *" }];
  const { policy } = volumePolicy(2, undefined);
  const resources = [
    policy,
    policyIn("app", `discloud/app/${seed.discloud.appId}/policy/0a1b2c3d`, {
      platform: "discloud",
      appId: seed.discloud.appId,
      schedules,
      suspended: true,
      snapshots: [],
    }),
    policyIn("watched", `dscloud/app/${seed.dscloud.appId}/policy/0a1b2c3d`, {
      platform: "dscloud",
      appId: seed.dscloud.appId,
    }),
    policyIn("job", `snapshooter/job/${seed.snapshooter.jobId}`, {
      platform: "snapshooter",
      job: { name: "Docker MySQL SSH" },
      schedules,
      policyId: seed.snapshooter.jobId,
    }),
  ];
  const { code, stdout, stderr } = await run(["--stack", "prod", "--json"], { resources });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "app is suspended\n" });
  const forecasts = Object.fromEntries(document.parse(JSON.parse(stdout)).map((each) => [each.name, each]));
  const reasons = (name: string) => [...new Set(forecasts[name]?.kept.map(({ because }) => because))];
  expect(reasons("nightly")).toEqual(["nothing is pruned without a retention", "not owned by this policy"]);
  expect(forecasts["app"]).toMatchObject({ nextRuns: [], longestGapSeconds: 21_600, going: [] });
  expect(reasons("app")).toEqual(["not owned by this policy"]);
  expect(forecasts["watched"]).toMatchObject({ nextRuns: [], longestGapSeconds: null });
  expect(reasons("watched")).toEqual(["only watched: whoever takes it on DS Cloud decides"]);
  expect(forecasts["job"]?.nextRuns).toHaveLength(10);
  expect(reasons("job")).toEqual(["SnapShooter runs the policy, and deletes by its own retention"]);
});

test("ends with 3 where the stack has no policy, with 1 where it has none of the name", async () => {
  expect(await run(["--stack", "prod", "--json"])).toMatchObject({ code: 3, stdout: "[]\n" });
  const { policy } = volumePolicy(1, undefined);
  const unknown = await run(["--stack", "prod", "daily"], { resources: [policy] });
  expect(unknown).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(/prod has no BackupPolicy daily; it has nightly\n$/),
  });
});

test("fails with 1 where the list can't be had", async () => {
  const { policy } = volumePolicy(1, { keepLast: 1 });
  emulator.faults.add({ platform: "scp", operation: "list-snapshots", fault: "status", status: 403, times: "always" });
  const { code, stdout, stderr } = await run(["--stack", "prod", "--json"], { resources: [policy] });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/\[scp\] list snapshots of volume .*: HTTP 403/);
});

test.each<[string, readonly string[], RegExp]>([
  ["no stack", [], /--stack is missing/],
  ["an option that is none", ["--stack", "prod", "--runs", "5"], /unknown option/],
])("refuses %s with 2", async (_title, args, message) => {
  const { code, stdout, stderr } = await run(args);
  expect(stderr).toMatch(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
});

test("explains itself with --help and an example", async () => {
  const { code, stdout } = await run(["--help"]);
  expect(code).toBe(0);
  for (const part of ["--json", "--connection", "--stack", "Examples:"]) expect(stdout).toContain(part);
});
