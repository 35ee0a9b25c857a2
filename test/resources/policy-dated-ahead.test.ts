import { seed } from "../../emulator";
import type { Properties } from "../../provider/resources/host";
import { Stack } from "./stack";

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start("BackupPolicy");
});
afterEach(() => stack.close());

const hourMs = 3_600_000;
const yearMs = 365 * 24 * hourMs;
const schedules = [{ cron: "0 3 * * *" }];
const database = { platform: "virtus", databaseId: seed.virtus.databaseId, schedules };
const watched = { platform: "dscloud", appId: seed.dscloud.appId, maxAge: "26h", onStale: "fail" };

const up = (args: Properties) => stack.up("nightly", args);
const outs = () => stack.held("nightly").props;
const hours = (count: number) => stack.clock.advance(count * hourMs);
const instant = (aheadMs: number) => new Date(stack.clock.now() + aheadMs).toISOString();
const made = () => stack.emulator.requests.filter(({ method, changes }) => method === "POST" && changes).length;
const dated = (aheadMs: number) =>
  stack.emulator.virtus.addSnapshot(seed.virtus.databaseId, { modifiedMs: stack.clock.now() + aheadMs });

/** A process on a machine whose clock differs from the platforms'. */
function processWithClock(offsetMs: number) {
  const process = stack.process();
  const { now } = stack.clock;
  Object.assign(process.session.host, { clock: { ...stack.clock, now: () => now() + offsetMs } });
  return process;
}

describe("a backup that is dated ahead of its platform's clock", () => {
  it("settles no slot of a policy, and is not its last backup", async () => {
    const { versionId } = dated(yearMs);
    for (let day = 1; day <= 3; day++) {
      const run = await up({ ...database, maxAge: "26h" });
      expect(run.failure).toBeUndefined();
      expect(run.warnings).toEqual([
        expect.stringMatching(
          new RegExp(`^snapshot "${versionId}" is dated 2027-.*, ahead of Virtus Cloud's clock, which shows 2026-11-2`),
        ),
      ]);
      expect(made()).toBe(day);
      expect(outs()).toMatchObject({ fresh: true });
      expect(Date.parse(String(outs()["lastSnapshotAt"]))).toBeLessThanOrEqual(stack.clock.now());
      hours(24);
    }
  });

  it("is warned of once by a process, however many resources see it", async () => {
    dated(yearMs);
    dated(2 * yearMs);
    const { verbs } = stack.process();
    expect((await stack.up("nightly", database, verbs)).warnings).toHaveLength(2);
    expect((await stack.up("weekly", { ...database, schedules: [{ cron: "0 1 * * 0" }] }, verbs)).warnings).toEqual([]);
  });

  it("is one like any other where it is ahead by less than clocks may be apart", async () => {
    hours(1);
    const { versionId } = dated(4 * 60_000);
    const run = await up(database);
    expect(run.warnings).toEqual([]);
    expect(made()).toBe(0);
    expect(outs()["lastSnapshotId"]).toBe(versionId);
  });

  it("is measured by the platform's clock, not by this machine's", async () => {
    hours(1);
    dated(0);
    const slow = processWithClock(-6 * hourMs);
    const run = await stack.up("nightly", database, slow.verbs);
    expect(run.warnings.join("\n")).not.toContain("is dated");
    dated(hourMs);
    const fast = processWithClock(2 * hourMs);
    const later = await stack.up("other", { ...database, schedules: [{ cron: "0 1 * * *" }] }, fast.verbs);
    expect(later.warnings.join("\n")).toContain("is dated");
  });

  it("makes a watched policy stale, and keeps it so", async () => {
    stack.emulator.dscloud.addBackup(seed.dscloud.appId, { createdAtMs: stack.clock.now() + 10 * yearMs });
    expect((await up(watched)).failure).toMatch(/^stale: /);
    for (let month = 0; month < 2; month++) {
      hours(30 * 24);
      await stack.refresh("nightly");
      expect(outs()).toMatchObject({ fresh: false });
      expect((await up(watched)).failure).toMatch(/^stale: /);
    }
  });

  it("counts for nothing where the platform runs the policy", async () => {
    const job = {
      platform: "snapshooter",
      job: {
        name: "nightly files",
        recipeId: 7,
        config: { root_path: "/var/www" },
        compute: { type: "server", server_id: 9362 },
        storage: { id: 71 },
      },
      schedules: [{ cron: "0 3 * * *" }],
      retention: { keepDaily: 7 },
      maxAge: "26h",
    };
    await up(job);
    stack.emulator.snapshooter.addBackup(String(outs()["policyId"]), { createdAtMs: stack.clock.now() + yearMs });
    hours(27);
    const run = await stack.refresh("nightly");
    expect(run.warnings).toContainEqual(expect.stringMatching(/is dated 2027-.*, ahead of SnapShooter's clock/));
    expect(outs()).toMatchObject({ fresh: false });
    expect(outs()).not.toHaveProperty("lastSnapshotAt");
  });
});

describe("a Snapshot", () => {
  beforeEach(() => {
    stack.resource = "Snapshot";
  });
  const target = { platform: "virtus", databaseId: seed.virtus.databaseId };

  it("does not reuse one that is dated ahead", async () => {
    const { versionId } = dated(yearMs);
    await up({ ...target, reuseWithin: "1h" });
    expect(made()).toBe(1);
    expect(outs()["snapshotId"]).not.toBe(versionId);
  });

  it('adopts the newest one of those with a known time as "latest"', async () => {
    const known = dated(-hourMs);
    dated(yearMs);
    await up({ ...target, adopt: "latest" });
    expect(outs()["snapshotId"]).toBe(known.versionId);
  });

  it("has no time where the one that it adopts by its id is dated ahead, neither at first nor after a refresh", async () => {
    const { versionId } = dated(yearMs);
    await up({ ...target, adopt: versionId });
    expect(outs()).not.toHaveProperty("createdAt");
    const run = await stack.refresh("nightly");
    expect(run.warnings).toEqual([expect.stringContaining(`"${versionId}" is dated`)]);
    expect(outs()).not.toHaveProperty("createdAt");
  });
});

describe("a state of an earlier version that holds a time ahead", () => {
  const stored = (props: Properties) => {
    const held = stack.held("nightly");
    held.props = { ...held.props, ...props };
  };

  it("settles its slot no longer by a snapshot that somebody else has taken", async () => {
    const { versionId } = dated(yearMs);
    await up({ ...database, maxAge: "26h" });
    const { dueAt = "" } = outs();
    const { virtus } = stack.emulator;
    const own = virtus.targets.get(seed.virtus.databaseId)?.snapshots.present().at(-1);
    if (own !== undefined) virtus.removeSnapshot(seed.virtus.databaseId, own);
    hours(0.1);
    const createdAt = instant(yearMs);
    stored({
      snapshots: [{ id: versionId, status: "available", createdAt, slot: dueAt, adopted: true }],
      lastSnapshotAt: createdAt,
      lastSnapshotId: versionId,
    });
    stack.journal.clear();
    expect(await up({ ...database, maxAge: "26h" })).toMatchObject({ step: "update" });
    expect(made()).toBe(2);
    expect(Date.parse(String(outs()["lastSnapshotAt"]))).toBeLessThanOrEqual(stack.clock.now());
    expect(await up({ ...database, maxAge: "26h" })).toMatchObject({ step: "same" });
  });

  it("keeps its slot settled by a snapshot that the policy itself has taken", async () => {
    await up(database);
    const [own] = outs()["snapshots"] as Properties[];
    stored({ snapshots: [{ ...own, createdAt: instant(yearMs) }] });
    expect(await up(database)).toMatchObject({ step: "same" });
    expect(made()).toBe(1);
  });

  it("is evaluated again, and is stale", async () => {
    stack.emulator.dscloud.addBackup(seed.dscloud.appId, { createdAtMs: stack.clock.now() });
    await up(watched);
    hours(30);
    stored({ fresh: true, lastSnapshotAt: instant(10 * yearMs) });
    const { told } = await stack.preview("nightly", watched);
    const run = await up(watched);
    expect(run).toMatchObject({ step: "update", failure: expect.stringMatching(/^stale: /) });
    expect(told).toContainEqual(expect.stringMatching(/, a time in the future: pulumi up evaluates it again$/));
  });
});
