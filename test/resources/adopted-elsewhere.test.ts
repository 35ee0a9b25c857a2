import { seed } from "../../emulator";
import type { Properties } from "../../provider/resources/host";
import { Stack, urnOf } from "./stack";

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start();
});
afterEach(() => stack.close());

const volume = { platform: "scp", volumeId: seed.scp.volumeId };
const owner = { ...volume, deletionPolicy: "delete" };
const sharing = { ...volume, deletionPolicy: "retain", reuseWithin: "1h" };

const held = (name: string) => stack.held(name);
const idOf = (name: string) => String(held(name).props["snapshotId"]);
const isThere = (id: string) =>
  stack.emulator.scp.virtualserver.snapshotsOf(seed.scp.volumeId).some((snapshot) => snapshot.id === id);
const deletions = () => stack.emulator.requests.filter(({ method }) => method === "DELETE").length;
const told = () => stack.told.map(({ urn, message }) => ({ urn, message }));

/** Makes `a` take a snapshot and `b` reuse it; returns its id. */
async function share(): Promise<string> {
  await stack.up("a", owner);
  await stack.up("b", sharing);
  expect(held("b").props).toMatchObject({ adopted: true, snapshotId: idOf("a") });
  // The platform refuses to delete a snapshot that it has only just taken.
  stack.clock.advance(60_000);
  return idOf("a");
}

const kept = expect.stringMatching(
  new RegExp(
    `^not deleted: snapshot "[0-9a-f-]+" of volume ${seed.scp.volumeId} stays on Samsung Cloud Platform because ` +
      `${urnOf("b")} manages it, too; unless that resource is deleted in the same run, nothing will delete the snapshot$`,
  ),
);

describe("a snapshot that another resource has adopted", () => {
  it("stays where the resource that took it leaves the program, whose row says why", async () => {
    const id = await share();
    const process = stack.process();
    await stack.up("b", sharing, process.verbs);
    const run = await destroy("a", process.verbs);
    expect(run).toEqual([kept]);
    expect(isThere(id)).toBe(true);
  });

  it("stays where only the resource that took it is destroyed, in a run that compares nothing", async () => {
    const id = await share();
    const run = await stack.destroy("a");
    expect(run.warnings).toEqual([kept]);
    expect(deletions()).toBe(0);
    expect(isThere(id)).toBe(true);
  });

  it("goes where both are destroyed in one run, whichever comes first, and at the same time", async () => {
    for (const order of [["a"], ["b"], []]) {
      const id = await share();
      const { verbs } = stack.process();
      for (const name of order) await destroy(name, verbs);
      await Promise.all(["a", "b"].filter((name) => !order.includes(name)).map((name) => destroy(name, verbs)));
      expect([order, isThere(id)]).toEqual([order, false]);
    }
    expect(deletions()).toBe(3);
    expect(told()).toContainEqual({
      urn: urnOf("b"),
      message: expect.stringMatching(/^deleted snapshot .*: the resource that took it is deleted in this run, too$/),
    });
  });

  it("goes with the last of several that have adopted it", async () => {
    const id = await share();
    await stack.up("c", sharing);
    const { verbs } = stack.process();
    await destroy("a", verbs);
    await destroy("c", verbs);
    expect(isThere(id)).toBe(true);
    await destroy("b", verbs);
    expect(isThere(id)).toBe(false);
  });

  it("goes with the resource that took it once the other has left its stack", async () => {
    const id = await share();
    await stack.destroy("b");
    expect((await stack.destroy("a")).warnings).toEqual([]);
    expect(isThere(id)).toBe(false);
  });

  it("goes with the resource that took it once the other manages another one", async () => {
    const id = await share();
    const other = stack.emulator.scp.virtualserver.addSnapshot(seed.scp.volumeId);
    await stack.up("b", { ...volume, deletionPolicy: "retain", adopt: other.id });
    expect(idOf("b")).toBe(other.id);
    expect((await stack.destroy("a")).warnings).toEqual([]);
    expect(isThere(id)).toBe(false);
  });

  it("goes with the resource that took it once it has left the other's state by a refresh", async () => {
    await stack.up("a", owner);
    await stack.up("b", { ...sharing, onGone: "recreate" });
    stack.emulator.scp.virtualserver.removeSnapshot(idOf("a"));
    await stack.refresh("b");
    expect(stack.adoptions).toEqual([]);
  });
});

describe("the machine's registry", () => {
  it("holds nothing of a resource that takes its own snapshots", async () => {
    await stack.up("a", owner);
    await stack.up("a", { ...owner, triggers: { release: "2" } });
    await stack.refresh("a");
    expect(stack.adoptions).toEqual([]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ["compares", () => stack.up("b", sharing)],
    ["refreshes", () => stack.refresh("b")],
  ])("learns of what an earlier version has adopted from the next run that %s it", async (_what, run) => {
    await share();
    stack.adoptions.length = 0;
    await run();
    expect(stack.adoptions).toEqual([{ urn: urnOf("b"), key: expect.stringContaining(idOf("a")) }]);
    expect((await stack.destroy("a")).warnings).toEqual([kept]);
  });

  it("follows a resource that was renamed by an alias", async () => {
    const id = await share();
    const before = held("b");
    const { verbs } = stack.process();
    const inputs = { ...before.inputs, __urn: urnOf("renamed"), onGone: "recreate" };
    const props = await verbs.update(before.id, before.props, inputs);
    stack.state.delete("b");
    stack.state.set("renamed", { id: before.id, inputs, props });
    expect(stack.adoptions.map(({ urn }) => urn)).toEqual([urnOf("renamed")]);
    await stack.destroy("renamed");
    expect((await stack.destroy("a")).warnings).toEqual([]);
    expect(isThere(id)).toBe(false);
  });

  it("that can't be written is warned of, and does not fail an adoption", async () => {
    await stack.up("a", owner);
    const { session, verbs } = stack.process();
    Object.assign(session.host.holders ?? {}, { note: () => Promise.reject(new Error("read-only file system")) });
    const run = await stack.up("b", sharing, verbs);
    expect(run.failure).toBeUndefined();
    expect(run.warnings).toEqual([
      expect.stringMatching(/^this machine can't note that the snapshot was adopted \(read-only file system\): /),
    ]);
  });

  it("that can't be read stops a deletion, and the resource stays", async () => {
    const id = await share();
    const { session, verbs } = stack.process();
    Object.assign(session.host.holders ?? {}, { others: () => Promise.reject(new Error("no such disk")) });
    await expect(verbs.delete(held("a").id, held("a").props)).rejects.toThrow("no such disk");
    expect(isThere(id)).toBe(true);
  });
});

/** Destroys a resource in its own run; resolves to the warnings on its row. */
async function destroy(name: string, verbs: { delete(id: string, props: Properties): Promise<void> }) {
  const warnings = stack.warningsOf(name);
  await verbs.delete(held(name).id, held(name).props);
  stack.state.delete(name);
  return stack.warningsOf(name).slice(warnings.length);
}
