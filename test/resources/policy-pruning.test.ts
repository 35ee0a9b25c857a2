import { seed } from "../../emulator";
import { backupPolicyResource } from "../../provider/resources/backup-policy";
import { noHolders, type Properties } from "../../provider/resources/host";
import { Session } from "../../provider/resources/session";
import { snapshotResource } from "../../provider/resources/snapshot";
import { Stack, urnOf } from "./stack";

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start("BackupPolicy");
});
afterEach(() => stack.close());

const volume = { platform: "scp", volumeId: seed.scp.volumeId, schedules: [{ cron: "0 3 * * *" }] };
const minuteMs = 60_000;

const outs = () => stack.held("nightly").props;
const records = () => outs()["snapshots"] as { id: string; slot: string; keptBecause?: string[] }[];
const told = () => stack.told.map(({ message }) => message);
const nextDay = () => stack.clock.advance(24 * 60 * minuteMs);
const present = () => stack.emulator.scp.virtualserver.snapshotsOf(seed.scp.volumeId).map(({ id }) => id);
const deletions = () => stack.emulator.requests.filter(({ method }) => method === "DELETE").length;

function up(args: Properties, session = stack.process().session) {
  stack.resource = "BackupPolicy";
  return stack.up("nightly", args, backupPolicyResource(session));
}

async function days(count: number): Promise<void> {
  for (let day = 0; day < count; day++) {
    await up(volume);
    nextDay();
  }
}

describe("deletions that the platform does not carry out", () => {
  const keeping = { ...volume, retention: { keepLast: 1 } };
  const refuse = () =>
    stack.fault({ platform: "scp", operation: "delete-snapshot", fault: "status", status: 500, times: "always" });

  it("share two minutes of an up, which stores the backup, shows what it does, and leaves the rest to the next", async () => {
    await days(12);
    refuse();
    const startMs = stack.clock.now();
    const run = await up(keeping);
    expect(run.failure).toBeUndefined();
    expect(stack.clock.now() - startMs).toBeLessThan(3 * minuteMs);
    expect(run.warnings).toEqual([
      expect.stringMatching(
        /^snapshot "nightly-20261120T0300Z" .* was to go \(outside keepLast 1\) and is not deleted, nor are 9 more for lack of time: .*\. The next pulumi up tries again$/,
      ),
    ]);
    expect(stack.announced).toContainEqual(
      expect.stringMatching(/^deleting snapshot "nightly-20261120T0300Z".*, 1 of 10$/),
    );
    expect(records()).toHaveLength(13);
    expect(records()[0]).toMatchObject({ slot: "2026-12-02T03:00:00.000Z" });
    expect(outs()["pruned"]).toEqual([]);
    expect(new Set(outs()["pruneQueue"] as string[])).toEqual(
      new Set(
        records()
          .slice(1)
          .map(({ id }) => id),
      ),
    );

    stack.emulator.faults.clear();
    expect(await up(keeping)).toMatchObject({ step: "update" });
    expect(outs()["pruned"]).toHaveLength(10);
    expect(outs()["pruneQueue"]).toHaveLength(2);
  });

  it("may take as long as customTimeouts.update allows", async () => {
    await days(3);
    refuse();
    const startMs = stack.clock.now();
    await up({ ...keeping, timeouts: { update: "10m" } });
    expect(stack.clock.now() - startMs).toBeGreaterThan(9 * minuteMs);
    expect(stack.clock.now() - startMs).toBeLessThan(12 * minuteMs);
    expect(outs()["pruneQueue"]).toHaveLength(3);
  });

  it("have two minutes also where customTimeouts.update is shorter", async () => {
    await days(3);
    refuse();
    const startMs = stack.clock.now();
    await up({ ...keeping, timeouts: { update: "30s" } });
    expect(stack.clock.now() - startMs).toBeGreaterThan(1.5 * minuteMs);
  });
});

describe("a policy's snapshot that a Snapshot has adopted", () => {
  const keeping = { ...volume, retention: { keepLast: 1 } };
  const adopt = (id: string, session = stack.process().session) => {
    stack.resource = "Snapshot";
    const args = { platform: "scp", volumeId: seed.scp.volumeId, deletionPolicy: "retain", adopt: id };
    return stack.up("kept", args, snapshotResource(session));
  };

  it("is warned of at its adoption, once", async () => {
    await days(1);
    const [first] = records();
    expect((await adopt(first?.id ?? "")).warnings).toEqual([
      expect.stringMatching(
        /^snapshot ".*" of 2026-.* was taken by a BackupPolicy \("BackupPolicy [0-9a-f]+ [0-9a-f]+"\): the policy's retention may delete it where the policy is in another stack/,
      ),
    ]);
    expect(await adopt(first?.id ?? "")).toMatchObject({ step: "same", warnings: [] });
  });

  it("is warned of where it is reused, too", async () => {
    await up(volume);
    stack.resource = "Snapshot";
    const reusing = { platform: "scp", volumeId: seed.scp.volumeId, deletionPolicy: "retain", reuseWithin: "1h" };
    expect((await stack.up("kept", reusing)).warnings).toEqual([
      expect.stringContaining("was taken by a BackupPolicy"),
    ]);
    stack.emulator.scp.virtualserver.addSnapshot(seed.scp.volumeId, { description: "by hand" });
    expect((await stack.up("other", reusing)).warnings).toEqual([]);
  });

  it("stays where the policy is compared before the Snapshot, and no preview says that it goes", async () => {
    await days(3);
    const oldest = records().at(-1)?.id ?? "";
    await adopt(oldest);
    const { session } = stack.process({ isPreview: true });
    await up(keeping, session);
    await adopt(oldest, session);
    expect(present()).toContain(oldest);
    expect(outs()["pruned"]).toHaveLength(2);
    expect(outs()["pruned"]).not.toContain(oldest);
    expect(records().at(-1)).toMatchObject({ id: oldest, keptBecause: ["managed by another resource"] });
    const announced = told().filter((message) => message.startsWith("will delete"));
    expect(announced).toEqual([expect.stringMatching(/^will delete 2 snapshots \(/)]);
    expect(announced[0]).not.toContain(oldest);
    expect(await up(keeping)).toMatchObject({ step: "same" });
  });

  it("is not announced to go where it is the only one that would", async () => {
    await days(2);
    await up(volume);
    await adopt(records().at(-1)?.id ?? "");
    const { id, props, inputs } = stack.held("nightly");
    backupPolicyResource(stack.process({ isPreview: true }).session).diff(id, props, {
      ...inputs,
      retention: { keepLast: 2 },
    });
    await new Promise(setImmediate);
    expect(told().filter((message) => message.startsWith("will delete"))).toEqual([]);
  });

  it("goes once the Snapshot has left its stack", async () => {
    await days(3);
    const oldest = records().at(-1)?.id ?? "";
    await adopt(oldest);
    await stack.destroy("kept");
    await up(keeping);
    expect(present()).not.toContain(oldest);
  });

  it("is not guessed at: where this machine's registry can't be read, nothing goes", async () => {
    await days(3);
    const { host } = stack.process().session;
    const blind = {
      note: noHolders.note,
      drop: noHolders.drop,
      others: () => Promise.reject(new Error("no such disk")),
    };
    const run = await up(keeping, new Session({ ...host, holders: blind }));
    expect(run.warnings).toEqual(["nothing is deleted: no such disk"]);
    expect(deletions()).toBe(0);
    expect(outs()["pruneQueue"]).toHaveLength(3);
    await up(keeping);
    expect(outs()["pruned"]).toHaveLength(3);
  });
});

it("what a policy deletes is told on the policy's own row", async () => {
  await days(2);
  await up({ ...volume, retention: { keepLast: 1 } });
  expect(new Set(stack.told.map(({ urn }) => urn))).toEqual(new Set([urnOf("nightly", "BackupPolicy")]));
});
