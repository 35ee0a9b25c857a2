import { defined } from "../model/defined";
import { isSnapshotsError, SnapshotsError } from "../model/errors";

const MOST_PAGES = 1_000;
/** Each of two changes during a read can cost two readings; a list that differs every time is not accepted. */
const MOST_READINGS = 6;

/** One page of a list. */
export interface Page<Entry> {
  readonly entries: readonly Entry[];
  /** Number of entries in the whole list, if the answer states it. */
  readonly total?: number | null | undefined;
  /**
   * Cursor of the next page; null if the answer states that there is none, undefined if it states neither: the pages
   * then end once they reach the stated total, or with one that has no new entries.
   */
  readonly next: string | null | undefined;
  /** The platform's clock when it answered, in milliseconds since 1970. */
  readonly serverTimeMs?: number | undefined;
}

/**
 * A paginated list. If pages are counted from the start of the list, adding or deleting an entry moves those after it
 * to other pages.
 */
export interface PagedList<Entry> {
  /** Prefix of error messages: `[platform] operation target`. */
  readonly title: string;
  /** Returns the unique key of an entry. */
  keyOf(entry: Entry): string;
  /**
   * Reads the page of this number, from 1: at the cursor stated by the previous page, else by number. `reading` counts
   * the readings of the whole list, from 1.
   */
  read(number: number, cursor: string | undefined, reading: number): Promise<Page<Entry>>;
  /**
   * Whether each page starts after the last entry of the previous one, whose key is the cursor: no entry moves between
   * pages, so a single reading up to an empty page is the whole list.
   */
  readonly isAnchored?: boolean;
  /**
   * Decides whether a list that may be incomplete is read again after `readings` readings; it may wait first. `doubt`:
   * why entries may be missing, or undefined if only a confirming reading is needed. Default: six readings in all.
   */
  mayReadAgain?(readings: number, doubt: string | SnapshotsError | undefined): Promise<boolean>;
}

/** All entries of a list, each once. */
export interface WholeList<Entry> {
  readonly entries: readonly Entry[];
  /** The platform's clock when the reading that proves the list whole began, in milliseconds since 1970. */
  readonly serverTimeMs?: number;
}

/** Result of one reading of all pages. */
interface Reading<Entry> {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly serverTimeMs: number | undefined;
  /** Whether no entry can have moved between pages: there was only one page, or each page followed an entry. */
  readonly isProof: boolean;
  /** Reason why entries may be missing. */
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
      // The entry that this page follows may have been deleted meanwhile.
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
          ? "a page has no new entries, and names a next one"
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
 * Reads a whole list. If nothing proves a reading complete, the list is read again until two readings in a row agree,
 * since an entry may move to a page that was already read. Pages that state no next one are requested by number until
 * one has no new entries or the stated total is reached. Throws `unexpectedAnswer` if every reading has fewer entries
 * than stated.
 */
export async function listAll<Entry>(list: PagedList<Entry>): Promise<WholeList<Entry>> {
  const { found: _none, ...whole } = await readUntil(list, () => false);
  return whole;
}

/** Finds an entry of a list; undefined only if the whole list, read as by {@link listAll}, does not include it. */
export async function findEntry<Entry>(
  list: PagedList<Entry>,
  isSought: (entry: Entry) => boolean,
): Promise<Entry | undefined> {
  return (await readUntil(list, isSought)).found;
}
