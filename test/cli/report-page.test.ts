import * as fc from "fast-check";
import type { Report } from "../../provider";
import { concernsIn } from "../../sdk/cli/report/concerns";
import { code, markdownOf, stripOf } from "../../sdk/cli/report/markdown";
import { pageOf } from "../../sdk/cli/report/page";
import { marks, spanText, totalsOf } from "../../sdk/cli/report/words";
import { sampleReport } from "./report-sample";

/** Report with all text of external origin replaced. */
function withTexts(texts: readonly string[]): Report {
  const report = sampleReport();
  let next = 0;
  const text = (): string => texts[next++ % texts.length] ?? "";
  return {
    ...report,
    stacks: report.stacks.map(({ problem }) => ({ name: text(), problem: problem === null ? null : text() })),
    notes: report.notes.map(text),
    problems: report.problems.map(text),
    targets: report.targets.map((target) => ({
      ...target,
      id: text(),
      platformTitle: text(),
      stacks: target.stacks.map(text),
      problem: target.problem === null ? null : text(),
      policies: target.policies.map((policy) => ({
        ...policy,
        name: text(),
        schedules: policy.schedules.map(text),
        retention: policy.retention === null ? null : text(),
        maxAge: policy.maxAge === null ? null : text(),
        problem: policy.problem === null ? null : text(),
      })),
      snapshots: target.snapshots.map((snapshot) => ({
        ...snapshot,
        snapshotId: text(),
        because: snapshot.because === null ? null : text(),
        sizeText: snapshot.sizeText === null ? null : text(),
        managedBy: snapshot.managedBy.map(text),
      })),
    })),
  };
}

/** Tags of a page with the names of their attributes, without the values. */
const tagsOf = (page: string): string[] =>
  (page.replace(/<style>[\s\S]*<\/style>/, "").match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/"[^"]*"/g, '""'));

const hostile = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.string({ unit: "binary", minLength: 1 }),
  fc.constantFrom(
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'--><b>",
    "&lt;b&gt;",
    "</title>",
    "]]>",
    "`|`",
  ),
);

describe("the page", () => {
  it("never makes markup of what a platform or a program calls something", () => {
    // No text is empty, since the page leaves out empty ones.
    const shape = tagsOf(pageOf(withTexts(["text"]), "1"));
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 20 }), (texts) => {
        const visible = texts.map((text) => `x${text}`);
        expect(tagsOf(pageOf(withTexts(visible), "1"))).toEqual(shape);
      }),
      { numRuns: 60 },
    );
  });

  it("shows what it is given as text, also what is not to be seen", () => {
    const page = pageOf(withTexts(["<b>&\"'\u202e\u0000"]), "1");
    expect(page).toContain("&lt;b&gt;&amp;&quot;&#39; ");
    for (const unseen of ["\u202e", "\u0000"]) expect(page).not.toContain(unseen);
  });

  it("needs nothing from elsewhere, and no script", () => {
    const page = pageOf(sampleReport(), "1");
    expect(page).not.toMatch(/https?:|<script|<link|@import|url\((?!#)|\bsrc=/);
    expect([...page.matchAll(/href="([^"]*)"/g)].every(([, href]) => href?.startsWith("#"))).toBe(true);
    const ids = new Set([...page.matchAll(/\bid="([^"]*)"/g)].map(([, id]) => id));
    for (const [, href = ""] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(href);
  });

  it("says in words what a shape or a colour says", () => {
    const page = pageOf(sampleReport(), "1");
    for (const { label } of Object.values(marks)) expect(page).toContain(label);
    for (const label of ["Stale", "Fresh", "No maxAge", "HTTP 403: your plan has no backups"]) {
      expect(page).toContain(label);
    }
    expect(page).toContain("Its snapshots are unknown.");
  });

  it("of nothing is a page, too", () => {
    const empty: Report = { ...sampleReport(), stacks: [], targets: [], notes: [], problems: [] };
    expect(pageOf(empty, "1")).toContain("There is no target to show.");
    expect(markdownOf(empty)).toMatch(/^# Backup report\n[\s\S]*## Needs a look\n\nNothing\.\n$/);
  });
});

describe("the Markdown", () => {
  it("puts every text from outside into code, which nothing in it ends", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const written = code(text);
        if (written === "") return;
        const [fence = ""] = /^`+/.exec(written) ?? [];
        const inner = written.slice(fence.length, -fence.length);
        expect(written).toBe(`${fence}${inner}${fence}`);
        expect(inner).not.toMatch(/[\n\r]/);
        expect([...inner.matchAll(/`+/g)].every(([run]) => run.length < fence.length)).toBe(true);
        expect(inner.replaceAll("\\|", "")).not.toContain("|");
      }),
    );
  });

  it("keeps a table's rows, whatever a platform calls its snapshots", () => {
    const rowsOf = (text: string) => text.split("\n").filter((line) => line.startsWith("|")).length;
    const whole = rowsOf(markdownOf(withTexts(["text"])));
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 20 }), (texts) => {
        expect(rowsOf(markdownOf(withTexts(texts.map((text) => `x${text}`))))).toBe(whole);
      }),
      { numRuns: 60 },
    );
  });

  it("fits into a comment, and draws a time line of characters", () => {
    const report = sampleReport();
    expect(markdownOf(report).length).toBeLessThan(65_536);
    const volume = report.targets.find(({ platform }) => platform === "scp");
    const strip = volume === undefined ? "" : stripOf(volume, report.generatedAt);
    expect(strip).toHaveLength(40);
    for (const mark of ["kept", "going", "missed", "due"] as const) expect(strip).toContain(marks[mark].character);
  });
});

it("counts what it shows, and names first what can't be read", () => {
  const report = sampleReport();
  expect(totalsOf(report)).toMatchObject({
    targets: 6,
    byFreshness: { fresh: 2, stale: 2, unjudged: 1, unknown: 1 },
    snapshots: 73,
    byMark: { going: 2, failed: 1, untracked: 1, unlisted: 1, unfinished: 1, missed: 1, due: 1 },
  });
  const labels = concernsIn(report).map(({ label }) => label);
  expect(labels).toEqual([
    ...Array<string>(4).fill("Can't be read"),
    "Stale",
    "Stale",
    "1 missed",
    "1 failed",
    "1 not listed",
    "1 untracked",
  ]);
});

it.each([
  [59, "0 min"],
  [3599, "59 min"],
  [9000, "2.5 h"],
  [93_600, "26 h"],
  [259_200, "3 d"],
  [864_000, "10 d"],
])("calls %d seconds %s", (seconds, text) => {
  expect(spanText(seconds)).toBe(text);
});
