import { seed } from "../../../emulator";
import {
  revertProblem,
  revertWarnings,
  toProgress,
  volumeInWords,
} from "../../../provider/platforms/scp/virtualserver/mapping-restores";
import { type Opened, openOnEmulator } from "../../contract/opened";
import { describeRestores } from "../../contract/restore-platform";

const { volumeId, snapshotId, attachedVolumeId } = seed.scp;
const volume = { id: volumeId, name: "data", size: 104, state: "available", servers: [] };
const snapshot = (id: string, created_at: string | null, change: object = {}) => ({
  id,
  volume_id: volumeId,
  status: "available",
  size: 104,
  created_at,
  ...change,
});

describe("a volume", () => {
  describeRestores({
    platform: "scp",
    argument: "volumeId",
    order: () => ({ targetId: volumeId, snapshotId, options: {} }),
    looks: [
      { operation: "get-volume", wellFormed: volume },
      {
        operation: "list-snapshots",
        wellFormed: { count: 1, snapshots: [snapshot(snapshotId, "2025-07-01T09:00:00Z")] },
      },
    ],
    request: {
      operation: "revert-volume",
      status: 202,
      wellFormed: { errors: [{ code: "x", title: "y", status: 400 }] },
    },
    restores: ({ emulator }) => emulator.scp.virtualserver.reverts.length,
  });
});

describe("what a volume shows of reverts", () => {
  let opened: Opened;
  beforeEach(async () => {
    opened = await openOnEmulator("scp");
  });
  afterEach(() => opened.emulator.close());

  const look = (id: string) =>
    opened.platform.restores?.["volumeId"]?.look?.(opened.target("volumeId", id), opened.scope());

  it("is whether one runs", async () => {
    expect(await look(volumeId)).toMatchObject({ progress: "idle", platformStatus: "available" });
    expect(await look(attachedVolumeId)).toMatchObject({ progress: "idle", platformStatus: "in-use" });
    const { volumes } = opened.emulator.scp.virtualserver;
    const state = volumes.get(volumeId);
    if (state === undefined) throw new Error("no volume");
    for (const [word, progress] of [
      ["Reverting", "running"],
      ["Error Managing", "failed"],
      ["Maintenance", "busy"],
    ]) {
      state.state = word;
      expect(await look(volumeId)).toMatchObject({ progress, platformStatus: word });
    }
    opened.emulator.scp.virtualserver.removeVolume(volumeId);
    await expect(look(volumeId)).rejects.toMatchObject({ kind: "notFound" });
  });

  it("is no answer about another volume", async () => {
    const body = { ...volume, id: attachedVolumeId };
    opened.emulator.faults.add({ platform: "scp", operation: "get-volume", fault: "status", status: 200, body });
    await expect(look(volumeId)).rejects.toThrow(/show volume .*: the answer names another one, 760fee21/);
  });

  it.each([
    ["Reverting", "running"],
    ["reverting", "running"],
    ["Available", "idle"],
    ["In Use", "idle"],
    ["in-use", "idle"],
    ["Error", "failed"],
    ["error_restoring", "failed"],
    ["Restoring Backup", "busy"],
    ["Detaching", "busy"],
    ["a word of no document", "busy"],
  ])("by the state %s: %s", (state, progress) => {
    expect(toProgress(state)).toBe(progress);
  });
});

describe("a revert", () => {
  const old = snapshot("old", "2026-01-01T00:00:00Z");
  const newest = snapshot("new", "2026-02-01T00:00:00Z");

  it.each<[string, object, readonly ReturnType<typeof snapshot>[], string, RegExp | undefined]>([
    ["to the newest of a detached volume", {}, [newest, old], "new", undefined],
    ["whose volume says so in other letters", { state: "Available" }, [newest], "new", undefined],
    ["to one of two of the same second", {}, [snapshot("b", old.created_at), old], "old", undefined],
    ["to one whose time is not shown", {}, [newest, snapshot("none", null)], "none", undefined],
    ["to an older one", {}, [newest, old], "old", /that is new of 2026-02-01T00:00:00Z, not old of 2026-01-01/],
    ["to none of the volume's", {}, [newest], "other", /lists no snapshot other: its newest is new of/],
    ["where there is none", {}, [], "other", /lists no snapshot other: it has none/],
    [
      "of an attached volume",
      { state: "in-use", servers: [{ id: "s1" }, { id: "s2" }] },
      [newest],
      "new",
      /attached to server s1, s2/,
    ],
    [
      "of one that is in use",
      { state: "In Use", servers: null },
      [newest],
      "new",
      /attached to a server, and only a detached/,
    ],
    ["of one that is available and attached", { servers: [{ id: "s1" }] }, [newest], "new", /attached to server s1/],
    ["of one in an error", { state: "Error" }, [newest], "new", /the volume's state is "Error"/],
    [
      "to one that is being made",
      {},
      [snapshot("x", null, { status: "creating" })],
      "x",
      /status of snapshot x is "creating"/,
    ],
    ["to one without a status", {}, [snapshot("x", null, { status: null })], "x", /status of snapshot x is ""/],
  ])("%s", (_what, change, snapshots, id, problem) => {
    const given = revertProblem({ ...volume, ...change }, snapshots, id);
    if (problem === undefined) expect(given).toBeUndefined();
    else expect(given).toMatch(problem);
  });

  it("warns of another size, where both are known", () => {
    expect(revertWarnings(volume, [newest], "new")).toEqual([]);
    expect(revertWarnings({ ...volume, size: 208 }, [newest], "new")).toEqual([
      expect.stringMatching(/208 GiB now, and had 104/),
    ]);
    expect(revertWarnings({ ...volume, size: null }, [newest], "new")).toEqual([]);
    expect(revertWarnings(volume, [], "new")).toEqual([]);
  });

  it("names its volume as far as it is shown", () => {
    expect(volumeInWords(volume)).toBe(`volume ${volumeId} ("data", 104 GiB)`);
    expect(volumeInWords({ id: "v", name: null, size: null, state: "x", servers: undefined })).toBe("volume v");
  });
});
