import { seed } from "../../../emulator";
import { entryOfVersion, versionsInWords } from "../../../provider/platforms/virtus/mapping";
import { describeRestores } from "../../contract/restore-platform";

const { databaseId } = seed.virtus;
const entry = (versionId: string | undefined, modified = "2025-08-13T13:29:11.000Z") => ({
  name: databaseId,
  size: 129_007,
  modified,
  key: `AWSAccessKeyId=ABC&Expires=1757683751&Signature=a%2Bb%3D${versionId === undefined ? "" : `&versionId=${versionId}`}`,
});

describe("a database", () => {
  describeRestores({
    platform: "virtus",
    argument: "databaseId",
    order({ emulator }) {
      const [newest] = emulator.virtus.targets.get(databaseId)?.snapshots.present().slice(-1) ?? [];
      return { targetId: databaseId, snapshotId: newest?.versionId ?? "", options: {} };
    },
    looks: [{ operation: "list-database-snapshots", wellFormed: { status: "success", response: [entry("v1")] } }],
    request: { operation: "restore-database-snapshot", status: 200, wellFormed: { status: "success" } },
    restores: ({ emulator }) => emulator.virtus.restores.length,
  });
});

describe("a version", () => {
  it("is found by the whole of its id only", () => {
    const entries = [entry("v10"), entry("v1"), entry(undefined)];
    expect(entryOfVersion(entries, "v1")).toBe(entries[1]);
    for (const other of ["v", "V1", "v2", "", "2025-08-13T13:29:11.000Z"]) {
      expect(entryOfVersion(entries, other)).toBeUndefined();
    }
  });

  it.each([
    [[], "no snapshots at all"],
    [[entry(undefined)], "no versions now"],
    [[entry("v1"), entry(undefined)], '"v1" of 2025-08-13T13:29:11.000Z'],
    [
      ["a", "b", "c", "d", "e", "f"].map((id) => entry(id, "2025-01-01T00:00:00Z")),
      '"a" of 2025-01-01T00:00:00Z, "b" of 2025-01-01T00:00:00Z, "c" of 2025-01-01T00:00:00Z, ' +
        '"d" of 2025-01-01T00:00:00Z, "e" of 2025-01-01T00:00:00Z and others',
    ],
  ])("is named among those that a list shows, never with its key", (entries, words) => {
    expect(versionsInWords(entries)).toBe(words);
  });
});
