import fc from "fast-check";
import type { JsonValue, ObservedSnapshot, SnapshotStatus } from "../../provider/model/snapshot";
import type { Properties } from "../../provider/resources/host";
import {
  awaitsVerification,
  counted,
  type Verdict,
  verdictNames,
  verdictOf,
  withoutVerdict,
  withVerdict,
} from "../../provider/resources/verification";

const text = fc.string({ minLength: 1, maxLength: 20 });
const names = ["a.sql", "b/c.gz", "__proto__", "constructor"];
const statuses: readonly SnapshotStatus[] = ["pending", "running", "available", "failed", "gone", "unknown"];

const intact = fc.record({
  outcome: fc.constant("intact" as const),
  verifiedAt: fc.constant("2026-11-21T02:30:15.250Z"),
  verifiedBytes: fc.nat(),
});
const single: fc.Arbitrary<Verdict> = fc.tuple(intact, text).map(([verdict, sha256]) => ({ ...verdict, sha256 }));
const ofFiles: fc.Arbitrary<Verdict> = fc
  .tuple(intact, fc.tuple(...names.map(() => text)))
  .map(([verdict, hashes]) => ({
    ...verdict,
    files: Object.fromEntries(names.map((name, index) => [name, hashes[index] ?? ""])),
  }));
const doubt: fc.Arbitrary<Verdict> = fc.record({
  outcome: fc.constantFrom("broken" as const, "unproven" as const),
  because: text,
});
const verdicts = fc.oneof(single, doubt);

const files = names.map((name, index) => ({ id: `${index}`, name, sizeText: "1 byte" }));
const snapshot = (status: SnapshotStatus, details: Record<string, JsonValue> = {}): ObservedSnapshot => ({
  snapshotId: "1",
  segments: ["1"],
  status,
  details,
});

describe("a verdict", () => {
  it("is read from properties as it was written, and taken out again without a trace", () => {
    fc.assert(
      fc.property(verdicts, (verdict) => {
        const held: Properties = { snapshotId: "1", status: "available" };
        const judged = withVerdict(held, verdict);
        expect(verdictOf(judged)).toEqual(verdict);
        expect(withoutVerdict(judged)).toEqual(held);
        expect(withVerdict(judged, verdict)).toEqual(judged);
      }),
    );
  });

  it("on files is kept at each of them, whatever they are called", () => {
    fc.assert(
      fc.property(ofFiles, (verdict) => {
        const held: Properties = { snapshotId: "1", status: "available", files };
        const judged = JSON.parse(JSON.stringify(withVerdict(held, verdict))) as Properties;
        expect(verdictOf(judged)).toEqual(verdict);
        expect(withoutVerdict(judged)).toEqual(held);
      }),
    );
  });

  it("of a later check takes the place of an earlier one", () => {
    fc.assert(
      fc.property(verdicts, verdicts, (first, second) => {
        const judged = withVerdict(withVerdict({ snapshotId: "1", status: "available" }, first), second);
        expect(judged).toEqual(withVerdict({ snapshotId: "1", status: "available" }, second));
      }),
    );
  });
});

describe("a snapshot", () => {
  it("counts as available only where the platform calls it so and its bytes are intact", () => {
    fc.assert(
      fc.property(fc.constantFrom(...statuses), fc.option(verdicts, { nil: undefined }), (status, verdict) => {
        const { status: counts, details } = counted(snapshot(status), verdict);
        expect(counts === "available").toBe(status === "available" && verdict?.outcome === "intact");
        if (status !== "available") expect(counts).toBe(status);
        // The verdict that a state keeps has the same effect at the next look.
        const kept = verdictOf(details);
        if (status === "available") expect(counted(snapshot(status), kept)).toEqual(counted(snapshot(status), verdict));
      }),
    );
  });

  it.each<[SnapshotStatus, Verdict["outcome"] | "none", string, readonly string[]]>([
    ["available", "none", "running", ["unverifiedBecause"]],
    ["available", "unproven", "running", ["unverifiedBecause"]],
    ["available", "broken", "failed", ["brokenBecause"]],
    ["available", "intact", "available", ["sha256", "verifiedAt", "verifiedBytes"]],
    ["gone", "intact", "gone", ["sha256", "verifiedAt", "verifiedBytes"]],
    ["gone", "broken", "gone", ["brokenBecause"]],
    ["failed", "broken", "failed", []],
    ["running", "unproven", "running", []],
    ["unknown", "none", "unknown", []],
  ])("that is %s on the platform and %s counts as %s and keeps %j", (status, outcome, counts, kept) => {
    const verdict: Record<string, Verdict> = {
      intact: { outcome: "intact", verifiedAt: "2026-11-21T02:30:15.250Z", verifiedBytes: 1, sha256: "00" },
      broken: { outcome: "broken", because: "it is empty" },
      unproven: { outcome: "unproven", because: "no store" },
    };
    const shown = counted(snapshot(status), verdict[outcome]);
    expect(shown.status).toBe(counts);
    expect(Object.keys(shown.details).sort()).toEqual(kept);
    for (const name of kept) expect(verdictNames as readonly string[]).toContain(name);
  });

  it.each<[Properties, boolean]>([
    [{ status: "available" }, true],
    [{ status: "running", unverifiedBecause: "no store" }, true],
    [{ status: "running" }, false],
    [{ status: "unknown", unverifiedBecause: "no store" }, false],
    [{ status: "failed", brokenBecause: "it is empty" }, false],
    [{ status: "available", verifiedAt: "2026-11-21T02:30:15.250Z", verifiedBytes: 1 }, false],
    [{ status: "gone" }, false],
  ])("that is held as %j is to be verified: %s", (held, expected) => {
    expect(awaitsVerification(held)).toBe(expected);
  });
});
