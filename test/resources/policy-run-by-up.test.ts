import { seed } from "../../emulator";
import type { Properties } from "../../provider/resources/host";
import { Stack, urnOf } from "./stack";

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start("BackupPolicy");
});
afterEach(() => stack.close());

const schedules = [{ cron: "0 3 * * *" }];
const app = { platform: "discloud", appId: seed.discloud.appId, schedules };
const database = { platform: "virtus", databaseId: seed.virtus.databaseId, schedules };
const volume = { platform: "scp", volumeId: seed.scp.volumeId, schedules };
const targets: readonly [string, Properties][] = [
  ["discloud", app],
  ["virtus", database],
  ["scp", volume],
];

const hours = (count: number) => stack.clock.advance(count * 3_600_000);
const made = () => stack.emulator.requests.filter(({ method, changes }) => method === "POST" && changes).length;
const outs = () => stack.held("nightly").props;
const snapshots = () => outs()["snapshots"] as { id: string; slot?: string; adopted?: boolean; status: string }[];
const up = (args: Properties) => stack.up("nightly", args);
/** A process on a machine whose clock is ahead of the platforms'. */
const machineAhead = (minutes: number) => {
  const process = stack.process();
  const { now } = stack.clock;
  Object.assign(process.session.host, { clock: { ...stack.clock, now: () => now() + minutes * 60_000 } });
  return process;
};
const told = () => stack.told.map(({ message }) => message);

describe.each(targets)("a policy that pulumi up runs on %s", (_platform, args) => {
  it("takes one snapshot a slot, however many runs there are", async () => {
    expect(await up(args)).toMatchObject({ step: "create", warnings: [] });
    expect(outs()).toMatchObject({ dueAt: "2026-11-20T03:00:00.000Z", runBy: "up", status: "active" });
    expect(await up(args)).toMatchObject({ step: "same" });
    hours(1);
    expect((await stack.preview("nightly", args)).told).toEqual([
      expect.stringMatching(/^will take a snapshot of .* for 2026-11-21T03:00Z, unless there is one$/),
    ]);
    stack.told.length = 0;
    expect(await up(args)).toMatchObject({ step: "update", warnings: [] });
    expect(told()).toEqual([expect.stringMatching(/^took snapshot .* for 2026-11-21T03:00Z \(.*\d s\)$/)]);
    expect(outs()["dueAt"]).toBe("2026-11-21T03:00:00.000Z");
    expect(snapshots().map(({ slot }) => slot)).toEqual(["2026-11-21T03:00:00.000Z", "2026-11-20T03:00:00.000Z"]);
    expect(await up(args)).toMatchObject({ step: "same" });
    expect(made()).toBe(2);
  });

  it("takes one where two slots have passed", async () => {
    await up(args);
    hours(48);
    expect(await up(args)).toMatchObject({ step: "update" });
    expect(outs()["dueAt"]).toBe("2026-11-22T03:00:00.000Z");
    expect(made()).toBe(2);
  });

  it("takes none while it is suspended, and one once it goes on", async () => {
    await up(args);
    const dueAt = outs()["dueAt"];
    await up({ ...args, suspended: true });
    hours(24);
    expect(await up({ ...args, suspended: true })).toMatchObject({ step: "same" });
    expect(outs()).toMatchObject({ dueAt, status: "suspended" });
    expect(made()).toBe(1);
    await up(args);
    expect(outs()).toMatchObject({ dueAt: "2026-11-21T03:00:00.000Z", status: "active" });
    expect(made()).toBe(2);
  });

  it("keeps what it has taken where the answer was lost, and takes no second one", async () => {
    const name = args["platform"] === "discloud" ? "discloud" : args["platform"] === "virtus" ? "virtus" : "scp";
    stack.fault({ platform: name, operation: createOf(args), fault: "reset-after-commit" });
    await up(args);
    expect(snapshots()).toHaveLength(1);
    expect(await up(args)).toMatchObject({ step: "same" });
    expect(made()).toBe(1);
  });

  it("takes over what a run made that was killed before its state was stored", async () => {
    await up(args);
    hours(24);
    const before = { ...stack.held("nightly") };
    await up(args);
    stack.state.set("nightly", before);
    await up(args);
    expect(made()).toBe(2);
    expect(snapshots()).toHaveLength(2);
  });

  it("waits for the slot by the platform's clock where this machine's is fast", async () => {
    stack.clock.advance(27 * 60_000);
    const run = await stack.up("nightly", args, machineAhead(4).verbs);
    expect(run).toMatchObject({ step: "create", warnings: [] });
    expect(stack.announced).toContainEqual(
      expect.stringMatching(
        /^waiting \d+ s for 2026-11-21T03:00:00.000Z on .*'s clock: this machine's clock shows .* and /,
      ),
    );
    expect(snapshots()).toMatchObject([{ slot: "2026-11-21T03:00:00.000Z" }]);
    expect(stack.clock.now()).toBeGreaterThanOrEqual(Date.UTC(2026, 10, 21, 3));
    expect(await up(args)).toMatchObject({ step: "same" });
    hours(1);
    expect(await up(args)).toMatchObject({ step: "same" });
    expect(made()).toBe(1);
  });

  it("takes nothing for a slot that is far ahead on the platform's clock, and names both clocks", async () => {
    await up(args);
    const before = stack.held("nightly").props;
    const run = await stack.up("nightly", args, machineAhead(30).verbs);
    expect(run.failure).toMatch(
      /: the scheduled time 2026-11-21T03:00:00.000Z has not come yet: this machine's clock shows 2026-11-21T03:00:.* and .*'s 2026-11-21T02:30:.*\. No snapshot is taken; correct this machine's clock/,
    );
    expect(stack.held("nightly").props).toBe(before);
    expect(made()).toBe(1);
    hours(1);
    expect(await up(args)).toMatchObject({ step: "update" });
    expect(made()).toBe(2);
  });

  it("does not wait for a slot that another machine, whose clock was fast, has settled", async () => {
    stack.clock.advance(27 * 60_000);
    await up({ ...args, schedules: [{ cron: "0 2 * * *" }] });
    const held = stack.held("nightly");
    const dueAt = "2026-11-21T03:00:00.000Z";
    held.inputs = { ...held.inputs, schedules, dueAt };
    held.props = { ...held.props, schedules, dueAt, snapshots: snapshots().map((each) => ({ ...each, slot: dueAt })) };
    expect(await up(args)).toMatchObject({ step: "same" });
    expect(await up({ ...args, maxAge: "26h" })).toMatchObject({ step: "update" });
    expect(stack.announced).toEqual([]);
    expect(made()).toBe(1);
  });

  it("forgets on destroy, and says how many stay", async () => {
    await up(args);
    const run = await stack.destroy("nightly");
    const line = expect.stringMatching(/^kept on .*: 1 snapshot of this policy/);
    // Where something can delete them, somebody has to take care of that from now on.
    expect(run.warnings).toEqual(args.platform === "scp" ? [line] : []);
    expect(told().at(-1)).toEqual(args.platform === "scp" ? expect.stringMatching(/^took /) : line);
    expect(made()).toBe(1);
  });

  it("has no diff where only a refresh has happened", async () => {
    await up(args);
    await stack.refresh("nightly");
    expect(await up(args)).toMatchObject({ step: "same" });
    expect(made()).toBe(1);
  });

  it("is due again once its snapshot is proven gone, and only then", async () => {
    await up(args);
    hours(1);
    await up(args);
    stack.fault({ platform: String(args["platform"]), fault: "status", status: 500, times: 20 });
    expect(await stack.refresh("nightly")).toMatchObject({ failure: expect.any(String) });
    stack.emulator.faults.clear();
    hours(1);
    removeNewest(args);
    const refreshed = await stack.refresh("nightly");
    expect(refreshed.warnings.join("\n")).toMatch(/which was taken for 2026-11-21T03:00:00.000Z, is gone/);
    expect(stack.held("nightly").inputs).not.toHaveProperty("dueAt");
    expect(await up(args)).toMatchObject({ step: "update" });
    expect(made()).toBe(3);
    expect(await up(args)).toMatchObject({ step: "same" });
  });

  it("asks for another kind of snapshot in its place when its target changes", async () => {
    await up(args);
    const argument = Object.keys(args).find((name) => name.endsWith("Id")) ?? "";
    const { verbs } = stack.process();
    const news = { ...args, [argument]: "another", dueAt: outs()["dueAt"] ?? "" };
    expect(verbs.diff(stack.held("nightly").id, outs(), { ...outs(), ...news }).replaces).toEqual([argument]);
  });
});

function removeNewest({ platform }: Properties): void {
  const { discloud, virtus, scp } = stack.emulator;
  if (platform === "discloud") {
    const shelf = discloud.apps.get(seed.discloud.appId)?.snapshots;
    const newest = shelf?.present().at(-1);
    if (newest !== undefined) shelf?.remove(newest);
  } else if (platform === "virtus") {
    const newest = virtus.targets.get(seed.virtus.databaseId)?.snapshots.present().at(-1);
    if (newest !== undefined) virtus.removeSnapshot(seed.virtus.databaseId, newest);
  } else {
    scp.virtualserver.removeSnapshot(String(snapshots()[0]?.id));
  }
}

describe("a slot that somebody else's snapshot could settle", () => {
  it("is settled by one that was completed after it, on an app host", async () => {
    await up(database);
    hours(1);
    const foreign = stack.emulator.virtus.addSnapshot(seed.virtus.databaseId);
    await up(database);
    expect(made()).toBe(1);
    expect(snapshots()[0]).toMatchObject({ adopted: true, slot: "2026-11-21T03:00:00.000Z" });
    expect(outs()["lastSnapshotAt"]).toBe(new Date(foreign.modifiedMs).toISOString());
    expect(told().join("\n")).toMatch(/^took none for 2026-11-21T03:00Z: snapshot .* counts for it/m);
  });

  it("names the others that could settle it: a run on another machine may have taken one of them", async () => {
    await up(database);
    hours(1);
    const taken = [1, 2].map(() => stack.emulator.virtus.addSnapshot(seed.virtus.databaseId).versionId);
    await up(database);
    expect(made()).toBe(1);
    for (const versionId of taken) expect(told().at(-1)).toContain(versionId);
  });

  it("is settled on Discloud once an own version shows the zone, and not before", async () => {
    stack.emulator.discloud.addSnapshot(seed.discloud.appId);
    await up(app);
    expect(made()).toBe(1);
    hours(1);
    stack.emulator.discloud.addSnapshot(seed.discloud.appId);
    await up(app);
    expect(made()).toBe(1);
    expect(snapshots()[0]).toMatchObject({ adopted: true });
  });

  it("is not settled by one from before it", async () => {
    await up(database);
    stack.emulator.virtus.addSnapshot(seed.virtus.databaseId);
    hours(1);
    await up(database);
    expect(made()).toBe(2);
  });

  it("is not settled by one of another name on Samsung Cloud Platform", async () => {
    await up(volume);
    hours(1);
    stack.emulator.scp.virtualserver.addSnapshot(seed.scp.volumeId);
    await up(volume);
    expect(made()).toBe(2);
  });

  it("is settled by its own name on Samsung Cloud Platform, from any machine, and is its own from then on", async () => {
    await up(volume);
    hours(1);
    const before = { ...stack.held("nightly") };
    await up(volume);
    stack.state.set("nightly", before);
    stack.journal.clear();
    await up(volume);
    expect(made()).toBe(2);
    expect(snapshots()[0]).toMatchObject({ name: "nightly-20261121T0300Z", slot: "2026-11-21T03:00:00.000Z" });
    expect(snapshots()[0]).not.toHaveProperty("adopted");
  });

  it("is waited for while its own snapshot runs", async () => {
    stack.emulator.scp.virtualserver.addSnapshot(seed.scp.volumeId, {
      name: "nightly-20261120T0300Z",
      createdAtMs: stack.clock.now(),
      status: "creating",
    });
    const running = stack.emulator.scp.virtualserver.snapshotsOf(seed.scp.volumeId).at(-1);
    const sleep = stack.clock.sleep;
    Object.assign(stack.clock, {
      sleep: (milliseconds: number) => {
        stack.emulator.scp.virtualserver.setStatus(String(running?.id), "available");
        return sleep(milliseconds);
      },
    });
    await up(volume);
    expect(made()).toBe(0);
    expect(snapshots()).toEqual([expect.objectContaining({ id: running?.id, status: "available" })]);
  });

  it("is settled by another one where the first has failed", async () => {
    stack.emulator.scp.virtualserver.addSnapshot(seed.scp.volumeId, {
      name: "nightly-20261120T0300Z",
      status: "error",
    });
    await up(volume);
    expect(made()).toBe(1);
  });
});

describe("a snapshot that a run took and that was killed before its state was stored", () => {
  it("is recovered within the hour, where only the journal knows of it", async () => {
    await up(app);
    stack.state.clear();
    stack.clock.advance(20 * 60_000);
    const run = await up(app);
    expect(run.warnings.join("\n")).toMatch(/was stopped before its state was stored: it is recovered/);
    expect(made()).toBe(1);
    expect(await up(app)).toMatchObject({ step: "same" });
  });

  it("is taken over where the list is late and the platform shows it by its id", async () => {
    await up(volume);
    stack.state.clear();
    stack.clock.advance(2 * 60_000);
    stack.fault({ platform: "scp", fault: "list-lag", ms: 30 * 60_000, times: "always" });
    await up(volume);
    expect(made()).toBe(1);
    expect(snapshots()).toMatchObject([{ status: "available", slot: "2026-11-20T03:00:00.000Z" }]);
  });
});

describe("a schedule that is edited", () => {
  it("takes no other one where its last time lies before what was taken", async () => {
    hours(1);
    await up(volume);
    expect(await up({ ...volume, schedules: [{ cron: "30 1 * * *" }] })).toMatchObject({ step: "update" });
    expect(outs()["dueAt"]).toBe("2026-11-21T01:30:00.000Z");
    expect(made()).toBe(1);
  });

  it("takes one where its last time lies after what was taken", async () => {
    await up(volume);
    await up({ ...volume, schedules: [{ cron: "15 2 * * *" }] });
    expect(outs()["dueAt"]).toBe("2026-11-21T02:15:00.000Z");
    expect(made()).toBe(2);
  });
});

describe("a snapshot whose end a run does not see", () => {
  it("is waited for by the next up where the list does not show it yet", async () => {
    stack.emulator.scp.virtualserver.creatingMs = 60_000;
    await up({ ...volume, timeouts: { create: "20s" } });
    expect(snapshots()).toMatchObject([{ status: "running" }]);
    stack.fault({ platform: "scp", fault: "list-lag", ms: 30 * 60_000, times: "always" });
    expect((await up(volume)).failure).toBeUndefined();
    expect(made()).toBe(1);
    expect(snapshots()).toMatchObject([{ status: "available" }]);
  });

  it("is recorded for its own slot where the one before was not known until then", async () => {
    const { virtualserver } = stack.emulator.scp;
    stack.fault({ platform: "scp", operation: "create-snapshot", fault: "reset-after-commit" });
    virtualserver.volumes.get(seed.scp.volumeId)?.snapshots.hold();
    await up(volume);
    expect(outs()).toMatchObject({ unfinished: { labels: { slot: "2026-11-20T03:00:00.000Z" } } });
    virtualserver.volumes.get(seed.scp.volumeId)?.snapshots.release();
    virtualserver.creatingMs = 60_000;
    hours(24);
    await up({ ...volume, timeouts: { update: "20s" } });
    expect(snapshots()).toMatchObject([
      { status: "running", slot: "2026-11-21T03:00:00.000Z" },
      { status: "available", slot: "2026-11-20T03:00:00.000Z" },
    ]);
  });

  it("settles its slot where somebody else's came with it and nothing tells them apart, with both named", async () => {
    hours(1);
    stack.fault({
      platform: "virtus",
      operation: "create-database-snapshot",
      fault: "foreign-snapshot",
      when: "after",
    });
    stack.fault({ platform: "virtus", operation: "create-database-snapshot", fault: "reset-after-commit" });
    const run = await up(database);
    expect(run.failure).toBeUndefined();
    const two = stack.emulator.virtus.targets.get(seed.virtus.databaseId)?.snapshots.present().slice(-2) ?? [];
    for (const { versionId } of two) expect(run.warnings.join("\n")).toContain(versionId);
    expect(made()).toBe(1);
    expect(await up(database)).toMatchObject({ step: "same" });
  });

  it("stops no later slot where it was never taken and somebody else's came hours after", async () => {
    stack.fault({ platform: "virtus", operation: "create-database-snapshot", fault: "reset-before-commit" });
    await up(database);
    expect(outs()).toMatchObject({ status: "pending" });
    hours(12);
    stack.emulator.virtus.addSnapshot(seed.virtus.databaseId);
    hours(13);
    expect(await up(database)).toMatchObject({ step: "update" });
    expect(snapshots()).toMatchObject([{ slot: "2026-11-22T03:00:00.000Z", status: "available" }]);
    expect(await up(database)).toMatchObject({ step: "same" });
  });

  it("is in the state, keeps a diff, and is gone on with by the next up", async () => {
    stack.emulator.virtus.holdLists();
    stack.fault({ platform: "virtus", operation: "create-database-snapshot", fault: "reset-after-commit" });
    const run = await up({ ...database, timeouts: { create: "1m" } });
    expect(run.failure).toMatch(/The request is recorded: run pulumi up again/);
    expect(outs()).toMatchObject({ status: "pending", unfinished: { labels: { slot: "2026-11-20T03:00:00.000Z" } } });
    stack.emulator.virtus.releaseLists();
    expect(await up(database)).toMatchObject({ step: "update" });
    expect(made()).toBe(1);
    expect(outs()).toMatchObject({ status: "active" });
    expect(outs()).not.toHaveProperty("unfinished");
    expect(snapshots()).toEqual([expect.objectContaining({ slot: "2026-11-20T03:00:00.000Z", status: "available" })]);
    expect(await up(database)).toMatchObject({ step: "same" });
  });

  it("has failed where the platform says so, and the next up takes another", async () => {
    const { virtualserver } = stack.emulator.scp;
    const sleep = stack.clock.sleep;
    const failing = {
      sleep: (milliseconds: number) => {
        const made = virtualserver.snapshotsOf(seed.scp.volumeId).find(({ name }) => name?.startsWith("nightly"));
        if (made !== undefined) virtualserver.setStatus(made.id, "error");
        return sleep(milliseconds);
      },
    };
    Object.assign(stack.clock, failing);
    expect((await up(volume)).failure).toMatch(/has failed, its status is "error"/);
    Object.assign(stack.clock, { sleep });
    expect(snapshots()).toMatchObject([{ status: "failed" }]);
    expect((await up(volume)).failure).toBeUndefined();
    expect(
      snapshots()
        .map(({ status }) => status)
        .sort(),
    ).toEqual(["available", "failed"]);
  });
});

describe("retention", () => {
  const keeping = { ...volume, retention: { keepDaily: 2 } };
  const present = () => stack.emulator.scp.virtualserver.snapshotsOf(seed.scp.volumeId).map(({ name }) => name);
  const days = async (count: number, args: Properties) => {
    for (let day = 0; day < count; day++) {
      await up(args);
      hours(24);
    }
    return up(args);
  };

  it("deletes what it does not keep, with reasons before and after, and nothing that the policy did not make", async () => {
    const foreign = present();
    await up(keeping);
    hours(24);
    await up(keeping);
    hours(24);
    await stack.preview("nightly", keeping);
    await up(keeping);
    expect(told().filter((message) => message.includes("delete"))).toEqual([
      expect.stringMatching(/^will delete 1 snapshot \(outside keepDaily 2\): "nightly-20261120T0300Z"/),
      expect.stringMatching(/^deleted snapshot "nightly-20261120T0300Z".* \(outside keepDaily 2\)$/),
    ]);
    expect(new Set(stack.told.map(({ urn }) => urn))).toEqual(new Set([urnOf("nightly", "BackupPolicy")]));
    expect(present()).toEqual([...foreign, "nightly-20261121T0300Z", "nightly-20261122T0300Z"]);
    expect(outs()).toMatchObject({ pruned: [expect.any(String)], pruneQueue: [] });
    expect(outs()["snapshots"]).toMatchObject([
      { keptBecause: expect.arrayContaining(["daily 2026-11-23"]) },
      { keptBecause: expect.arrayContaining(["daily 2026-11-22"]) },
    ]);
    expect(await up(keeping)).toMatchObject({ step: "same" });
  });

  it("never deletes more than maxDeletes in one up, and the rest is a diff until it is gone", async () => {
    await days(4, volume);
    const narrow = { ...volume, retention: { keepLast: 1, maxDeletes: 2 } };
    await up(narrow);
    expect(outs()["pruned"]).toHaveLength(2);
    expect(outs()["pruneQueue"]).toHaveLength(2);
    expect((await stack.preview("nightly", narrow)).told.join("\n")).toMatch(
      /will delete 2 snapshots that an earlier up has left/,
    );
    expect(await up(narrow)).toMatchObject({ step: "update" });
    expect(outs()["pruneQueue"]).toEqual([]);
    expect(await up(narrow)).toMatchObject({ step: "same" });
  });

  it("warns of a deletion that fails, keeps the backup that was taken, and tries again", async () => {
    await days(2, volume);
    stack.fault({ platform: "scp", operation: "delete-snapshot", fault: "status", status: 403 });
    const run = await up({ ...volume, retention: { keepLast: 2 } });
    expect(run.failure).toBeUndefined();
    expect(run.warnings.join("\n")).toMatch(/was to go .* and is not deleted: .*The next pulumi up tries again/);
    expect(outs()).toMatchObject({ pruned: [], pruneQueue: [expect.any(String)] });
    await up({ ...volume, retention: { keepLast: 2 } });
    expect(outs()).toMatchObject({ pruned: [expect.any(String)], pruneQueue: [] });
  });

  it("deletes nothing where the backup could not be taken", async () => {
    await days(2, keeping);
    hours(24);
    stack.fault({ platform: "scp", operation: "create-snapshot", fault: "status", status: 500, times: 1 });
    const before = present();
    await up({ ...keeping, retention: { keepLast: 1 }, timeouts: { create: "40s" } });
    expect(present()).toEqual(before);
  });

  it("deletes nothing while the policy is suspended", async () => {
    await days(2, volume);
    const before = present();
    await up({ ...volume, retention: { keepLast: 1 }, suspended: true });
    expect(present()).toEqual(before);
  });
});

describe("freshness", () => {
  it("is evaluated by a refresh, shown as a diff, and fixed by the up that takes the next one", async () => {
    const args = { ...database, maxAge: "26h" };
    await up(args);
    expect(outs()).toMatchObject({ fresh: true });
    hours(27);
    expect(await stack.refresh("nightly")).not.toHaveProperty("failure");
    expect(outs()).toMatchObject({ fresh: false });
    expect(await up(args)).toMatchObject({ step: "update", warnings: [expect.stringMatching(/^stale: /)] });
    expect(outs()).toMatchObject({ fresh: true });
    expect(await up(args)).toMatchObject({ step: "same" });
  });

  it("is told with the numbers where nothing can be taken", async () => {
    const watched = { platform: "dscloud", appId: seed.dscloud.appId, maxAge: "1h" };
    const run = await up(watched);
    expect(run.warnings).toEqual([
      expect.stringMatching(
        /^stale: the newest usable backup of app .*, ".*" of \d{4}-.*, was .* old at .*; maxAge is 1h$/,
      ),
    ]);
    expect(outs()).toMatchObject({ fresh: false, runBy: "watched" });
    expect((await up(watched)).step).toBe("update");
  });

  it("fails the up where onStale says so, and keeps the policy in the state", async () => {
    const watched = { platform: "snapshooter", jobId: seed.snapshooter.emptyJobId, maxAge: "26h", onStale: "fail" };
    const run = await up(watched);
    expect(run.failure).toMatch(/^stale: job .* had no usable backup with a known time at .*; maxAge is 26h$/);
    expect(stack.held("nightly").id).toMatch(/^snapshooter\/job\/[0-9a-f-]+\/policy\/[0-9a-f]{8}$/);
    expect(await stack.refresh("nightly")).not.toHaveProperty("failure");
  });

  it("is not evaluated without maxAge, nor while the policy is suspended", async () => {
    const watched = { platform: "dscloud", appId: seed.dscloud.appId };
    await up(watched);
    expect(outs()).not.toHaveProperty("fresh");
    await up({ ...watched, maxAge: "1h", suspended: true });
    expect(outs()).not.toHaveProperty("fresh");
  });

  it("keeps a policy whose app is no longer there, as unknown", async () => {
    const args = { ...database, maxAge: "26h" };
    await up(args);
    stack.emulator.virtus.removeTarget(seed.virtus.databaseId);
    const run = await stack.refresh("nightly");
    expect(run.step).toBe("refresh");
    expect(run.warnings.join("\n")).toMatch(/^the backups of database .* can't be read: .*stays in the state/);
    expect(outs()).toMatchObject({ status: "unknown", fresh: false });
    stack.emulator.virtus.addDatabase(seed.virtus.databaseId);
    await stack.refresh("nightly");
    expect(outs()).toMatchObject({ status: "active" });
  });
});

function createOf({ platform }: Properties): string {
  const operations: Record<string, string> = {
    discloud: "create-snapshot",
    virtus: "create-database-snapshot",
    scp: "create-snapshot",
  };
  return operations[String(platform)] ?? "";
}

describe("a run that was stopped", () => {
  it("is taken into the records by the next slot's run on the same machine, and by its mark on another", async () => {
    const keeping = { ...volume, retention: { keepLast: 1 } };
    for (const isFresh of [false, true]) {
      await up(volume);
      hours(24);
      const before = { ...stack.held("nightly") };
      await up(volume);
      stack.state.set("nightly", before);
      if (isFresh) stack.journal.clear();
      hours(24);
      await up(keeping);
      expect(snapshots()).toHaveLength(1);
      const left = stack.emulator.scp.virtualserver.snapshotsOf(seed.scp.volumeId).map(({ name }) => name);
      expect(left.filter((name) => name?.startsWith("nightly"))).toHaveLength(1);
      hours(24);
    }
  });

  it("blocks no later slot, where nothing tells what its request has made", async () => {
    await up(app);
    hours(24);
    stack.fault({ platform: "discloud", operation: "create-snapshot", fault: "reset-after-commit" });
    stack.fault({
      platform: "discloud",
      operation: "list-app-snapshots",
      fault: "status",
      status: 500,
      times: 40,
      skip: 1,
    });
    expect((await up({ ...app, timeouts: { create: "1m" } })).failure).toMatch(/The request is recorded/);
    stack.emulator.faults.clear();
    hours(1);
    stack.emulator.discloud.addSnapshot(seed.discloud.appId);
    const same = await up(app);
    expect(same.failure).toBeUndefined();
    expect(same.warnings.join("\n")).toMatch(
      /2 new snapshots have appeared since: .*, the nearest in time, is used as its result/,
    );
    expect(made()).toBe(2);
    hours(24);
    expect((await up(app)).failure).toBeUndefined();
    expect(made()).toBe(3);
  });

  it("is told on destroy where the end of its request was never seen", async () => {
    stack.emulator.virtus.holdLists();
    stack.fault({ platform: "virtus", operation: "create-database-snapshot", fault: "reset-after-commit" });
    await up({ ...database, timeouts: { create: "1m" } });
    stack.journal.clear();
    const run = await stack.destroy("nightly");
    expect(run.warnings).toContainEqual(
      expect.stringMatching(/^the outcome of the request of .* is unknown; .*not in any stack/),
    );
  });

  it("asks for nothing while the policy is suspended, and is gone on with after that", async () => {
    stack.emulator.virtus.holdLists();
    stack.fault({ platform: "virtus", operation: "create-database-snapshot", fault: "reset-after-commit" });
    await up({ ...database, timeouts: { create: "1m" } });
    stack.emulator.virtus.releaseLists();
    await up({ ...database, suspended: true });
    expect(await up({ ...database, suspended: true })).toMatchObject({ step: "same" });
    await up(database);
    expect(snapshots()).toHaveLength(1);
    expect(made()).toBe(1);
  });
});

describe("a clock that was wrong for one run", () => {
  it("stops no later backup", async () => {
    await up(volume);
    expect((await stack.up("nightly", volume, machineAhead(365 * 24 * 60).verbs)).failure).toMatch(/has not come yet/);
    hours(24);
    await up(volume);
    expect(outs()["dueAt"]).toBe("2026-11-21T03:00:00.000Z");
    expect(made()).toBe(2);
  });
});

describe("a machine with a fast clock that is lost after its request", () => {
  it("leaves a snapshot that settles the slot for every other machine", async () => {
    stack.clock.advance(27 * 60_000);
    await stack.up("nightly", database, machineAhead(4).verbs);
    stack.state.clear();
    stack.journal.clear();
    stack.clock.advance(40 * 60_000);
    await up(database);
    expect(made()).toBe(1);
    expect(snapshots()).toMatchObject([{ slot: "2026-11-21T03:00:00.000Z" }]);
  });
});

describe("a name that two policies share", () => {
  it("is one policy's own only where its mark is not another's", async () => {
    const { virtualserver } = stack.emulator.scp;
    const others = virtualserver.addSnapshot(seed.scp.volumeId, {
      name: "nightly-20261120T0300Z",
      description: "BackupPolicy 00000000",
    });
    await up({ ...volume, retention: { keepLast: 1 } });
    expect(made()).toBe(1);
    hours(24);
    await up({ ...volume, retention: { keepLast: 1 } });
    expect(virtualserver.snapshotsOf(seed.scp.volumeId).map(({ id }) => id)).toContain(others.id);
  });

  it("is waited for where its status is a word that is not documented", async () => {
    stack.emulator.scp.virtualserver.addSnapshot(seed.scp.volumeId, {
      name: "nightly-20261120T0300Z",
      status: "reserved",
    });
    expect((await up({ ...volume, timeouts: { create: "30s" } })).failure).toMatch(/its status is "reserved"/);
    expect(made()).toBe(0);
  });
});

describe("what is gone from the platform", () => {
  it("is told, all of it", async () => {
    await up(database);
    for (let day = 0; day < 2; day++) {
      hours(24);
      await up(database);
    }
    hours(1);
    const all = stack.emulator.virtus.targets.get(seed.virtus.databaseId)?.snapshots.present() ?? [];
    for (const snapshot of all.slice(-3)) stack.emulator.virtus.removeSnapshot(seed.virtus.databaseId, snapshot);
    const run = await stack.refresh("nightly");
    expect(run.warnings).toEqual([
      expect.stringMatching(/which was taken for 2026-11-22T03:00:00.000Z, is gone from .*Another one is due$/),
      expect.stringMatching(/^2 older snapshots of this policy are gone from Virtus Cloud/),
    ]);
  });
});

it("its own snapshot stays its own where an edited schedule makes it settle another slot", async () => {
  hours(1);
  await up(database);
  await up({ ...database, schedules: [{ cron: "0 0 * * 6" }] });
  expect(made()).toBe(1);
  expect(snapshots()).toEqual([expect.not.objectContaining({ adopted: true })]);
});
