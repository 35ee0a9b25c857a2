import { SnapshotsError } from "../model/errors";

const MOST_PAGES = 1_000;
/** Each of two changes while a list is read can cost two readings; a list that is different each time is no answer. */
const MOST_PASSES = 6;

/** One page of a list, as its answer shows it. */
export interface Page<Entry> {
  readonly entries: readonly Entry[];
  /** Number of entries of the whole list, where the answer states it. */
  readonly total?: number | null | undefined;
  /** Cursor of the next page; null where the answer states that there is none, undefined where it states neither. */
  readonly next: string | null | undefined;
  /** The platform's clock when it answered, in milliseconds since 1970. */
  readonly serverTimeMs?: number | undefined;
}

/** A list in pages that are counted from its start: when an entry is deleted, those after it move to earlier pages. */
export interface PagedList<Entry> {
  /** What is read, for error messages: `[platform] operation target`. */
  readonly title: string;
  /** Returns the unique key of an entry. */
  keyOf(entry: Entry): string;
  /**
   * Reads the page of this number, from 1: at the cursor that the page before it states, else by the number alone.
   * `reading` counts the readings of the whole list, from 1.
   */
  read(number: number, cursor: string | undefined, reading: number): Promise<Page<Entry>>;
}

/** All entries of a list, each once. */
export interface WholeList<Entry> {
  readonly entries: readonly Entry[];
  /** The platform's clock when the reading that proves the list whole began, in milliseconds since 1970. */
  readonly serverTimeMs?: number;
}

/** What one reading of all pages shows. */
interface Pass<Entry> {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly serverTimeMs: number | undefined;
  /** Everything came in one answer, which states that there is no more: nothing can have moved between pages. */
  readonly isOneAnswer: boolean;
  /** Why these may not be all entries. */
  readonly doubt: string | undefined;
}

async function readPass<Entry>(
  list: PagedList<Entry>,
  isSought: (entry: Entry) => boolean,
  reading: number,
): Promise<Pass<Entry>> {
  const entries = new Map<string, Entry>();
  const totals = new Set<number>();
  let serverTimeMs: number | undefined;
  let cursor: string | undefined;
  for (let number = 1; number <= MOST_PAGES; number++) {
    const page = await list.read(number, cursor, reading);
    if (number === 1) serverTimeMs = page.serverTimeMs;
    if (page.total != null) totals.add(page.total);
    const before = entries.size;
    for (const entry of page.entries) entries.set(list.keyOf(entry), entry);
    const isFound = page.entries.some(isSought);
    const bringsNothingNew = entries.size === before;
    const goesOn = typeof page.next === "string";
    if (isFound || page.next === null || bringsNothingNew) {
      const most = Math.max(...totals);
      const doubt =
        bringsNothingNew && goesOn
          ? "a page brings nothing new, and names a next one"
          : most > entries.size
            ? `${most} entries are stated, and ${entries.size} are listed`
            : totals.size > 1
              ? "it changes while it is read"
              : undefined;
      return { entries, serverTimeMs, isOneAnswer: number === 1, doubt };
    }
    cursor = page.next;
  }
  throw new SnapshotsError(`${list.title}: pagination did not end after ${MOST_PAGES} pages`, {
    kind: "unexpectedAnswer",
  });
}

async function readUntil<Entry>(
  list: PagedList<Entry>,
  isSought: (entry: Entry) => boolean,
): Promise<WholeList<Entry> & { readonly found?: Entry }> {
  const all = new Map<string, Entry>();
  let doubt: string | undefined;
  for (let pass = 1; pass <= MOST_PASSES; pass++) {
    const before = all.size;
    const { entries, serverTimeMs, ...shown } = await readPass(list, isSought, pass);
    for (const [key, entry] of entries) all.set(key, entry);
    const found = [...entries.values()].find(isSought);
    const isConfirmed = pass > 1 && all.size === before;
    if (found !== undefined || (shown.doubt === undefined && (shown.isOneAnswer || isConfirmed))) {
      return {
        entries: [...all.values()],
        ...(found === undefined ? {} : { found }),
        ...(serverTimeMs === undefined ? {} : { serverTimeMs }),
      };
    }
    doubt = shown.doubt ?? "it changes while it is read";
  }
  throw new SnapshotsError(`${list.title}: not a complete list, read ${MOST_PASSES} times: ${doubt}`, {
    kind: "unexpectedAnswer",
  });
}

/**
 * Reads a whole list: what any page shows is in it. Where one answer is not stated to be all, the pages are read again
 * until a reading brings nothing new, since an entry may move to a page that was read before. Pages that state no next
 * one are asked for by number until one brings nothing new. Throws `unexpectedAnswer` where fewer entries come than are
 * stated, each time.
 */
export async function listAll<Entry>(list: PagedList<Entry>): Promise<WholeList<Entry>> {
  const { found: _none, ...whole } = await readUntil(list, () => false);
  return whole;
}

/** Finds an entry of a list; undefined only where the whole list, read as by {@link listAll}, does not show it. */
export async function findEntry<Entry>(
  list: PagedList<Entry>,
  isSought: (entry: Entry) => boolean,
): Promise<Entry | undefined> {
  return (await readUntil(list, isSought)).found;
}
