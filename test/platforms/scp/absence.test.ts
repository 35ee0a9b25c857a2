import { type FaultRule, seed } from "../../../emulator";
import type { Properties } from "../../../provider/resources/host";
import { Stack } from "../../resources/stack";

const { volumeId, snapshotId: seeded, attachedVolumeId, fileVolumeId, serverId } = seed.scp;

const volume: Properties = { platform: "scp", volumeId, deletionPolicy: "delete" };
const file: Properties = { platform: "scp", fileVolumeId, deletionPolicy: "delete" };

const nightly = [{ cron: "0 3 * * *" }];
const volumePolicy: Properties = { platform: "scp", volumeId, schedules: nightly, retention: { keepLast: 5 } };
const filePolicy: Properties = { platform: "scp", fileVolumeId, schedules: nightly, retention: { keepLast: 7 } };
const serverPolicy: Properties = {
  platform: "scp",
  serverId,
  name: "web-nightly",
  deletionPolicy: "delete",
  schedules: [{ cron: "0 3 * * *", timezone: "Asia/Seoul" }],
  retention: { keepWithin: "14d" },
};

let stack: Stack;
afterEach(() => stack.close());

const server = () => stack.emulator.scp.virtualserver;
const files = () => stack.emulator.scp.filestorage;
const backup = () => stack.emulator.scp.backup;
const held = (name = "a") => stack.held(name).props;
const count = (operation: string) =>
  stack.emulator.requests.filter((request) => request.operation === operation).length;
const on = (operation: string, rule: object) => stack.fault({ platform: "scp", operation, ...rule } as FaultRule);
const always = { fault: "status", times: "always" };

/** Gives the connection the credential of another account in the same region. */
function becomeOtherAccount(): void {
  stack.emulator.scp.access.isOtherAccount = true;
}

function becomeOwnAccount(): void {
  stack.emulator.scp.access.isOtherAccount = false;
}

const snapshots: [string, Properties, () => { id: string }[], () => void, () => void][] = [
  [
    "a volume",
    volume,
    () =>
      server()
        .snapshotsOf(volumeId)
        .filter(({ id }) => id !== seeded),
    () => server().removeSnapshot(String(held()["snapshotId"])),
    () => server().removeVolume(volumeId),
  ],
  [
    "a File Storage volume",
    file,
    () => files().snapshotsOf(fileVolumeId),
    () => files().removeSnapshot(String(held()["snapshotId"])),
    () => files().removeVolume(fileVolumeId),
  ],
];
const showTarget = (args: Properties) => (args === volume ? "get-volume" : "get-file-volume");

describe.each(snapshots)("a snapshot of %s", (_title, args, onPlatform, removeSnapshot, removeTarget) => {
  beforeEach(async () => {
    stack = await Stack.start();
  });

  it.each(["keep", "recreate"])(
    "is neither gone nor deleted by the word of another account's credential, with onGone %s",
    async (onGone) => {
      const wanted = { ...args, onGone };
      await stack.up("a", wanted);
      becomeOtherAccount();
      const { step, warnings } = await stack.refresh("a");
      expect([step, warnings]).toEqual([
        "refresh",
        [
          expect.stringMatching(
            /does not prove it gone: .* answers 404 for .*olume [-0-9a-f]+ itself, .*connection "scp".*pulumi state delete 'urn:/,
          ),
        ],
      ]);
      expect(held()).toMatchObject({ status: "unknown" });
      expect((await stack.destroy("a")).failure).toMatch(
        /does not prove it gone.*connection "scp".*pulumi state delete/,
      );
      expect(onPlatform()).toHaveLength(1);

      becomeOwnAccount();
      expect((await stack.refresh("a")).warnings).toEqual([]);
      expect(held()).toMatchObject({ status: "available" });
      expect((await stack.up("a", wanted)).step).toBe("same");
      expect(await stack.destroy("a")).toEqual({ step: "drop", warnings: [] });
      expect(onPlatform()).toEqual([]);
    },
  );

  it("whose target is gone itself stays as unknown, and destroy names the way out", async () => {
    await stack.up("a", { ...args, onGone: "recreate" });
    removeTarget();
    expect((await stack.refresh("a")).warnings).toEqual([expect.stringMatching(/does not prove it gone/)]);
    expect(held()).toMatchObject({ status: "unknown" });
    expect((await stack.destroy("a")).failure).toMatch(/pulumi state delete/);
    expect(stack.state.has("a")).toBe(true);
  });

  it("whose target may not be shown stays as unknown, and the warning says what to allow", async () => {
    await stack.up("a", args);
    removeSnapshot();
    on(showTarget(args), { ...always, status: 403 });
    expect((await stack.refresh("a")).warnings).toEqual([
      expect.stringMatching(/may not show it \(HTTP 403\).*; allow the credential of the connection "scp" to show/),
    ]);
    expect(held()).toMatchObject({ status: "unknown" });
    expect((await stack.destroy("a")).failure).toMatch(/allow the credential of the connection "scp"/);
  });

  it.each<[string, object, RegExp]>([
    ["401", { ...always, status: 401 }, /HTTP 401/],
    ["a gateway's 404", { ...always, status: 404, body: { status: 404, error: "Not Found" } }, /the gateway, not the/],
    ["500", { ...always, status: 500 }, /HTTP 500/],
    ["a page", { fault: "html", status: 200, times: "always" }, /not JSON/],
    ["another target", { ...always, status: 200, body: { id: "other" } }, /names another one, other/],
    ["a refusal with 200", { ...always, status: 200, body: { errors: [{ code: "NotFound" }] } }, /don't describe/],
  ])("is kept as it is where its target is answered with %s", async (_title, fault, message) => {
    await stack.up("a", { ...args, onGone: "recreate" });
    const before = held();
    removeSnapshot();
    on(showTarget(args), fault);
    expect((await stack.refresh("a")).failure).toMatch(message);
    expect((await stack.destroy("a")).failure).toMatch(message);
    expect(held()).toBe(before);
  });

  it("that is gone already is deleted with the proof of it", async () => {
    await stack.up("a", args);
    removeSnapshot();
    expect(await stack.destroy("a")).toEqual({ step: "drop", warnings: [] });
    expect(count(showTarget(args))).toBeGreaterThan(0);
  });

  it("that is deleted by a request of this destroy needs no other proof", async () => {
    await stack.up("a", args);
    stack.clock.advance(60_000);
    on(showTarget(args), { ...always, status: 500 });
    const before = count(showTarget(args));
    expect((await stack.destroy("a")).failure).toBeUndefined();
    expect([onPlatform(), count(showTarget(args))]).toEqual([[], before]);
  });

  it.each<[string, object, RegExp]>([
    ["200 that holds errors", { status: 200, body: { errors: [{ code: "Conflict", detail: "in use" }] } }, /in use/],
    ["202 that holds errors", { status: 202, body: { errors: [{ code: "Conflict", detail: "in use" }] } }, /in use/],
    ["204 that deletes nothing", { status: 204, body: "" }, /it still exists/],
  ])("is not deleted by a %s", async (_answer, answer, message) => {
    await stack.up("a", args);
    on(args === volume ? "delete-snapshot" : "delete-file-snapshot", { ...always, ...answer });
    expect((await stack.destroy("a")).failure).toMatch(message);
    expect([onPlatform().length, stack.state.has("a")]).toEqual([1, true]);
  });

  it("is not gone by a list that shows fewer than it counts, however often it is read", async () => {
    await stack.up("a", { ...args, onGone: "recreate" });
    const before = held();
    on(args === volume ? "list-snapshots" : "list-file-snapshots", {
      ...always,
      status: 200,
      body: { count: 2, snapshots: [] },
    });
    if (args === volume) {
      expect((await stack.up("b", args)).failure).toMatch(/2 entries are stated, and 0 are listed/);
      expect(count("create-snapshot")).toBe(1);
    } else {
      expect((await stack.refresh("a")).failure).toMatch(/2 entries are stated, and 0 are listed/);
      expect((await stack.destroy("a")).failure).toMatch(/2 entries are stated, and 0 are listed/);
    }
    expect(held()).toBe(before);
  });

  it("is not lost by a list that is short for a moment", async () => {
    const list = args === volume ? "list-snapshots" : "list-file-snapshots";
    on(list, { fault: "status", status: 200, times: 2, body: { count: 1, snapshots: [] } });
    expect((await stack.up("a", args)).failure).toBeUndefined();
    expect(onPlatform()).toHaveLength(1);
    if (args === volume) return;
    on(list, { fault: "status", status: 200, times: 2, body: { count: 1, snapshots: [] } });
    expect((await stack.refresh("a")).failure).toBeUndefined();
    expect(held()).toMatchObject({ status: "available" });
  });

  it("is taken first of its target though the target may not be shown", async () => {
    on(showTarget(args), { ...always, status: 403 });
    const first = args === volume ? { ...args, volumeId: attachedVolumeId, force: true } : args;
    expect((await stack.up("a", first)).failure).toBeUndefined();
    expect(held()).toMatchObject({ status: "available" });
  });
});

describe("a File Storage volume that another account's credential gets an empty list of", () => {
  it("proves nothing of its snapshots and schedule", async () => {
    stack = await Stack.start();
    await stack.up("a", { ...file, onGone: "recreate" });
    becomeOtherAccount();
    on("list-file-snapshots", { ...always, status: 200, body: { count: 0, snapshots: [] } });
    on("delete-file-snapshot", { ...always, status: 404 });
    expect((await stack.refresh("a")).step).toBe("refresh");
    expect(held()).toMatchObject({ status: "unknown" });
    expect((await stack.destroy("a")).failure).toMatch(/does not prove it gone/);
    expect(files().snapshotsOf(fileVolumeId)).toHaveLength(1);
  });
});

describe("a policy for a volume", () => {
  const DAY_MS = 24 * 3_600_000;
  const records = () => held()["snapshots"] as { id: string }[];

  beforeEach(async () => {
    stack = await Stack.start("BackupPolicy");
    for (let day = 0; day < 3; day++) {
      stack.clock.advance(DAY_MS);
      await stack.up("a", volumePolicy);
    }
  });

  it("keeps its records whatever another account's credential sees", async () => {
    const before = records();
    expect(before).toHaveLength(3);
    becomeOtherAccount();
    const { step, warnings } = await stack.refresh("a");
    expect([step, records()]).toEqual(["refresh", before]);
    expect(warnings).toEqual([expect.stringMatching(/does not prove it gone/)]);
    stack.clock.advance(DAY_MS);
    expect((await stack.up("a", volumePolicy)).failure).toMatch(/Volume .* could not be found/);
    expect(records()).toEqual(before);

    becomeOwnAccount();
    expect((await stack.up("a", volumePolicy)).failure).toBeUndefined();
    expect(
      records()
        .slice(1)
        .map(({ id }) => id),
    ).toEqual(before.map(({ id }) => id));
  });

  it("keeps its records where the list shows fewer than it counts", async () => {
    const before = held();
    const [shown] = server().snapshotsOf(volumeId);
    on("list-snapshots", {
      ...always,
      status: 200,
      body: { count: 4, snapshots: [{ id: shown?.id ?? "", volume_id: volumeId, status: "available" }] },
    });
    expect((await stack.refresh("a")).failure).toMatch(/4 entries are stated, and 1 are listed/);
    stack.clock.advance(DAY_MS);
    expect((await stack.up("a", volumePolicy)).failure).toMatch(/4 entries are stated, and 1 are listed/);
    expect(held()).toBe(before);
    expect(server().snapshotsOf(volumeId)).toHaveLength(4);
  });

  it("deletes nothing, and takes nothing off its list, by a 404 of another account", async () => {
    const keepTwo = { ...volumePolicy, retention: { keepLast: 2 } };
    // Only the deletion and the requests for its proof are answered as to another account.
    on("delete-snapshot", { ...always, status: 404 });
    on("get-snapshot", { ...always, status: 404 });
    on("get-volume", { ...always, status: 404 });
    const { warnings } = await stack.up("a", keepTwo);
    expect(warnings).toEqual([expect.stringMatching(/was to go .* and is not deleted: .*does not prove it gone/)]);
    expect([records().length, held()["pruneQueue"]]).toEqual([3, [records()[2]?.id]]);
  });

  it("drops what is gone where the volume is seen, also where nothing is left", async () => {
    for (const { id } of records()) server().removeSnapshot(id);
    server().removeSnapshot(seeded);
    stack.clock.advance(2 * 60_000);
    const { warnings } = await stack.refresh("a");
    expect(records()).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/is gone from Samsung Cloud Platform.*and the virtualserver service shows volume/),
      expect.stringMatching(/2 older snapshots of this policy are gone/),
    ]);
  });
});

describe.each<[string, Properties, () => number, () => void, () => void]>([
  [
    "a server's backup",
    serverPolicy,
    () => backup().policies().length,
    () => backup().removePolicy(String(held()["policyId"])),
    () => backup().removeServer(serverId),
  ],
  [
    "a File Storage volume's schedule",
    filePolicy,
    () => (files().volumes.get(fileVolumeId)?.schedule === undefined ? 0 : 1),
    () => files().setSchedule(fileVolumeId, undefined),
    () => files().removeVolume(fileVolumeId),
  ],
])("%s", (_title, args, onPlatform, removePolicy, removeTarget) => {
  const show = args === serverPolicy ? "get-server" : "get-file-volume";

  beforeEach(async () => {
    stack = await Stack.start("BackupPolicy");
    await stack.up("a", args);
  });

  it("is neither gone nor deleted by the word of another account's credential", async () => {
    expect(onPlatform()).toBe(1);
    becomeOtherAccount();
    const { step, warnings } = await stack.refresh("a");
    expect([step, warnings]).toEqual([
      "refresh",
      [
        expect.stringMatching(
          /does not prove it gone: .* answers 404 for .* itself, .*; if .* still exists, give the connection "scp".*pulumi state delete 'urn:/,
        ),
      ],
    ]);
    expect(held()).toMatchObject({ status: "unknown" });
    expect((await stack.destroy("a")).failure).toMatch(/does not prove it gone.*connection "scp".*pulumi state delete/);
    expect([stack.state.has("a"), onPlatform()]).toEqual([true, 1]);

    becomeOwnAccount();
    expect((await stack.refresh("a")).warnings).toEqual([]);
    expect(held()).toMatchObject({ status: "active" });
    expect((await stack.destroy("a")).failure).toBeUndefined();
    expect(onPlatform()).toBe(0);
  });

  it("is gone where its target is seen without it, and its deletion succeeds then", async () => {
    removePolicy();
    const before = count(show);
    expect((await stack.destroy("a")).failure).toBeUndefined();
    expect(count(show)).toBe(before + 1);
  });

  it("that is gone is dropped by a refresh only where its target is seen", async () => {
    removePolicy();
    on(show, { ...always, status: 403 });
    expect((await stack.refresh("a")).step).toBe("refresh");
    expect(held()).toMatchObject({ status: "unknown" });
    stack.emulator.faults.clear();
    on(show, { ...always, status: 500 });
    expect((await stack.refresh("a")).failure).toMatch(/HTTP 500/);
    stack.emulator.faults.clear();
    const { step, warnings } = await stack.refresh("a");
    expect([step, warnings]).toEqual(["drop", [expect.stringMatching(/and the \w+ service shows /)]]);
  });

  it("whose target is gone as well stays as unknown, and destroy names the way out", async () => {
    removePolicy();
    removeTarget();
    expect((await stack.refresh("a")).warnings).toEqual([expect.stringMatching(/does not prove it gone/)]);
    expect(held()).toMatchObject({ status: "unknown" });
    expect((await stack.destroy("a")).failure).toMatch(/pulumi state delete/);
  });
});
