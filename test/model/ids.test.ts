import fc from "fast-check";
import { formatSnapshotId, parseSnapshotId, segmentsKey } from "../../provider/model/ids";

/** Any text that UTF-8 can carry, often an awkward one. */
const text = fc.oneof(
  fc.string({ unit: "binary", minLength: 1 }),
  fc.constantFrom(
    "pending",
    "%70ending",
    "/",
    "a/b",
    "..",
    "%",
    "%2F",
    " ",
    "+",
    "Backup at 2024-12-07 22:07:11",
    "🙂",
  ),
);
const address = fc.record({
  platform: text,
  kind: text,
  target: text,
  segments: fc.array(text, { minLength: 1, maxLength: 3 }),
  pending: fc.boolean(),
});

describe("resource ids", () => {
  it("are read back as they were written, whatever their parts hold", () => {
    fc.assert(
      fc.property(address, (given) => {
        expect(parseSnapshotId(formatSnapshotId(given))).toEqual(given);
      }),
      { numRuns: 500 },
    );
  });

  it("are one text for one snapshot, and differ where any part differs", () => {
    fc.assert(
      fc.property(address, address, (one, other) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other);
        expect(formatSnapshotId(one) === formatSnapshotId(other)).toBe(isSame);
      }),
    );
  });

  it.each([
    [
      { platform: "discloud", kind: "app", target: "1745338954955", segments: ["20241207-190711"], pending: false },
      "discloud/app/1745338954955/20241207-190711",
    ],
    [
      { platform: "virtus", kind: "app", target: "a", segments: ["name", "2024-06-27T06:23:42.326Z"], pending: false },
      "virtus/app/a/name/2024-06-27T06%3A23%3A42.326Z",
    ],
    [
      { platform: "virtus", kind: "database", target: "d", segments: ["0f1e-version"], pending: false },
      "virtus/database/d/0f1e-version",
    ],
    [
      { platform: "dscloud", kind: "app", target: "a", segments: ["Backup at 2024-12-07 22:07:11"], pending: false },
      "dscloud/app/a/Backup%20at%202024-12-07%2022%3A07%3A11",
    ],
    [
      { platform: "virtus", kind: "app", target: "a", segments: ["2026-11-21T02:30:15.000Z"], pending: true },
      "virtus/app/a/pending/2026-11-21T02%3A30%3A15.000Z",
    ],
    [{ platform: "scp", kind: "file-volume", target: "v", segments: ["s"], pending: false }, "scp/file-volume/v/s"],
  ])("%j is written %s", (given, id) => {
    expect(formatSnapshotId(given)).toBe(id);
    expect(parseSnapshotId(id)).toEqual(given);
  });

  it("distinguish a snapshot named pending from a pending one", () => {
    const common = { platform: "dscloud", kind: "app", target: "a" };
    const called = formatSnapshotId({ ...common, segments: ["pending", "x"], pending: false });
    const waiting = formatSnapshotId({ ...common, segments: ["x"], pending: true });
    expect(called).not.toBe(waiting);
    expect(parseSnapshotId(called)).toMatchObject({ pending: false, segments: ["pending", "x"] });
    expect(parseSnapshotId(waiting)).toMatchObject({ pending: true, segments: ["x"] });
  });

  it.each([
    "",
    "discloud",
    "discloud/app/1",
    "discloud/app/1/",
    "discloud/app//20241207-190711",
    "/app/1/20241207-190711",
    "discloud/app/1/pending",
    "discloud/app/1/pending/",
    "discloud/app/1/%",
    "discloud/app/%zz/20241207-190711",
    "discloud/app/%ff/20241207-190711",
  ])("%j is none", (id) => {
    expect(parseSnapshotId(id)).toBeUndefined();
  });

  it("any text is either an id that can be written again or none: reading one never throws", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.array(fc.string(), { maxLength: 6 }).map((parts) => parts.join("/")),
        ),
        (id) => {
          const parsed = parseSnapshotId(id);
          if (parsed !== undefined) expect(parseSnapshotId(formatSnapshotId(parsed))).toEqual(parsed);
        },
      ),
    );
  });

  it("keep two snapshots of a target apart by all their segments", () => {
    expect(segmentsKey(["a/b"])).not.toBe(segmentsKey(["a", "b"]));
  });
});
