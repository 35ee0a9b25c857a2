import { defined } from "../model/defined";
import { isSnapshotsError, SnapshotsError } from "../model/errors";

const MOST_PAGES = 1_000;
/** Each of two changes while a list is read can cost two readings; a list that is different each time is no answer. */
const MOST_READINGS = 6;

/** One page of a list, as its answer shows it. */
export interface Page<Entry> {
  readonly entries: readonly Entry[];
  /** Number of entries of the whole list, where the answer states it. */
  readonly total?: number | null | undefined;
  /**
   * Cursor of the next page; null where the answer states that there is none, undefined where it states neither: the
   * pages then end with the stated total, or with one that brings nothing new.
   */
  readonly next: string | null | undefined;
  /** The platform's clock when it answered, in milliseconds since 1970. */
  readonly serverTimeMs?: number | undefined;
}

/**
 * A list in pages. Where they are counted from its start, an entry that is added or deleted moves those after it to other
 * pages.
 */
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
  /**
   * A page follows the last entry of the one before, whose key is then the cursor: no entry moves between pages, so that
   * one reading to an empty page is the whole list.
   */
  readonly isAnchored?: boolean;
  /**
   * Whether a list that is not known to be whole is read again, after so many readings; it may wait first. `doubt`: why
   * entries may be missing, unless the list only waits for another reading to confirm it. Default: six readings in all.
   */
  mayReadAgain?(readings: number, doubt: string | SnapshotsError | undefined): Promise<boolean>;
}

/** All entries of a list, each once. */
export interface WholeList<Entry> {
  readonly entries: readonly Entry[];
  /** The platform's clock when the reading that proves the list whole began, in milliseconds since 1970. */
  readonly serverTimeMs?: number;
}

/** What one reading of all pages shows. */
interface Reading<Entry> {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly serverTimeMs: number | undefined;
  /** Nothing can have moved between its pages: everything came in one answer, or each page followed an entry. */
  readonly isProof: boolean;
  /** Why these may not be all entries. */
  readonly doubt: string | SnapshotsError | undefined;
}

async function readOnce<Entry>(
  list: PagedList<Entry>,
  isSought: (entry: Entry) => boolean,
  reading: number,
): Promise<Reading<Entry>> {
  const entries = new Map<string, Entry>();
  const totals = new Set<number>();
  let total: number | undefined;
  let serverTimeMs: number | undefined;
  let cursor: string | undefined;
  for (let number = 1; number <= MOST_PAGES; number++) {
    let page: Page<Entry>;
    try {
      page = await list.read(number, cursor, reading);
    } catch (error) {
      // The entry that the page was to follow can have been deleted meanwhile.
      if (!list.isAnchored || number === 1 || !isSnapshotsError(error, "invalid")) throw error;
      return { entries: new Map(), serverTimeMs, isProof: false, doubt: error };
    }
    if (number === 1) serverTimeMs = page.serverTimeMs;
    total = page.total ?? total;
    if (total !== undefined) totals.add(total);
    const before = entries.size;
    for (const entry of page.entries) entries.set(list.keyOf(entry), entry);
    const isFound = page.entries.some(isSought);
    const bringsNothingNew = entries.size === before;
    const isCounted = page.next === undefined && total !== undefined && entries.size >= total;
    if (isFound || page.next === null || bringsNothingNew || isCounted) {
      const doubt =
        bringsNothingNew && typeof page.next === "string"
          ? "a page brings nothing new, and names a next one"
          : total !== undefined && total > entries.size
            ? `${total} entries are stated, and ${entries.size} are listed`
            : totals.size > 1 && !list.isAnchored
              ? "it changes while it is read"
              : undefined;
      const isRepeated = bringsNothingNew && page.entries.length > 0;
      return { entries, serverTimeMs, isProof: number === 1 || (list.isAnchored === true && !isRepeated), doubt };
    }
    cursor = page.next;
    const last = page.entries.at(-1);
    if (list.isAnchored && last !== undefined) cursor ??= list.keyOf(last);
  }
  throw new SnapshotsError(`${list.title}: pagination did not end after ${MOST_PAGES} pages`, {
    kind: "unexpectedAnswer",
  });
}

async function readUntil<Entry>(
  list: PagedList<Entry>,
  isSought: (entry: Entry) => boolean,
): Promise<WholeList<Entry> & { readonly found?: Entry }> {
  let before: string | undefined;
  for (let readings = 1; ; readings++) {
    const { entries, serverTimeMs, isProof, doubt } = await readOnce(list, isSought, readings);
    const found = [...entries.values()].find(isSought);
    const keys = JSON.stringify([...entries.keys()].sort());
    if (found !== undefined || (doubt === undefined && (isProof || keys === before))) {
      return { entries: [...entries.values()], ...defined({ found, serverTimeMs }) };
    }
    before = doubt === undefined ? keys : undefined;
    if ((await list.mayReadAgain?.(readings, doubt)) ?? readings < MOST_READINGS) continue;
    if (doubt instanceof SnapshotsError) throw doubt;
    throw new SnapshotsError(
      `${list.title}: not a complete list, read ${readings} times: ${doubt ?? "it changes while it is read"}`,
      { kind: "unexpectedAnswer" },
    );
  }
}

/**
 * Reads a whole list. Where nothing but the pages themselves tells that none is missing, they are read again until two
 * readings in a row agree, since an entry may move to a page that was read before. Pages that state no next one are asked
 * for by number until one brings nothing new, or as many entries came as are stated. Throws `unexpectedAnswer` where fewer
 * entries come than are stated, each time.
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
