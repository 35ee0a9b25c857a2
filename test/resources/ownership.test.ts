import { seed } from "../../emulator";
import { Stack } from "./stack";

let stack: Stack;
afterEach(() => stack.close());

const volume = { platform: "scp", volumeId: seed.scp.volumeId, deletionPolicy: "delete" };
const fileVolume = { platform: "scp", fileVolumeId: seed.scp.fileVolumeId, deletionPolicy: "delete" };
const job = { platform: "snapshooter", jobId: seed.snapshooter.emptyJobId, deletionPolicy: "delete" };
const app = { platform: "discloud", appId: seed.discloud.appId };
const schedules = [{ cron: "0 3 * * *" }];

const made = (name: string, of: Stack = stack) => of.held(name).props;
const deletions = () => stack.emulator.requests.filter(({ method }) => method === "DELETE").length;
const versions = () =>
  (stack.emulator.discloud.apps.get(seed.discloud.appId)?.snapshots.present() ?? []).map(({ version }) => version);
const volumeSnapshots = () => stack.emulator.scp.virtualserver.snapshotsOf(seed.scp.volumeId);
const hours = (count: number) => stack.clock.advance(count * 3_600_000);

describe("an answer that names what existed before the request", () => {
  const oldVersion = (commit: boolean) =>
    stack.fault({
      platform: "discloud",
      operation: "create-snapshot",
      fault: "status",
      status: 200,
      body: { status: "ok", app: { id: seed.discloud.appId }, snapshot: { version: seed.discloud.version } },
      commit,
    });

  it("is no success: the create fails and names it, with adopt as the way", async () => {
    stack = await Stack.start();
    oldVersion(false);
    const { failure } = await stack.up("a", app);
    expect(failure).toMatch(/the answer names snapshot "20241207-190711".*, which existed before the request/);
    expect(failure).toContain('adopt: "20241207-190711"');
    expect(stack.state.size).toBe(0);
    expect((await stack.up("a", app)).failure).toBeUndefined();
    expect(made("a")["snapshotId"]).toBe(versions().at(-1));
    expect(versions()).toHaveLength(2);
  });

  it("is no success either where the platform took one all the same, which is named", async () => {
    stack = await Stack.start();
    oldVersion(true);
    const { failure } = await stack.up("a", app);
    expect(failure).toContain(`may be its result: "${versions().at(-1)}"`);
    expect(failure).toContain(`adopt: "${versions().at(-1)}"`);
  });

  it("settles no slot of a policy", async () => {
    stack = await Stack.start("BackupPolicy");
    const policy = { ...app, schedules, maxAge: "26h", onStale: "fail" };
    oldVersion(false);
    expect((await stack.up("nightly", policy)).failure).toContain("existed before the request");
    expect((await stack.up("nightly", policy)).failure).toBeUndefined();
    expect(made("nightly")["lastSnapshotId"]).toBe(versions().at(-1));
    expect(versions()).toHaveLength(2);
  });

  it("on Virtus Cloud is recognized by its version", async () => {
    stack = await Stack.start();
    const { virtus } = stack.emulator;
    Object.assign(virtus.versionIds, { create: true, appList: true });
    const [old] = virtus.targets.get(seed.virtus.appId)?.snapshots.present() ?? [];
    stack.fault({
      platform: "virtus",
      operation: "create-app-snapshot",
      fault: "status",
      status: 200,
      body: {
        status: "success",
        response: { url: `https://files.example.org/1/${old?.name}.zip`, key: `versionId=${old?.versionId}` },
      },
    });
    const { failure } = await stack.up("a", { platform: "virtus", appId: seed.virtus.appId });
    expect(failure).toContain("existed before the request");
    expect(failure).toContain(`adopt: "${old?.versionId}"`);
  });

  it("never leads to the deletion of a backup that was already running", async () => {
    stack = await Stack.start();
    const running = stack.emulator.snapshooter.addBackup(seed.snapshooter.emptyJobId);
    stack.fault({
      platform: "snapshooter",
      operation: "start-backup",
      fault: "status",
      status: 200,
      body: { backup_id: running.id },
    });
    expect((await stack.up("a", job)).failure).toContain(`adopt: "${running.id}"`);
    expect(stack.state.size).toBe(0);
    expect(deletions()).toBe(0);
  });
});

describe("a snapshot whose time is before the request, and that no complete list showed before", () => {
  it("is the result of a lost answer: no second one is taken", async () => {
    stack = await Stack.start();
    stack.fault({ platform: "scp", operation: "create-snapshot", fault: "reset-after-commit" });
    stack.fault({ platform: "scp", operation: "list-snapshots", fault: "status", status: 500, times: 40, skip: 1 });
    expect((await stack.up("a", volume)).failure).toContain("can't be read");
    stack.emulator.faults.clear();
    // The storage's clock is six minutes behind the gateway's.
    const [taken] = volumeSnapshots().slice(-1);
    Object.assign(taken ?? {}, { createdAtMs: stack.clock.now() - 6 * 60_000 });
    hours(1);
    expect((await stack.up("a", volume)).failure).toBeUndefined();
    expect(made("a")["snapshotId"]).toBe(taken?.id);
    expect(stack.posts()).toBe(1);
  });
});

describe("what was only inferred to be this resource's", () => {
  it.each([
    ["File Storage volume", fileVolume, "create-file-snapshot"],
    ["SnapShooter job", job, "start-backup"],
  ])("on a %s is kept on destroy, with a sentence", async (_title, args, operation) => {
    stack = await Stack.start();
    const platform = args.platform as "scp";
    // The request is not carried out, and a person takes one by hand within seconds.
    stack.fault({ platform, operation, fault: "foreign-snapshot", when: "after" });
    stack.fault({ platform, operation, fault: "status", status: 502 });
    const run = await stack.up("a", args);
    expect(run.failure).toBeUndefined();
    expect(run.warnings).toEqual([
      expect.stringMatching(/the answer to the request of .* was lost; the one new snapshot/),
    ]);
    expect(made("a")).toMatchObject({ adopted: false });
    const destroyed = await stack.destroy("a");
    expect(deletions()).toBe(0);
    expect(destroyed.warnings).toEqual([expect.stringMatching(/^kept on .*: snapshot .* it was only inferred/)]);
  });

  it("is deleted where the platform shows the resource's own mark on it", async () => {
    stack = await Stack.start();
    stack.fault({ platform: "scp", operation: "create-snapshot", fault: "reset-after-commit" });
    expect((await stack.up("a", volume)).failure).toBeUndefined();
    const before = volumeSnapshots().length;
    expect((await stack.destroy("a")).failure).toBeUndefined();
    expect(volumeSnapshots()).toHaveLength(before - 1);
  });

  it("is kept where only the journal of this machine says so", async () => {
    stack = await Stack.start();
    await stack.up("a", volume);
    stack.state.clear();
    const run = await stack.up("a", volume);
    expect(run.warnings.join()).toContain("it is recovered");
    expect(stack.posts()).toBe(1);
    await stack.destroy("a");
    expect(deletions()).toBe(0);
  });
});

describe("two stacks with one URN on one machine", () => {
  it("never delete each other's snapshot", async () => {
    stack = await Stack.start();
    const other = stack.sibling();
    await stack.up("a", volume);
    stack.clock.advance(10 * 60_000);
    await other.up("a", volume);
    await other.destroy("a");
    await stack.refresh("a");
    expect(made("a")["status"]).toBe("available");
  });

  it("never prune each other's backups", async () => {
    stack = await Stack.start("BackupPolicy");
    const other = stack.sibling();
    const { volumeId } = volume;
    const long = { platform: "scp", volumeId, schedules, retention: { keepDaily: 30 } };
    const short = { platform: "scp", volumeId, schedules: [{ cron: "0 4 * * *" }], retention: { keepLast: 1 } };
    for (let day = 0; day < 4; day++) {
      hours(24);
      await stack.up("nightly", long);
      await other.up("nightly", short);
    }
    const kept = made("nightly")["snapshots"] as readonly { readonly id: string }[];
    expect(kept).toHaveLength(4);
    const there = new Set(volumeSnapshots().map(({ id }) => id));
    expect(kept.filter(({ id }) => !there.has(id))).toEqual([]);
  });
});

it("a policy that was renamed keeps its backups from a new policy of its old name", async () => {
  stack = await Stack.start("BackupPolicy");
  const { volumeId } = volume;
  const keep = { platform: "scp", volumeId, schedules, retention: { keepDaily: 30 } };
  const short = { platform: "scp", volumeId, schedules: [{ cron: "30 3 * * *" }], retention: { keepLast: 1 } };
  await stack.up("nightly", keep);
  stack.state.set("archive", stack.held("nightly"));
  stack.state.delete("nightly");
  for (let day = 0; day < 5; day++) {
    hours(24);
    const { verbs } = stack.process();
    await stack.up("nightly", short, verbs);
    await stack.up("archive", keep, verbs);
  }
  const kept = made("archive")["snapshots"] as readonly { readonly id: string }[];
  const there = new Set(volumeSnapshots().map(({ id }) => id));
  expect(kept).toHaveLength(6);
  expect(kept.filter(({ id }) => !there.has(id))).toEqual([]);
});

describe("a policy's slot after a lost answer", () => {
  it("is settled by what an earlier request took, also where the list was late while the run waited", async () => {
    stack = await Stack.start("BackupPolicy");
    const policy = { ...app, schedules };
    stack.fault({ platform: "discloud", operation: "create-snapshot", fault: "reset-before-commit" });
    expect((await stack.up("nightly", policy)).failure).toContain("not known yet");
    stack.fault({ platform: "discloud", operation: "create-snapshot", fault: "reset-after-commit" });
    stack.fault({
      platform: "discloud",
      operation: "list-app-snapshots",
      fault: "list-lag",
      ms: 55_000,
      times: "always",
    });
    const { failure } = await stack.up("nightly", policy);
    if (failure !== undefined) expect((await stack.up("nightly", policy)).failure).toBeUndefined();
    expect(versions()).toHaveLength(2);
    expect(made("nightly")["snapshots"]).toMatchObject([{ id: versions().at(-1), status: "available" }]);
  });
});

describe("reuseWithin", () => {
  it("never goes back to a snapshot that is older than the one replaced", async () => {
    stack = await Stack.start();
    const args = { ...volume, deletionPolicy: "retain", reuseWithin: "1h" };
    const taken: unknown[] = [];
    for (const release of ["1", "2", "3"]) {
      await stack.up("a", { ...args, triggers: { release } });
      taken.push(made("a")["snapshotId"]);
      stack.clock.advance(5 * 60_000);
    }
    expect(new Set(taken).size).toBe(3);
  });

  it("takes another in the next up after one that has failed", async () => {
    stack = await Stack.start();
    const args = { ...volume, deletionPolicy: "retain", reuseWithin: "1h" };
    stack.emulator.scp.virtualserver.outcome = "error";
    expect((await stack.up("a", args)).failure).toContain("The next pulumi up takes another");
    stack.emulator.scp.virtualserver.outcome = "available";
    stack.clock.advance(60_000);
    expect(await stack.up("a", args)).toMatchObject({ step: "replace" });
    expect(made("a")["status"]).toBe("available");
    expect(stack.posts()).toBe(2);
  });
});

describe("a request that another program's triggers followed", () => {
  it("has its candidates named by id, with adopt", async () => {
    stack = await Stack.start();
    stack.fault({ platform: "discloud", operation: "create-snapshot", fault: "reset-after-commit" });
    stack.fault({
      platform: "discloud",
      operation: "list-app-snapshots",
      fault: "status",
      status: 401,
      times: 40,
      skip: 1,
    });
    await stack.up("a", { ...app, triggers: { release: "1" } });
    const orphan = versions().at(-1);
    stack.state.clear();
    stack.emulator.faults.clear();
    const run = await stack.up("a", { ...app, triggers: { release: "2" } });
    expect(run.warnings.join("\n")).toContain(`adopt: "${orphan}"`);
    expect(made("a")["snapshotId"]).not.toBe(orphan);
  });

  it("has them named by destroy as well", async () => {
    stack = await Stack.start();
    stack.fault({ platform: "discloud", operation: "create-snapshot", fault: "reset-after-commit" });
    stack.fault({
      platform: "discloud",
      operation: "list-app-snapshots",
      fault: "status",
      status: 401,
      times: 40,
      skip: 1,
    });
    await stack.up("a", app);
    stack.emulator.faults.clear();
    const run = await stack.destroy("a");
    expect(run.warnings).toEqual([expect.stringContaining(`adopt: "${versions().at(-1)}"`)]);
  });
});

it("a snapshot that somebody takes 20 minutes after a 502 is not claimed", async () => {
  stack = await Stack.start();
  const database = { platform: "virtus", databaseId: seed.virtus.databaseId };
  stack.fault({ platform: "virtus", operation: "create-database-snapshot", fault: "status", status: 502 });
  await stack.up("a", database);
  stack.clock.advance(20 * 60_000);
  stack.emulator.virtus.addSnapshot(seed.virtus.databaseId);
  stack.clock.advance(60_000);
  const { failure } = await stack.up("a", database);
  expect(failure).toContain("No second one is requested");
  expect(made("a")).not.toHaveProperty("snapshotId");
});
