import { type FaultRule, seed } from "../../../emulator";
import { UNKNOWN } from "../../../provider/model/unknown";
import { definitions } from "../../../provider/platforms";
import type { Properties } from "../../../provider/resources/host";
import { checkSnapshot } from "../../../provider/resources/snapshot/check";
import { diffSnapshot } from "../../../provider/resources/snapshot/diff";
import { Stack, urnOf } from "../../resources/stack";

const { volumeId, snapshotId: seeded, attachedVolumeId, fileVolumeId } = seed.scp;
const volume: Properties = { platform: "scp", volumeId, deletionPolicy: "delete" };
const file: Properties = { platform: "scp", fileVolumeId, deletionPolicy: "delete" };

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start();
});
afterEach(() => stack.close());

const on = (operation: string, rule: object) => stack.fault({ platform: "scp", operation, ...rule } as FaultRule);
const server = () => stack.emulator.scp.virtualserver;
const files = () => stack.emulator.scp.filestorage;
const held = (name = "a") => stack.held(name).props;
const present = () =>
  server()
    .snapshotsOf(volumeId)
    .map(({ id }) => id);
const made = () => present().filter((id) => id !== seeded);
const madeFiles = () =>
  files()
    .snapshotsOf(fileVolumeId)
    .map(({ id }) => id);
const count = (operation: string) =>
  stack.emulator.requests.filter((request) => request.operation === operation).length;
const changes = () => stack.emulator.requests.filter((request) => request.changes).map(({ operation }) => operation);
const gateway = { timestamp: "2026-11-21T02:30:15Z", path: "/v1", status: 404, error: "Not Found", requestId: "r" };

/** Runs up on a machine that vanishes once the platform has taken the snapshot: neither state nor journal remain. */
async function vanish(args: Properties): Promise<void> {
  on("create-snapshot", { fault: "reset-after-commit" });
  on("list-snapshots", { fault: "status", status: 403, times: "always", skip: 1 });
  const before = stack.state.get("a");
  await stack.up("a", args);
  if (before === undefined) stack.state.delete("a");
  else stack.state.set("a", before);
  stack.journal.clear();
  stack.emulator.faults.clear();
}

describe("a snapshot of a volume", () => {
  it("is asked for once, waited for, and shown", async () => {
    server().creatingMs = 600_000;
    expect(await stack.up("a", { ...volume, description: "before the release" })).toEqual({
      step: "create",
      warnings: [],
    });
    expect(changes()).toEqual(["create-snapshot"]);
    const [id = ""] = made();
    expect(stack.held("a").id).toBe(`scp/volume/${volumeId}/${id}`);
    expect(held()).toEqual({
      ...volume,
      connection: "scp",
      name: expect.stringMatching(/^a-[0-9a-f]{7}$/),
      description: "before the release",
      onGone: "keep",
      ownerId: expect.any(String),
      __urn: urnOf("a"),
      __provider: "text",
      snapshotId: id,
      status: "available",
      platformStatus: "available",
      createdAt: "2026-11-21T02:30:15.000Z",
      sizeGib: 104,
      region: "kr-west1",
      adopted: false,
    });
    expect((await stack.up("a", { ...volume, description: "before the release" })).step).toBe("same");
    expect(stack.journal.size).toBe(0);
    expect((await stack.refresh("a")).warnings).toEqual([]);
    expect((await stack.up("a", { ...volume, description: "before the release" })).step).toBe("same");
    expect(changes()).toEqual(["create-snapshot"]);
  });

  it.each([409, 400] as const)("that is attached needs force, which a %s without it names at once", async (status) => {
    server().attachedStatus = status;
    const { failure } = await stack.up("a", { ...volume, volumeId: attachedVolumeId });
    expect(failure).toMatch(/: HTTP 4.*in-use.*; the volume is attached to server .*: pass force: true to snapshot/);
    expect(changes()).toEqual(["create-snapshot"]);
    expect(stack.clock.sleeps).toEqual([]);
    expect([stack.state.size, stack.journal.size]).toEqual([0, 0]);
  });

  it.each([
    ["two minutes where only a person can end that", "Error", {}, 2],
    ["as long as customTimeouts say where only a person can end that", "Maintenance", { create: "5m" }, 5],
    ["ten minutes where the platform is at work", "Backing Up", {}, 10],
  ])("that is refused is waited for %s", async (_title, volumeState, timeouts, minutes) => {
    const shown = server().volumes.get(volumeId);
    if (shown !== undefined) shown.state = volumeState;
    const startMs = stack.clock.now();
    const { failure } = await stack.up("a", { ...volume, timeouts });
    expect(failure).toMatch(new RegExp(volumeState));
    const spentMin = (stack.clock.now() - startMs) / 60_000;
    expect(spentMin).toBeLessThanOrEqual(minutes);
    expect(spentMin).toBeGreaterThan(minutes - 0.7);
  });

  it("that is refused is waited for no longer once the engine is to stop, and nothing is in the state", async () => {
    on("create-snapshot", { fault: "status", status: 409, times: "always" });
    stack.onAnnounce = () => stack.stopping.abort();
    const { failure } = await stack.up("a", volume);
    expect(failure).toMatch(/HTTP 409.*not sent again: pulumi has been stopped/);
    expect(changes().length).toBeLessThan(5);
    expect([stack.state.size, stack.journal.size]).toEqual([0, 0]);
    expect((await stack.up("b", volume)).failure).toMatch(/not sent: pulumi has been stopped/);
  });

  it("that is attached is taken with force", async () => {
    const attached = { ...volume, volumeId: attachedVolumeId };
    expect(stack.state.size).toBe(0);
    expect((await stack.up("a", { ...attached, force: true })).failure).toBeUndefined();
    const requests = stack.emulator.requests.length;
    expect((await stack.up("a", { ...attached, force: false })).step).toBe("update");
    expect(stack.emulator.requests).toHaveLength(requests);
  });

  it("that ends in an error is in the state with its id and the reason, and the next up takes another", async () => {
    server().outcome = "error";
    expect((await stack.up("a", volume)).failure).toMatch(/has failed, its status is "error"/);
    const [broken = ""] = made();
    expect(stack.held("a").id).toBe(`scp/volume/${volumeId}/${broken}`);
    expect(held()).toMatchObject({ snapshotId: broken, status: "failed", platformStatus: "error" });
    server().outcome = "available";
    expect(await stack.up("a", volume)).toEqual({ step: "replace", warnings: [] });
    expect(held()).toMatchObject({ status: "available" });
    expect(made()).toEqual([held()["snapshotId"]]);
    expect(changes()).toEqual(["create-snapshot", "create-snapshot", "delete-snapshot"]);
  });

  it("that takes too long stays in the state, and the next up goes on with it", async () => {
    server().creatingMs = Number.POSITIVE_INFINITY;
    const args = { ...volume, timeouts: { create: "2m" } };
    expect((await stack.up("a", args)).failure).toMatch(/not ready yet, its status is "creating"/);
    expect((await stack.refresh("a")).failure).toBeUndefined();
    expect((await stack.up("a", args)).failure).toMatch(/not ready yet, its status is "creating"/);
    server().setStatus(made()[0] ?? "", "available");
    expect((await stack.up("a", args)).step).toBe("update");
    expect(held()).toMatchObject({ status: "available" });
    expect((await stack.up("a", args)).step).toBe("same");
    expect(changes()).toEqual(["create-snapshot"]);
  });

  it("with a word that is not known is waited for and named", async () => {
    server().outcome = "almost-there";
    expect((await stack.up("a", volume)).failure).toMatch(/its status is "almost-there"/);
    expect(held()).toMatchObject({ status: "unknown", platformStatus: "almost-there" });
  });
});

describe("name and description", () => {
  it("change in place by one PUT, and nothing is replaced", async () => {
    await stack.up("a", { ...volume, name: "first" });
    const { id } = stack.held("a");
    const before = held();
    expect(diffSnapshot(before, { ...volume, name: "second", description: "d" })).toEqual({ replaces: [] });
    expect(await stack.up("a", { ...volume, name: "second", description: "d" })).toEqual({
      step: "update",
      warnings: [],
    });
    expect(changes()).toEqual(["create-snapshot", "set-snapshot"]);
    expect(stack.held("a").id).toBe(id);
    expect(held()).toMatchObject({
      name: "second",
      description: "d",
      snapshotId: before["snapshotId"],
      createdAt: before["createdAt"],
    });
    expect(server().snapshotsOf(volumeId).at(-1)).toMatchObject({ name: "second", description: "d" });
    expect((await stack.up("a", { ...volume, name: "second", description: "d" })).step).toBe("same");
  });

  it("of somebody else's change is put back by one PUT", async () => {
    await stack.up("a", { ...volume, description: "mine" });
    const snapshot = server().snapshotsOf(volumeId).at(-1);
    Object.assign(snapshot ?? {}, { name: "theirs", description: "theirs" });
    const { name } = held();
    await stack.refresh("a");
    expect(held()).toMatchObject({ name: "theirs", description: "theirs" });
    expect((await stack.up("a", { ...volume, name: String(name), description: "mine" })).step).toBe("update");
    expect(server().snapshotsOf(volumeId).at(-1)).toMatchObject({ name, description: "mine" });
    expect(changes()).toEqual(["create-snapshot", "set-snapshot"]);
  });

  it("that the program does not say are left alone, whatever they become", async () => {
    await stack.up("a", volume);
    Object.assign(server().snapshotsOf(volumeId).at(-1) ?? {}, { description: "from the console" });
    await stack.refresh("a");
    expect((await stack.up("a", volume)).step).toBe("same");
    await stack.up("b", { ...volume, description: "d" });
    await stack.up("b", volume);
    expect(server().snapshotsOf(volumeId).at(-1)).toMatchObject({ description: "d" });
    await stack.refresh("b");
    expect((await stack.up("b", volume)).step).toBe("same");
    expect(count("set-snapshot")).toBe(0);
  });

  it("are set together with what an unfinished create still waits for", async () => {
    server().creatingMs = 300_000;
    await stack.up("a", { ...volume, name: "first", timeouts: { create: "1m" } });
    expect((await stack.up("a", { ...volume, name: "second" })).failure).toBeUndefined();
    expect(server().snapshotsOf(volumeId).at(-1)).toMatchObject({ name: "second" });
    expect(held()).toMatchObject({ name: "second", status: "available" });
    expect(changes()).toEqual(["create-snapshot", "set-snapshot"]);
  });

  it("that can't be set leave the state as it was", async () => {
    await stack.up("a", { ...volume, name: "first" });
    on("set-snapshot", { fault: "status", status: 403 });
    const before = held();
    expect((await stack.up("a", { ...volume, name: "second" })).failure).toMatch(/Action definition is not found/);
    expect(held()).toEqual(before);
  });
});

describe("the name of a snapshot whose description changes", () => {
  const adopting: Properties = { ...volume, deletionPolicy: "retain", adopt: seeded };
  const named = () =>
    server()
      .snapshotsOf(volumeId)
      .find(({ id }) => id === seeded);

  beforeEach(() => {
    server().nullName = "erases";
  });

  it.each<[string, Properties]>([
    ["adopted", adopting],
    ["reused", { ...volume, deletionPolicy: "retain", reuseWithin: "10y" }],
  ])("is the one on the platform where it was %s, whatever it was renamed to", async (_how, args) => {
    await stack.up("a", args);
    expect(held()).not.toHaveProperty("name");
    Object.assign(named() ?? {}, { name: "golden-master" });
    expect((await stack.up("a", { ...args, description: "release 42" })).failure).toBeUndefined();
    expect(named()).toMatchObject({ name: "golden-master", description: "release 42" });
    await stack.refresh("a");
    expect((await stack.up("a", { ...args, description: "release 42" })).step).toBe("same");
    expect(count("set-snapshot")).toBe(1);
  });

  it("is kept where an adoption says a description at once", async () => {
    expect((await stack.up("a", { ...adopting, description: "release 43" })).failure).toBeUndefined();
    expect(named()).toMatchObject({ name: "snapshot-1", description: "release 43" });
  });

  it("is never null: a snapshot without one is refused with what to write", async () => {
    Object.assign(named() ?? {}, { name: null });
    const { failure } = await stack.up("a", { ...adopting, description: "release 44" });
    expect(failure).toMatch(/it has no name, .*: give it a name as well/);
    expect(count("set-snapshot")).toBe(0);
    expect((await stack.up("a", { ...adopting, description: "release 44", name: "named" })).failure).toBeUndefined();
    expect(named()).toMatchObject({ name: "named", description: "release 44" });
  });

  it("of one that is gone is not asked for with a PUT", async () => {
    await stack.up("a", adopting);
    server().removeSnapshot(seeded);
    expect((await stack.up("a", { ...adopting, description: "d" })).failure).toMatch(/run pulumi refresh/);
    expect(count("set-snapshot")).toBe(0);
  });

  it("is not taken from an answer about another snapshot", async () => {
    await stack.up("a", adopting);
    const other = server().addSnapshot(volumeId);
    const body = { id: other.id, volume_id: volumeId, name: "other", status: "available" };
    on("set-snapshot", { fault: "status", times: "always", status: 200, body });
    expect((await stack.up("a", { ...adopting, description: "d" })).failure).toMatch(/names another one/);
    expect(held()).toMatchObject({ snapshotId: seeded });
  });
});

describe("an answer to a create that names one of another volume", () => {
  it.each<[string, Properties, string, object]>([
    ["a volume", volume, "create-snapshot", { id: "other", volume_id: attachedVolumeId, status: "available" }],
    ["a File Storage volume", file, "create-file-snapshot", { snapshot: { id: "other", volume_id: "other" } }],
  ])("is not taken for the snapshot of %s, which the list shows", async (_title, args, operation, body) => {
    on(operation, { fault: "status", status: 202, body, commit: true });
    expect((await stack.up("a", args)).failure).toBeUndefined();
    const made = args === volume ? server().snapshotsOf(volumeId).at(-1) : files().snapshotsOf(fileVolumeId)[0];
    expect(held()).toMatchObject({ snapshotId: made?.id, status: "available" });
    expect(count(operation)).toBe(1);
  });
});

describe("a name that nobody gave", () => {
  const sources = {
    config: () => undefined,
    environment: { SCP_ACCESS_KEY: "a", SCP_SECRET_KEY: "s", SCP_REGION: "r" },
  };
  const nameOf = (change: Record<string, unknown> = {}, olds: Properties = {}) =>
    checkSnapshot(olds, { ...volume, __urn: urnOf("a"), ...change } as Properties, sources).inputs["name"];

  it("is a function of URN, target and triggers, and of nothing else", () => {
    const name = nameOf();
    expect(name).toMatch(/^a-[0-9a-f]{7}$/);
    expect(nameOf({ description: "d", force: true, deletionPolicy: "retain", onGone: "recreate" })).toBe(name);
    expect(nameOf({ triggers: {} })).toBe(name);
    const others = [
      nameOf({ __urn: urnOf("b") }),
      nameOf({ __urn: urnOf("a").replace("dev", "prod") }),
      nameOf({ volumeId: attachedVolumeId }),
      nameOf({ triggers: { release: "1" } }),
      nameOf({ triggers: { release: "2" } }),
      nameOf({ triggers: { other: "1" } }),
    ];
    expect(new Set([name, ...others]).size).toBe(others.length + 1);
    expect(nameOf({ triggers: { b: "1", a: "2" } })).toBe(nameOf({ triggers: { a: "2", b: "1" } }));
  });

  it("is legal whatever the resource is called", () => {
    const named = (name: string) => String(nameOf({ __urn: urnOf(name) }));
    expect(named("data.db:prod/é")).toMatch(/^data-db-prod--[0-9a-f]{7}$/);
    expect(named("x".repeat(400))).toHaveLength(255);
    expect(named("日本")).toMatch(/^-*[0-9a-f]{7}$/);
  });

  it.each<[string, Record<string, unknown>]>([
    ["the target", { volumeId: UNKNOWN }],
    ["the triggers", { triggers: UNKNOWN }],
    ["one trigger", { triggers: { a: "1", b: UNKNOWN } }],
  ])("is unknown while %s is", (_title, change) => {
    expect(nameOf(change)).toBe(UNKNOWN);
  });

  it.each<[string, Record<string, unknown>]>([
    ["adopt", { adopt: "latest", deletionPolicy: "retain" }],
    ["fileVolumeId", { volumeId: undefined, fileVolumeId }],
  ])("does not exist with %s", (_title, change) => {
    expect(nameOf(change)).toBeUndefined();
  });

  it("is kept while the resource lives", () => {
    expect(nameOf({ triggers: { release: "2" } }, { ...volume, name: "a-0000000" })).toBe("a-0000000");
    expect(nameOf({ triggers: UNKNOWN }, { ...volume, name: "a-0000000" })).toBe("a-0000000");
  });

  it("is another one at a replacement", async () => {
    await stack.up("a", { ...volume, triggers: { release: "1" } });
    const before = held()["name"];
    await stack.up("a", { ...volume, triggers: { release: "2" } });
    expect(held()["name"]).toMatch(/^a-[0-9a-f]{7}$/);
    expect(held()["name"]).not.toBe(before);
  });

  it("stays when one that was given is no longer, without a request", async () => {
    await stack.up("a", { ...volume, name: "given" });
    expect((await stack.up("a", volume)).step).toBe("same");
    expect(held()).toMatchObject({ name: "given" });
    expect(count("set-snapshot")).toBe(0);
  });
});

describe("a create whose answer is lost", () => {
  it.each<[string, object]>([
    ["the connection breaks", { fault: "reset-after-commit" }],
    ["the answer is cut", { fault: "cut" }],
    ["the service answers 500 and has made it", { fault: "status", status: 500, commit: true }],
    ["a gateway answers 503", { fault: "html", status: 503, commit: true }],
  ])("is found by its name among others, and never asked for again: %s", async (_title, fault) => {
    on("create-snapshot", fault);
    on("create-snapshot", { fault: "foreign-snapshot", when: "before" });
    on("create-snapshot", { fault: "foreign-snapshot", when: "after" });
    const run = await stack.up("a", volume);
    expect(run.failure).toBeUndefined();
    expect(made()).toHaveLength(3);
    expect(held()).toMatchObject({ snapshotId: made()[1], status: "available", adopted: false });
    expect(count("create-snapshot")).toBe(1);
  });

  it("is asked for again only once the list proves that nothing was made", async () => {
    on("create-snapshot", { fault: "reset-before-commit" });
    expect((await stack.up("a", volume)).failure).toMatch(/Whether a snapshot was created is not known yet/);
    expect(held()).toMatchObject({ status: "pending" });
    expect((await stack.up("a", volume)).failure).toBeUndefined();
    expect(made()).toHaveLength(1);
    expect(count("create-snapshot")).toBe(2);
  });

  it("of a File Storage volume is the one new snapshot, or refused among several", async () => {
    on("create-file-snapshot", { fault: "reset-after-commit" });
    expect((await stack.up("a", file)).failure).toBeUndefined();
    expect(held()).toMatchObject({ snapshotId: madeFiles()[0], status: "available" });
    on("create-file-snapshot", { fault: "reset-after-commit" });
    on("create-file-snapshot", { fault: "foreign-snapshot", when: "after" });
    const { failure = "" } = await stack.up("b", file);
    for (const id of madeFiles().slice(1)) expect(failure).toContain(id);
    expect((await stack.up("b", file)).failure).toMatch(/Nothing shows which one/);
    expect(count("create-file-snapshot")).toBe(2);
  });
});

describe("a run on another machine, without a journal", () => {
  it("finds by its name what a vanished one has made, and takes no second one", async () => {
    await vanish(volume);
    server().addSnapshot(volumeId);
    const run = await stack.up("a", volume);
    expect(run.failure).toBeUndefined();
    expect(run.warnings).toEqual([expect.stringMatching(/already has this resource's name "a-[0-9a-f]{7}"/)]);
    expect(held()).toMatchObject({ snapshotId: made()[0], status: "available", adopted: false });
    expect(count("create-snapshot")).toBe(1);
  });

  it("waits for it where it is still being made", async () => {
    server().creatingMs = 1_200_000;
    await vanish(volume);
    expect((await stack.up("a", volume)).failure).toBeUndefined();
    expect(held()).toMatchObject({ status: "available" });
    expect(count("create-snapshot")).toBe(1);
  });

  it("takes its own where the one of its name is older than an hour, and names that one", async () => {
    await vanish(volume);
    stack.clock.advance(61 * 60_000);
    const run = await stack.up("a", volume);
    expect(run.warnings).toEqual([expect.stringMatching(new RegExp(`older snapshots .*${made()[0]}`))]);
    expect(made()).toHaveLength(2);
    expect(held()["snapshotId"]).toBe(made()[1]);
  });

  it("takes its own where the one of its name has failed", async () => {
    server().outcome = "error";
    await vanish(volume);
    server().outcome = "available";
    stack.clock.advance(10_000);
    expect((await stack.up("a", volume)).failure).toBeUndefined();
    expect(held()["snapshotId"]).toBe(made()[1]);
  });

  it("finds what the replacement of a vanished run has made, never the one that is being replaced", async () => {
    await stack.up("a", { ...volume, triggers: { release: "1" } });
    const [first] = made();
    await vanish({ ...volume, triggers: { release: "2" } });
    const [, second] = made();
    expect((await stack.up("a", { ...volume, triggers: { release: "2" } })).step).toBe("replace");
    expect(held()["snapshotId"]).toBe(second);
    expect(made()).toEqual([second]);
    expect(made()).not.toContain(first);
    expect(count("create-snapshot")).toBe(2);
  });

  it("never takes the one that is being replaced for the new one, though both are given one name", async () => {
    const args = { ...volume, name: "nightly" };
    await stack.up("a", { ...args, triggers: { release: "1" } });
    const [first] = made();
    expect(await stack.up("a", { ...args, triggers: { release: "2" } })).toEqual({ step: "replace", warnings: [] });
    expect(made()).toEqual([held()["snapshotId"]]);
    expect(made()).not.toContain(first);
  });

  it("never takes the one that is being replaced by hand, where the engine compares nothing", async () => {
    await stack.up("a", volume);
    const [first] = made();
    const run = await stack.up("a", volume, stack.process().verbs, { replace: true });
    expect(run.failure).toBeUndefined();
    expect(made()).toEqual([held()["snapshotId"]]);
    expect(made()).not.toContain(first);
    expect(count("create-snapshot")).toBe(2);
  });

  it("takes a new one at each change of triggers, also back and forth within the hour", async () => {
    const args = { ...volume, deletionPolicy: "retain" };
    const seen = new Set<unknown>();
    for (const release of ["1", "2", "1", "2"]) {
      expect((await stack.up("a", { ...args, triggers: { release } })).failure).toBeUndefined();
      seen.add(held()["snapshotId"]);
      stack.clock.advance(60_000);
    }
    expect(seen.size).toBe(4);
    expect(count("create-snapshot")).toBe(4);
  });

  it("takes a new one at each change of triggers, though all are given one name", async () => {
    const args = { ...volume, deletionPolicy: "retain", name: "before-deploy" };
    const seen = new Set<unknown>();
    for (const release of ["1", "2", "3"]) {
      await stack.up("a", { ...args, triggers: { release } });
      seen.add(held()["snapshotId"]);
      stack.clock.advance(60_000);
    }
    expect(seen.size).toBe(3);
  });
});

describe("two Snapshots of one volume in one run", () => {
  it.each<[string, Properties]>([
    ["names of their own", volume],
    ["one name", { ...volume, name: "nightly" }],
  ])("with %s are taken one after the other and are two", async (_title, args) => {
    const { verbs } = stack.process();
    const runs = await Promise.all([stack.up("a", args, verbs), stack.up("b", args, verbs)]);
    expect(runs.map(({ failure }) => failure)).toEqual([undefined, undefined]);
    expect(stack.held("a").id).not.toBe(stack.held("b").id);
    expect(made()).toHaveLength(2);
  });
});

describe("a refresh", () => {
  const attempts: [string, Properties, string, () => void][] = [
    ["a volume", volume, "get-snapshot", () => server().removeSnapshot(made()[0] ?? "")],
    ["a File Storage volume", file, "list-file-snapshots", () => files().removeSnapshot(madeFiles()[0] ?? "")],
  ];

  it.each(attempts)("keeps one of %s that is gone, with a warning", async (_title, args, _look, remove) => {
    await stack.up("a", args);
    remove();
    expect((await stack.refresh("a")).warnings).toEqual([expect.stringMatching(/is gone from Samsung Cloud Platform/)]);
    expect(held()).toMatchObject({ status: "gone" });
    expect((await stack.up("a", args)).step).toBe("same");
    expect(await stack.destroy("a")).toEqual({ step: "drop", warnings: [] });
  });

  it.each(attempts)(
    "with onGone recreate drops one of %s, and the next up takes another",
    async (_title, args, _look, remove) => {
      await stack.up("a", { ...args, onGone: "recreate" });
      remove();
      expect((await stack.refresh("a")).step).toBe("drop");
      expect((await stack.up("a", { ...args, onGone: "recreate" })).step).toBe("create");
    },
  );

  const answers: [string, object, RegExp][] = [
    ["the gateway's 404", { fault: "status", status: 404, body: gateway }, /the gateway, not the service, answers 404/],
    ["401", { fault: "status", status: 401 }, /HTTP 401.*HMAC validation failed/],
    ["403", { fault: "status", status: 403 }, /Action definition is not found/],
    ["500", { fault: "status", status: 500 }, /ContactAdminForAssistance/],
    ["503", { fault: "status", status: 503 }, /HTTP 503/],
    ["a page", { fault: "html", status: 200 }, /not JSON/],
  ];
  it.each(
    attempts.flatMap(([title, args, look, remove]) =>
      answers.map((answer) => [title, answer[0], args, look, remove, answer] as const),
    ),
  )("keeps one of %s that is gone after %s", async (_title, _answer, args, look, remove, [, fault, message]) => {
    await stack.up("a", args);
    const before = held();
    remove();
    on(look, { ...fault, times: "always" });
    expect((await stack.refresh("a")).failure).toMatch(message);
    expect(held()).toBe(before);
  });

  it("keeps a File Storage snapshot whose volume is gone itself as unknown, and names the way out", async () => {
    await stack.up("a", file);
    files().removeVolume(fileVolumeId);
    expect((await stack.refresh("a")).warnings).toEqual([
      expect.stringMatching(/does not prove it gone: .*File Storage volume .*pulumi state delete/),
    ]);
    expect(held()).toMatchObject({ status: "unknown" });
  });

  it("without the signature's secret is a refusal, not an absence", async () => {
    await stack.up("a", volume);
    stack.environment["SCP_SECRET_KEY"] = "another-one";
    expect((await stack.refresh("a")).failure).toMatch(/HTTP 401/);
    expect(held()).toMatchObject({ status: "available" });
  });

  it.each(["array", "objects"] as const)("tells what the service says in the form of %s", async (detail) => {
    await stack.up("a", volume);
    stack.emulator.scp.detail = detail;
    stack.environment["SCP_SECRET_KEY"] = "another-one";
    const { failure = "" } = await stack.refresh("a");
    expect(failure).toContain("HMAC validation failed");
    expect(failure).not.toContain("[object Object]");
    expect(failure).not.toContain("another-one");
  });

  it("answered 406 names the version and where to set it", async () => {
    await stack.up("a", volume);
    stack.environment["SCP_VIRTUALSERVER_VERSION"] = "9.9";
    expect((await stack.refresh("a")).failure).toMatch(/version 9\.9 .*snapshots:scp\.virtualserverVersion/);
  });

  it.each(["1.0", "1.1", "1.2", "1.4", "1.5"])("and an up work with version %s pinned", async (version) => {
    stack.environment["SCP_VIRTUALSERVER_VERSION"] = version;
    stack.emulator.scp.versionRequired = true;
    expect((await stack.up("a", volume)).failure).toBeUndefined();
    expect((await stack.refresh("a")).failure).toBeUndefined();
    expect((await stack.destroy("a")).failure).toBeUndefined();
  });
});

describe("another region in the connection", () => {
  it.each<[string, Properties]>([
    ["a volume", volume],
    ["a File Storage volume", file],
  ])("is an error on read, update and delete of %s, before any request", async (_title, args) => {
    await stack.up("a", args);
    const requests = stack.emulator.requests.length;
    stack.environment["SCP_REGION"] = "kr-east1";
    const words = /is in the region kr-west1, and the connection "scp" is for kr-east1/;
    expect((await stack.refresh("a")).failure).toMatch(words);
    expect((await stack.destroy("a")).failure).toMatch(words);
    if (args === volume) expect((await stack.up("a", { ...args, name: "other" })).failure).toMatch(words);
    expect(stack.emulator.requests).toHaveLength(requests);
    expect(stack.state.size).toBe(1);
  });
});

describe("destroy", () => {
  it("deletes what this resource took, waits for its end, and touches no other", async () => {
    server().addSnapshot(volumeId, { name: "foreign" });
    await stack.up("a", volume);
    stack.clock.advance(10_000);
    server().deletingMs = 60_000;
    expect(await stack.destroy("a")).toEqual({ step: "drop", warnings: [] });
    expect(stack.told.at(-1)?.message).toMatch(new RegExp(`^deleted snapshot "[\\w-]+" of volume ${volumeId}$`));
    expect(
      server()
        .snapshotsOf(volumeId)
        .map(({ name }) => name),
    ).toEqual(["snapshot-1", "foreign"]);
    expect(changes()).toEqual(["create-snapshot", "delete-snapshot"]);
  });

  it("deletes a File Storage snapshot", async () => {
    await stack.up("a", file);
    expect(await stack.destroy("a")).toEqual({ step: "drop", warnings: [] });
    expect(madeFiles()).toEqual([]);
    expect(count("get-file-snapshot")).toBe(0);
  });

  it("that can't be done keeps the resource and says why", async () => {
    await stack.up("a", volume);
    on("delete-snapshot", { fault: "status", status: 500, times: "always" });
    const { failure = "" } = await stack.destroy("a");
    expect(failure).toMatch(/ContactAdminForAssistance.*run pulumi up or destroy again/);
    expect(stack.state.has("a")).toBe(true);
  });

  it("with retain forgets it and says so; the policy in the state is what counts", async () => {
    await stack.up("a", volume);
    const requests = stack.emulator.requests.length;
    expect((await stack.up("a", { ...volume, deletionPolicy: "retain" })).step).toBe("update");
    expect(stack.emulator.requests).toHaveLength(requests);
    expect((await stack.destroy("a")).warnings).toEqual([]);
    expect(stack.told.at(-1)?.message).toMatch(/^kept on Samsung Cloud Platform: .* \(deletionPolicy: "retain"\)$/);
    expect(made()).toHaveLength(1);
    await stack.up("b", { ...volume, deletionPolicy: "retain" });
    await stack.up("b", volume);
    expect(await stack.destroy("b")).toEqual({ step: "drop", warnings: [] });
    expect(made()).toHaveLength(1);
  });

  it("of an unfinished one leaves nothing behind without a word, and deletes no foreign one", async () => {
    on("create-snapshot", { fault: "reset-after-commit" });
    on("list-snapshots", { fault: "list-lag", ms: 3_600_000, times: "always" });
    expect((await stack.up("a", volume)).failure).toMatch(/not known yet/);
    stack.emulator.faults.clear();
    const [own = ""] = made();
    const foreign = server().addSnapshot(volumeId);
    const { failure, warnings } = await stack.destroy("a");
    expect(failure).toBeUndefined();
    expect(present()).toEqual(expect.arrayContaining([seeded, foreign.id]));
    if (present().includes(own))
      expect(warnings).toEqual([expect.stringMatching(/it may have taken .*which would not be in any stack/)]);
    else expect(warnings).toEqual([]);
  });
});

describe("a replacement", () => {
  it("makes the new one before it deletes the old one", async () => {
    await stack.up("a", { ...volume, triggers: { release: "1" } });
    expect(await stack.up("a", { ...volume, triggers: { release: "2" } })).toEqual({ step: "replace", warnings: [] });
    expect(changes()).toEqual(["create-snapshot", "create-snapshot", "delete-snapshot"]);
    expect(made()).toEqual([held()["snapshotId"]]);
  });

  it("from a volume to a File Storage volume is one", async () => {
    await stack.up("a", volume);
    expect((await stack.up("a", file)).step).toBe("replace");
    expect(stack.held("a").id).toBe(`scp/file-volume/${fileVolumeId}/${madeFiles()[0]}`);
    expect(made()).toEqual([]);
    expect(held()).not.toHaveProperty("name");
  });
});

describe("adopt", () => {
  const adopting: Properties = { ...volume, deletionPolicy: "retain", adopt: "latest" };

  it("takes the newest usable one, changes nothing on it, and never deletes it", async () => {
    for (const status of ["creating", "error", "deleting"]) server().addSnapshot(volumeId, { status });
    expect(await stack.up("a", adopting)).toEqual({ step: "create", warnings: [] });
    expect(held()).toMatchObject({ snapshotId: seeded, adopted: true, sizeGib: 104 });
    expect((await stack.up("a", adopting)).step).toBe("same");
    await stack.refresh("a");
    expect((await stack.up("a", adopting)).step).toBe("same");
    expect((await stack.destroy("a")).warnings).toEqual([]);
    expect(stack.told.at(-1)?.message).toMatch(/^kept on .*it was adopted/);
    expect(changes()).toEqual([]);
    expect(present()).toContain(seeded);
  });

  it("that is no longer said is an update without a request, and the snapshot keeps its name and its life", async () => {
    await stack.up("a", { ...adopting, adopt: seeded });
    const requests = stack.emulator.requests.length;
    expect((await stack.up("a", volume)).step).toBe("update");
    expect(stack.emulator.requests).toHaveLength(requests);
    expect((await stack.up("a", volume)).step).toBe("same");
    expect((await stack.destroy("a")).warnings).toEqual([]);
    expect(stack.told.at(-1)?.message).toMatch(/^kept on .*it was adopted/);
    expect(server().snapshotsOf(volumeId)[0]).toMatchObject({ id: seeded, name: "snapshot-1" });
    expect(changes()).toEqual([]);
  });

  it("with a name or a description sets them, by one PUT", async () => {
    await stack.up("a", { ...adopting, name: "mine", description: "d" });
    expect(held()).toMatchObject({ snapshotId: seeded, name: "mine", description: "d", adopted: true });
    expect(changes()).toEqual(["set-snapshot"]);
  });

  it("reuses a young one as it is, also after later updates", async () => {
    const young = server().addSnapshot(volumeId, { name: "young" });
    const args = { ...volume, deletionPolicy: "retain", reuseWithin: "1h" };
    await stack.up("a", args);
    expect(held()).toMatchObject({ snapshotId: young.id, adopted: true });
    await stack.up("a", { ...args, onGone: "recreate" });
    await stack.refresh("a");
    await stack.up("a", { ...args, onGone: "keep" });
    expect(changes()).toEqual([]);
    expect(young.name).toBe("young");
  });

  it("of a File Storage volume takes the latest, by times that name no zone", async () => {
    files().addSnapshot(fileVolumeId, { createdAtMs: Date.UTC(2026, 10, 1) });
    const latest = files().addSnapshot(fileVolumeId, { createdAtMs: Date.UTC(2026, 10, 2) });
    on("list-file-snapshots", { fault: "list-shuffle", times: "always" });
    await stack.up("a", { ...file, deletionPolicy: "retain", adopt: "latest" });
    expect(held()).toMatchObject({ snapshotId: latest.id, adopted: true });
    expect(held()).not.toHaveProperty("createdAt");
  });
});

describe("nothing that is secret", () => {
  it("reaches the state, a warning, an error or what is announced", async () => {
    const secrets = [stack.environment["SCP_SECRET_KEY"] ?? "", stack.environment["SCP_ACCESS_KEY"] ?? ""];
    const seen: unknown[] = [];
    seen.push(await stack.up("a", volume), stack.held("a"), await stack.up("f", file), stack.held("f"));
    for (const status of [400, 401, 403, 404, 406, 500, 503]) {
      const errors = [
        { code: "C", title: "T", detail: [`bad ${secrets.join(" ")}`, { signature: "Signature=c4n4ry" }] },
      ];
      on("get-snapshot", { fault: "status", status, body: { errors }, times: "always" });
      seen.push(await stack.refresh("a"));
      stack.emulator.faults.clear();
    }
    on("create-snapshot", { fault: "reset-after-commit" });
    seen.push(await stack.up("b", volume), [...stack.journal.values()], stack.announced);
    const text = JSON.stringify(seen);
    expect(text).toContain("bad [secret] [secret]");
    expect(text).not.toContain("c4n4ry");
    for (const secret of secrets) expect(text).not.toContain(secret);
  });
});

describe("the inputs", () => {
  const reasons = (args: Record<string, unknown>) =>
    checkSnapshot({}, args as Properties, {
      config: () => undefined,
      environment: { SCP_ACCESS_KEY: "a", SCP_SECRET_KEY: "s", SCP_REGION: "r" },
    }).failures.map(({ property, reason }) => `${property}: ${reason}`);

  it.each<[string, Record<string, unknown>, RegExp]>([
    ["no deletionPolicy", { deletionPolicy: undefined }, /^deletionPolicy: missing/],
    ["no target", { volumeId: undefined }, /^volumeId: missing: .*volumeId or fileVolumeId/],
    ["both targets", { fileVolumeId }, /^fileVolumeId: give volumeId or fileVolumeId, not both/],
    ["an empty target", { volumeId: "" }, /^volumeId: must not be empty/],
    ["a colon in the name", { name: "2026-11-21T03:00" }, /^name: must not hold ":"/],
    ["an emoji in the name", { name: "a🙂" }, /^name: must not hold "🙂"/],
    ["a name that is too long", { name: "a".repeat(256) }, /^name: must not be longer than 255/],
    ["an empty name", { name: "" }, /^name: must not be empty/],
    ["force that is text", { force: "yes" }, /^force: must be true or false/],
    ["a tag", { tag: "daily" }, /^tag: unknown argument .*SnapShooter/],
    ["delete with adopt", { adopt: "latest" }, /^deletionPolicy: .*never took/],
  ])("with %s are refused", (_title, change, reason) => {
    expect(reasons({ ...volume, ...change })).toEqual([expect.stringMatching(reason)]);
  });

  it.each(["name", "description", "force"])("of a File Storage volume know no %s", (property) => {
    const value = property === "force" ? true : "text";
    expect(reasons({ ...file, [property]: value })).toEqual([`${property}: goes with volumeId only; remove it`]);
  });

  it("may be unknown but for what is plain", () => {
    const unknown = { volumeId: UNKNOWN, name: UNKNOWN, description: UNKNOWN, force: UNKNOWN, triggers: UNKNOWN };
    expect(reasons({ ...volume, ...unknown })).toEqual([]);
  });

  it("have no download link to offer", () => {
    expect(definitions.scp.download).toBe(false);
  });
});
