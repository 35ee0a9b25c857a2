import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Break, copyCode } from "./code-copy";
import { exceptions } from "./exceptions";
import { type Meant, nameOf, type Played, playMatrix } from "./matrix";
import type { MatrixCase } from "./matrix-case";
import { distinct, lineOf, pageOf } from "./page";

const PAGE = join(__dirname, "..", "..", "docs", "what-happens-when.md");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-snapshots-matrix-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Cases that violate an invariant, with all that is needed to see why. */
function violations(played: readonly Played[]): string[] {
  return played
    .filter(({ outcome: { duplicates, lost, dropped, leaks } }) =>
      [duplicates, lost, dropped, leaks].some(({ length }) => length > 0),
    )
    .map((one) => {
      const { duplicates, lost, dropped, leaks, log } = one.outcome;
      return [nameOf(one), ...duplicates, ...lost, ...dropped, ...leaks, ...log].join("\n    ");
    });
}

it("nothing is taken twice, lost, wrongly dropped or leaked, whatever breaks on the way", async () => {
  copyCode(folder);
  const played = await playMatrix(folder);
  const isException = (given: MatrixCase) => exceptions.some(({ covers }) => covers?.(given));
  const safe = played.filter((one) => !isException(one));
  console.log(`${lineOf(safe)}\n${distinct(safe)} distinct combinations of fault, operation and platform`);

  expect(played.filter(({ outcome }) => !outcome.fired).map(nameOf)).toEqual([]);
  expect(violations(safe)).toEqual([]);
  expect(safe.length).toBeGreaterThanOrEqual(1_000);
  expect(new Set(played.map(nameOf)).size).toBe(played.length);
  for (const { what, covers } of exceptions.filter((one) => one.covers !== undefined)) {
    const named = played.filter((one) => covers?.(one));
    // A case that has become safe is no longer an exception.
    expect([what, violations(named).length]).toEqual([what, named.length]);
    expect(named.length).toBeGreaterThan(0);
  }

  const page = pageOf(played);
  if (process.env["WRITE_PAGES"] !== undefined) writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, "utf8")).toBe(page);
}, 2_400_000);

describe("the matrix turns red", () => {
  const broken: [string, "duplicates" | "lost" | "dropped" | "leaks", Break, Meant][] = [
    [
      "a request that takes a snapshot is sent again after a lost answer",
      "duplicates",
      {
        file: "provider/http/retry.ts",
        line: 'if (!readOnly && error.executed !== "no") return undefined;',
        instead: "",
      },
      { step: "create", fault: "the connection is reset after" },
    ],
    [
      "the first new snapshot is taken for the result of a lost answer",
      "lost",
      {
        file: "provider/resources/snapshot/job.ts",
        line: "const selection = platform.select?.(request.answer, from, wanted) ?? onlyOne(from);",
        instead: "const selection = onlyOne(from.slice(0, 1));",
      },
      { step: "create", fault: "somebody else's" },
    ],
    [
      "a 403 counts as proof of an absence",
      "dropped",
      {
        file: "provider/http/not-found.ts",
        line: 'if (isSnapshotsError(error, "notFound")) return undefined;',
        instead: 'if (isSnapshotsError(error, "notFound", "forbidden")) return undefined;',
      },
      { step: "read", fault: "HTML with 403" },
    ],
    [
      "messages are shown as the platform words them",
      "leaks",
      {
        file: "provider/http/redact.ts",
        line: "  let clean = text;",
        instead: "  return text;\n  let clean = text;",
      },
      { step: "read", fault: "an error that repeats" },
    ],
    [
      "an answer that names a snapshot from before the request is believed",
      "lost",
      {
        file: "provider/creation/create.ts",
        line: "if (named !== undefined && request.known.includes(describe(named).key)) return refuseExisting(run, request, named);",
        instead: "",
      },
      { step: "create", fault: "the answer names one that existed before" },
    ],
    [
      "a list that another account can read empty counts as proof of an absence",
      "dropped",
      {
        file: "provider/platforms/scp/absence.ts",
        line: `if (!visibility.isVisible) return { outcome: "unproven", reason: visibility.reason, remedy: visibility.remedy };`,
        instead: "",
      },
      { step: "read", fault: "another account" },
    ],
    [
      "a refusal that arrives with 200 counts as an answer",
      "lost",
      {
        file: "provider/http/answer.ts",
        line: "const isRefusal = changes && explanation.message !== undefined;",
        instead: "const isRefusal = false;",
      },
      { step: "create", fault: "a refusal in the platform's own form, with 200" },
    ],
    [
      "a policy does not look for its slot's snapshot on the platform",
      "duplicates",
      {
        file: "provider/resources/backup-policy/by-up/slot.ts",
        line: 'return candidates.find(({ status }) => status === "available") ?? candidates[0];',
        instead: "return undefined;",
      },
      { step: "policy: converge on another machine", fault: "JSON of another shape" },
    ],
    [
      "a store that can't be reached counts as a broken archive",
      "duplicates",
      {
        file: "provider/resources/verify.ts",
        line: 'return { outcome: "unproven", because };',
        instead: 'return { outcome: "broken", because };',
      },
      { step: "verify a new one", fault: "the connection is reset before the request is carried out, every time" },
    ],
    [
      "a policy's retention deletes all that it does not keep in one run",
      "dropped",
      {
        file: "provider/resources/backup-policy/by-up/prune.ts",
        line: "const going = simulation.pruned.flatMap(({ id, because }) => {",
        instead: "const going = [...simulation.pruned, ...simulation.queued].flatMap(({ id, because }) => {",
      },
      { step: "policy: prune", fault: "JSON of another shape" },
    ],
    [
      "a killed restore counts as never started where the platform shows nothing of it",
      "duplicates",
      {
        file: "provider/resources/restore/job.ts",
        line: "if (restores.look === undefined) return { items: [], complete: false, aheadMs: 0 };",
        instead: "if (restores.look === undefined) return { items: [], complete: true, aheadMs: 0 };",
      },
      { step: "restore: recover after everything", fault: "JSON of another shape" },
    ],
  ];

  it.each(broken)(
    "when %s",
    async (_what, invariant, given, meant) => {
      copyCode(folder, given);
      const played = await playMatrix(folder, meant);
      expect(played.every(({ outcome }) => outcome.fired)).toBe(true);
      expect(played.filter(({ outcome }) => outcome[invariant].length > 0).map(nameOf)).not.toEqual([]);
    },
    600_000,
  );
});
