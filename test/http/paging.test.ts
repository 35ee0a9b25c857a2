import fc from "fast-check";
import { findEntry, listAll, type Page, type PagedList } from "../../provider/http/paging";
import { SnapshotsError } from "../../provider/model/errors";

/** List that gives these pages in order and repeats the last one. */
function answering(...pages: Partial<Page<string>>[]): PagedList<string> & { readonly asked: unknown[] } {
  const asked: unknown[] = [];
  return {
    asked,
    title: "[platform] list things",
    keyOf: (entry) => entry,
    async read(number, cursor) {
      asked.push(cursor ?? number);
      return { entries: [], next: undefined, ...pages[Math.min(asked.length, pages.length) - 1] };
    },
  };
}

describe("a list in pages", () => {
  it("is one answer where that states that there is no more", async () => {
    const list = answering({ entries: ["a", "b"], next: null, total: 2, serverTimeMs: 7 });
    expect(await listAll(list)).toEqual({ entries: ["a", "b"], serverTimeMs: 7 });
    expect(list.asked).toEqual([1]);
  });

  it("that is empty has no more", async () => {
    const list = answering({ entries: [] });
    expect((await listAll(list)).entries).toEqual([]);
    expect(list.asked).toEqual([1]);
  });

  it("follows the cursors, else the numbers, and is read twice, with the time of the second reading", async () => {
    const list = answering(
      { entries: ["a"], next: "to b", serverTimeMs: 1 },
      { entries: ["b"] },
      { entries: ["c"] },
      { entries: [] },
      { entries: ["a"], next: "to b", serverTimeMs: 2 },
      { entries: ["b", "c"], next: null },
    );
    expect(await listAll(list)).toEqual({ entries: ["a", "b", "c"], serverTimeMs: 2 });
    expect(list.asked).toEqual([1, "to b", 3, 4, 1, "to b"]);
  });

  it("counts as whole once fewer entries are stated, since some may be deleted meanwhile", async () => {
    const list = answering({ entries: ["a"], next: null, total: 2 }, { entries: ["a"], next: null, total: 1 });
    expect((await listAll(list)).entries).toEqual(["a"]);
  });

  it("is read until two readings in a row agree, and holds nothing that was deleted meanwhile", async () => {
    const whole = [{ entries: ["b", "c"] }, { entries: ["d"] }, { entries: [] }];
    const list = answering({ entries: ["a", "b"] }, { entries: ["d"] }, { entries: [] }, ...whole, ...whole);
    expect((await listAll(list)).entries).toEqual(["b", "c", "d"]);
    expect(list.asked).toHaveLength(9);
  });

  it("whose pages follow an entry is whole once a page is empty, and read again where that entry was deleted", async () => {
    const list = {
      ...answering({ entries: ["a", "b"] }, { entries: ["c"] }, { entries: [] }),
      isAnchored: true,
    };
    expect((await listAll(list)).entries).toEqual(["a", "b", "c"]);
    expect(list.asked).toEqual([1, "b", "c"]);

    const answers = answering({ entries: ["a", "b"] }, { entries: ["a"] }, { entries: [] });
    const refused = new SnapshotsError("no such marker", { kind: "invalid" });
    let isDeleted = false;
    const read: typeof answers.read = async (number, cursor, reading) => {
      if (cursor !== "b" || isDeleted) return answers.read(number, cursor, reading);
      isDeleted = true;
      throw refused;
    };
    expect((await listAll({ ...answers, isAnchored: true, read })).entries).toEqual(["a"]);
  });

  it.each<[string, Partial<Page<string>>[], RegExp]>([
    ["fewer entries than it states", [{ entries: ["a"], next: null, total: 2 }], /: 2 entries are stated, and 1 are/],
    ["nothing, and states entries", [{ entries: [], total: 1 }], /: 1 entries are stated, and 0 are listed$/],
    ["the same page for ever", [{ entries: ["a"], next: "on" }], /: a page has no new entries, and names a next one$/],
    [
      "something else each time",
      ["a", "b", "c", "d", "e", "f"].flatMap((entry) => [{ entries: [entry], next: "on" }, { next: null }]),
      /read 6 times: it changes while it is read$/,
    ],
  ])("that shows %s is none", async (_title, pages, message) => {
    const refused = { kind: "unexpectedAnswer", message: expect.stringMatching(message) };
    await expect(listAll(answering(...pages))).rejects.toMatchObject(refused);
    await expect(findEntry(answering(...pages), () => false)).rejects.toMatchObject(refused);
  });

  it("is not read on once it shows what is sought, whatever it states", async () => {
    const list = answering({ entries: ["a"], next: "on", total: 9 }, { entries: ["b", "c"], next: "on" });
    expect(await findEntry(list, (entry) => entry === "b")).toBe("b");
    expect(list.asked).toHaveLength(2);
  });

  const change = fc.record({ afterReads: fc.nat(12), at: fc.nat(40), isInsertion: fc.boolean() });
  const reading = fc.record({
    count: fc.nat(40),
    pageSize: fc.integer({ min: 3, max: 15 }),
    states: fc.record({ next: fc.boolean(), total: fc.boolean() }),
    changes: fc.array(change, { maxLength: 2 }),
  });

  it("holds all that is there all the time, whatever two entries come and go while it is read", async () => {
    await fc.assert(
      fc.asyncProperty(reading, async ({ count, pageSize, states, changes }) => {
        let present = Array.from({ length: count }, (_, index) => `entry-${index}`);
        const kept = new Set(present);
        let reads = 0;
        const list: PagedList<string> = {
          title: "[platform] list things",
          keyOf: (entry) => entry,
          async read(number, cursor) {
            const page = cursor === undefined ? number : Number(cursor);
            const answer: Page<string> = {
              entries: present.slice((page - 1) * pageSize, page * pageSize),
              next: states.next ? (page * pageSize < present.length ? String(page + 1) : null) : undefined,
              ...(states.total ? { total: present.length } : {}),
            };
            reads += 1;
            for (const { afterReads, at, isInsertion } of changes) {
              if (afterReads + 1 !== reads) continue;
              const index = at % Math.max(present.length, 1);
              if (!isInsertion) kept.delete(present[index] ?? "");
              present = present.toSpliced(
                index,
                isInsertion ? 0 : 1,
                ...(isInsertion ? [`new-${reads}-${at}-${present.length}`] : []),
              );
            }
            return answer;
          },
        };
        const { entries } = await listAll(list);
        expect([...kept].filter((entry) => !entries.includes(entry))).toEqual([]);
        expect(new Set(entries).size).toBe(entries.length);
      }),
      { numRuns: 2_000 },
    );
  });
});
