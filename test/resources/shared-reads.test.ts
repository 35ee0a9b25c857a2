import { seed } from "../../emulator";
import { Stack, urnOf } from "./stack";

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start();
});
afterEach(() => stack.close());

const lists = (operation: string) =>
  stack.emulator.requests.filter((request) => request.operation === operation).length;
const names = Array.from({ length: 30 }, (_none, index) => `r${index}`);
const app = { platform: "discloud", appId: seed.discloud.appId, adopt: "latest" };
const volume = { platform: "scp", volumeId: seed.scp.volumeId, deletionPolicy: "retain", adopt: seed.scp.snapshotId };

/** Refreshes all resources in parallel, as the engine does in one process. */
async function refreshAll(): Promise<void> {
  const { verbs } = stack.process();
  await Promise.all(names.map((name) => verbs.read(stack.held(name).id, stack.held(name).props)));
}

async function upAll(args: typeof app | typeof volume): Promise<void> {
  const { verbs } = stack.process();
  await Promise.all(names.map((name) => stack.up(name, args, verbs)));
}

it("adopting many snapshots of one app asks for one list, and so does refreshing them", async () => {
  await upAll(app);
  expect(lists("list-app-snapshots")).toBe(1);
  await refreshAll();
  expect(lists("list-app-snapshots")).toBe(2);
});

it("adopting what was declared together asks for one list however long it takes, and for another one for what was declared later", async () => {
  const { session, verbs } = stack.process();
  const declaredMs = stack.clock.now();
  const adopt = async (name: string, since: number) => {
    session.declared.set(urnOf(name), since);
    stack.clock.advance(10_000);
    await stack.up(name, app, verbs);
    return lists("list-app-snapshots");
  };
  expect(await adopt("r0", declaredMs)).toBe(1);
  expect(await adopt("r1", declaredMs)).toBe(1);
  expect(await adopt("r2", stack.clock.now())).toBe(2);
});

it("refreshing many snapshots of one volume asks for its list once, and by id only for the first two", async () => {
  await upAll(volume);
  const before = lists("get-snapshot") + lists("list-snapshots");
  await refreshAll();
  expect(lists("get-snapshot") + lists("list-snapshots") - before).toBeLessThanOrEqual(4);
  expect(names.map((name) => stack.held(name).props["status"])).toEqual(names.map(() => "available"));
});

it("a refresh after a create in the same process sees what the create took", async () => {
  const { verbs } = stack.process();
  await stack.up("old", app, verbs);
  await stack.up("new", { platform: "discloud", appId: seed.discloud.appId }, verbs);
  const { id, props } = stack.held("new");
  expect((await verbs.read(id, props))?.props["status"]).toBe("available");
});

it("a snapshot that expired since the last refresh of the process counts as gone in the next one", async () => {
  await stack.up("a", app);
  const { verbs } = stack.process();
  const { id, props } = stack.held("a");
  expect((await verbs.read(id, props))?.props["status"]).toBe("available");
  stack.emulator.discloud.removeSnapshot(seed.discloud.appId, seed.discloud.version);
  stack.emulator.discloud.addSnapshot(seed.discloud.appId);
  stack.clock.advance(10_000);
  expect((await verbs.read(id, props))?.props["status"]).toBe("gone");
});
