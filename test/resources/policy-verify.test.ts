import { type FaultRule, seed } from "../../emulator";
import type { Properties } from "../../provider/resources/host";
import { Stack } from "./stack";

const schedules = [{ cron: "0 3 * * *" }];
const app: Properties = { platform: "discloud", appId: seed.discloud.appId, schedules, verify: "archive" };
const database: Properties = { platform: "virtus", databaseId: seed.virtus.databaseId, schedules, verify: "archive" };
const byUp: readonly [string, Properties, string][] = [
  ["discloud", app, "create-snapshot"],
  ["virtus", database, "create-database-snapshot"],
];

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start("BackupPolicy");
});
afterEach(() => stack.close());

const outs = () => stack.held("p").props;
const count = (operation: string) =>
  stack.emulator.requests.filter((request) => request.operation === operation).length;
const downloads = () => count("download");
const records = () => outs()["snapshots"] as unknown as Record<string, unknown>[];
const onDownload = (platform: string, rule: object) =>
  stack.fault({ platform, operation: "download", times: "always", ...rule } as FaultRule);
const clear = () => stack.emulator.faults.clear();
const minutes = (number: number) => stack.clock.advance(number * 60_000);
const without = ({ verify: _verify, ...args }: Properties): Properties => args;

describe.each(byUp)("a policy that pulumi up runs on %s", (platform, args, create) => {
  it("settles its slot with a verified snapshot, which is downloaded once", async () => {
    expect(await stack.up("p", { ...args, maxAge: "26h" })).toMatchObject({ step: "create", warnings: [] });
    const [record] = records();
    const { verifiedAt, verifiedBytes, sha256 } = outs();
    expect(record).toMatchObject({ status: "available", verifiedAt, verifiedBytes, sha256 });
    expect(outs()).toMatchObject({ fresh: true, sha256: expect.any(String) });
    expect(await stack.up("p", { ...args, maxAge: "26h" })).toMatchObject({ step: "same" });
    await stack.refresh("p");
    expect(outs()).toMatchObject({ fresh: true, verifiedAt, verifiedBytes, sha256 });
    expect(await stack.up("p", { ...args, maxAge: "25h" })).toMatchObject({ step: "update", warnings: [] });
    expect(downloads()).toBe(1);
    expect(records()).toMatchObject([{ sha256 }]);
  });

  it("does not settle its slot with a broken one, and takes another with the next up", async () => {
    onDownload(platform, { fault: "corrupt" });
    const first = await stack.up("p", { ...args, maxAge: "26h" });
    expect(first.failure).toMatch(
      /: snapshot ".*" of .* failed verification: the zip is broken: .*\. The next pulumi up takes another$/,
    );
    const [failed] = records();
    expect(failed).toMatchObject({ status: "failed", brokenBecause: expect.stringMatching(/^the zip is broken/) });
    expect(outs()).toMatchObject({ fresh: false });
    expect(outs()["lastSnapshotId"]).not.toBe(failed?.["id"]);
    clear();
    await stack.refresh("p");
    expect(records()).toMatchObject([{ status: "failed", brokenBecause: expect.any(String) }]);
    expect(outs()).toMatchObject({ fresh: false });
    minutes(1);
    // The preview reports that the newest one is stale.
    expect((await stack.up("p", { ...args, maxAge: "26h" })).failure).toBeUndefined();
    expect(records()).toMatchObject([
      { status: "available", sha256: expect.any(String) },
      { id: failed?.["id"], status: "failed" },
    ]);
    expect(outs()).toMatchObject({ fresh: true, lastSnapshotId: records()[0]?.["id"] });
    expect(await stack.up("p", { ...args, maxAge: "26h" })).toMatchObject({ step: "same" });
    expect(count(create)).toBe(2);
    expect(downloads()).toBe(3);
  });

  it("verifies the same one where its store could not be reached, and takes no second one", async () => {
    onDownload(platform, { fault: "reset-before-commit" });
    const args26 = { ...args, maxAge: "26h" };
    expect((await stack.up("p", args26)).failure).toMatch(/could not be verified: .*, which verifies the same one/);
    expect(records()).toMatchObject([{ status: "running", unverifiedBecause: expect.any(String) }]);
    expect(outs()).toMatchObject({ fresh: false });
    await stack.refresh("p");
    expect(records()).toMatchObject([{ status: "running" }]);
    expect((await stack.preview("p", args26)).told).toContainEqual(
      expect.stringMatching(/^snapshot ".*" of .* for 2026-11-20T03:00Z is not verified: .*; will verify it$/),
    );
    expect((await stack.up("p", args26)).failure).toMatch(/could not be verified: /);
    clear();
    expect((await stack.up("p", args26)).failure).toBeUndefined();
    expect(records()).toMatchObject([{ status: "available", sha256: expect.any(String) }]);
    expect(records()[0]).not.toHaveProperty("unverifiedBecause");
    expect(outs()).toMatchObject({ fresh: true });
    expect(await stack.up("p", args26)).toMatchObject({ step: "same" });
    expect(count(create)).toBe(1);
  });

  it("verifies what it holds for its slot once that is asked for, and forgets it when not", async () => {
    await stack.up("p", without(args));
    expect(await stack.up("p", args)).toMatchObject({ step: "update", warnings: [] });
    expect(records()).toMatchObject([{ status: "available", sha256: expect.any(String) }]);
    expect(downloads()).toBe(1);
    expect(await stack.up("p", args)).toMatchObject({ step: "same" });
    expect(await stack.up("p", without(args))).toMatchObject({ step: "update", warnings: [] });
    for (const name of ["verifiedAt", "verifiedBytes", "sha256"]) {
      expect(outs()).not.toHaveProperty(name);
      expect(records()[0]).not.toHaveProperty(name);
    }
    expect(records()).toMatchObject([{ status: "available" }]);
    expect(count(create)).toBe(1);
    expect(downloads()).toBe(1);
  });

  it("does not settle its slot with somebody else's that is broken", async () => {
    minutes(60);
    if (platform === "discloud") {
      // Its time is known only beside a snapshot whose time is.
      await stack.up("p", without(args));
      minutes(24 * 60);
      stack.emulator.discloud.addSnapshot(seed.discloud.appId);
    } else {
      stack.emulator.virtus.addSnapshot(seed.virtus.databaseId);
    }
    const before = count(create);
    onDownload(platform, { fault: "corrupt" });
    expect((await stack.up("p", args)).failure).toMatch(/failed verification/);
    expect(count(create)).toBe(before);
    clear();
    minutes(1);
    expect(await stack.up("p", args)).toMatchObject({ step: "update", warnings: [] });
    expect(count(create)).toBe(before + 1);
    expect(records()[0]).toMatchObject({ status: "available", sha256: expect.any(String) });
  });
});

describe.each([
  ["dscloud", { platform: "dscloud", appId: seed.dscloud.appId, verify: "archive" }],
  ["snapshooter", { platform: "snapshooter", jobId: seed.snapshooter.jobId, verify: "archive" }],
] as const)("a policy that watches %s", (platform, args) => {
  const add = () =>
    platform === "dscloud"
      ? stack.emulator.dscloud.addBackup(seed.dscloud.appId).name
      : stack.emulator.snapshooter.addBackup(seed.snapshooter.jobId).id;
  const judged = { ...args, maxAge: "26h" };

  it("verifies the newest backup, once", async () => {
    const id = add();
    expect(await stack.up("p", judged)).toMatchObject({ step: "create", warnings: [] });
    const { verifiedAt, verifiedBytes } = outs();
    expect(outs()).toMatchObject({ fresh: true, lastSnapshotId: id, verifiedBytes: expect.any(Number) });
    expect(outs()["sha256"] !== undefined).toBe(platform === "dscloud");
    expect(await stack.up("p", judged)).toMatchObject({ step: "same" });
    await stack.refresh("p");
    expect(outs()).toMatchObject({ fresh: true, verifiedAt, verifiedBytes });
    expect(await stack.up("p", judged)).toMatchObject({ step: "same" });
    expect(await stack.up("p", { ...judged, maxAge: "25h" })).toMatchObject({ step: "update", warnings: [] });
    expect(downloads()).toBe(1);
  });

  it("verifies a newer one after a refresh has seen it", async () => {
    add();
    await stack.up("p", args);
    minutes(60);
    const id = add();
    await stack.refresh("p");
    expect((await stack.preview("p", args)).told).toContainEqual(
      expect.stringMatching(/^the newest backup of .* is not verified yet: will verify it$/),
    );
    expect(await stack.up("p", args)).toMatchObject({ step: "update", warnings: [] });
    expect(outs()).toMatchObject({ lastSnapshotId: id, verifiedAt: "2026-11-21T03:30:15.250Z" });
    expect(await stack.up("p", args)).toMatchObject({ step: "same" });
    expect(downloads()).toBe(2);
  });

  it("does not count a broken one, and warns of it", async () => {
    const older = add();
    minutes(60);
    const newer = add();
    onDownload(platform, { fault: "corrupt", times: 2 });
    const run = await stack.up("p", judged);
    expect(run).toMatchObject({ step: "create" });
    expect(run.warnings).toEqual([
      expect.stringMatching(
        /^the newest backup of .* failed verification: .*the zip is broken: .*; it does not count as a backup$/,
      ),
    ]);
    expect(run.warnings[0]).toContain(newer);
    expect(outs()).toMatchObject({ fresh: true, lastSnapshotId: older });
    expect(await stack.up("p", judged)).toMatchObject({ step: "same" });
    expect((await stack.refresh("p")).warnings).toHaveLength(1);
    expect(outs()).toMatchObject({ fresh: true, lastSnapshotId: older });
    expect(downloads()).toBe(3);
  });

  it("fails by onStale where no intact one is young enough", async () => {
    minutes(30 * 24 * 60);
    const id = add();
    onDownload(platform, { fault: "corrupt", times: 2 });
    const run = await stack.up("p", { ...judged, onStale: "fail" });
    expect(run.failure).toMatch(/^stale: the newest usable backup of /);
    expect(run.failure).not.toContain(id);
    expect(outs()).toMatchObject({ fresh: false });
    minutes(60);
    add();
    await stack.refresh("p");
    expect(await stack.up("p", { ...judged, onStale: "fail" })).toMatchObject({ step: "update", warnings: [] });
    expect(outs()).toMatchObject({ fresh: true });
  });

  it("warns while the newest one's store can't be reached, and asks again with each up", async () => {
    const id = add();
    onDownload(platform, { fault: "reset-before-commit" });
    const run = await stack.up("p", args);
    expect(run).toMatchObject({ step: "create" });
    expect(run.warnings).toEqual([
      expect.stringMatching(/could not be verified: .*; it does not count until the next pulumi up has verified it$/),
    ]);
    expect(outs()["lastSnapshotId"]).not.toBe(id);
    await stack.refresh("p");
    expect(outs()["lastSnapshotId"]).not.toBe(id);
    expect(await stack.up("p", args)).toMatchObject({ step: "update", warnings: [expect.any(String)] });
    clear();
    expect(await stack.up("p", args)).toMatchObject({ step: "update", warnings: [] });
    expect(outs()).toMatchObject({ lastSnapshotId: id, verifiedBytes: expect.any(Number) });
    expect(await stack.up("p", args)).toMatchObject({ step: "same" });
  });

  it("drops what was found once nobody asks for it", async () => {
    add();
    await stack.up("p", args);
    expect(await stack.up("p", without(args))).toMatchObject({ step: "update" });
    for (const name of ["verifiedAt", "verifiedBytes", "sha256", "verdicts"]) expect(outs()).not.toHaveProperty(name);
    expect(await stack.up("p", without(args))).toMatchObject({ step: "same" });
  });
});

describe("check", () => {
  const check = (args: Properties) => stack.process().verbs.check({}, args).failures;

  it("refuses verify for a job that SnapShooter runs", () => {
    const job = {
      name: "nightly",
      recipeId: 7,
      config: {},
      compute: { type: "server", server_id: 1 },
      storage: { id: 71 },
    };
    const retention = { keepDaily: 7 };
    expect(check({ platform: "snapshooter", job, schedules, retention, verify: "archive" })).toEqual([
      { property: "verify", reason: "goes with jobId only; remove it" },
    ]);
  });

  it("refuses verify on Samsung Cloud Platform, and anything but an archive elsewhere", () => {
    const volume = { platform: "scp", volumeId: seed.scp.volumeId, schedules, verify: "archive" };
    expect(check(volume)).toEqual([
      { property: "verify", reason: expect.stringMatching(/^unknown argument "verify" on Samsung Cloud Platform /) },
    ]);
    expect(check({ ...app, verify: "zip" })).toEqual([
      { property: "verify", reason: expect.stringMatching(/^must be "archive"/) },
    ]);
  });
});
