import type { z } from "zod";
import { type Answer, type Api, type Call, callApi } from "../../http/client";
import { isSnapshotsError, SnapshotsError } from "../../model/errors";
import type { Scope } from "../../model/scope";

const MOST_PAGES = 1_000;
/** How often a list is read before what is wrong with it is an error. */
const MOST_READINGS = 3;
const REREAD_DELAY_MS = 1_000;

/** One page of a list; `count` is that of the whole list, where the service tells it. */
export interface Page<Entry> {
  readonly count?: number | null | undefined;
  readonly entries: readonly Entry[];
}

/** A list of one of the services. */
export interface Listing<Entry> extends Pick<Call<z.ZodType>, "operation" | "path"> {
  /** What the list is of, for error messages. */
  readonly target: string;
  readonly expect: z.ZodType<Page<Entry>>;
  /** Unique key of an entry. */
  idOf(entry: Entry): string;
  /** Query of a page, counted from 0, after the last entry of the page before; undefined: the list has no further pages. */
  query(index: number, last: Entry | undefined): Readonly<Record<string, string | number>> | undefined;
  /** Pages are asked for by their number: an entry that is added or deleted meanwhile moves others between them. */
  readonly isByPosition?: true;
}

/** All entries of a list. */
export interface WholeList<Entry> {
  readonly entries: readonly Entry[];
  /** The platform's clock at the first answer, in milliseconds since 1970. */
  readonly serverTimeMs?: number;
}

/** A list as it was read once, from its first page to its last. */
interface Reading<Entry> extends WholeList<Entry> {
  /** What shows that entries are missing. */
  readonly flaw?: SnapshotsError;
  /** Entries may be missing, which only another reading can show. */
  readonly isDoubtful: boolean;
}

function failure(listing: Pick<Listing<unknown>, "operation" | "target">, what: string): SnapshotsError {
  const message = `[scp] ${listing.operation} ${listing.target}: ${what}; nothing follows from it: try again`;
  return new SnapshotsError(message, { kind: "unexpectedAnswer" });
}

async function readOnce<Entry>(
  api: Api,
  listing: Listing<Entry>,
  scope: Scope,
  reading: number,
): Promise<Reading<Entry>> {
  const { operation, target, path, expect } = listing;
  const all = new Map<string, Entry>();
  let clock: { serverTimeMs?: number } = {};
  let count: number | undefined;
  let last: Entry | undefined;
  let hasMoved = false;
  let isRepeated = false;
  let index = 0;
  for (; index < MOST_PAGES; index++) {
    const query = listing.query(index, last);
    if (query === undefined) break;
    let answer: Answer<Page<Entry>>;
    try {
      answer = await callApi(api, { operation, target, path, method: "GET", query, expect, reading }, scope);
    } catch (error) {
      // The entry that the page was to follow can have been deleted meanwhile.
      if (index === 0 || !isSnapshotsError(error, "invalid")) throw error;
      return { entries: [], flaw: error, isDoubtful: true };
    }
    const { data, serverTimeMs } = answer;
    if (index === 0 && serverTimeMs !== undefined) clock = { serverTimeMs };
    const before = all.size;
    for (const entry of data.entries) all.set(listing.idOf(entry), entry);
    const counted = data.count ?? count;
    hasMoved ||= index > 0 && counted !== count;
    count = counted;
    last = data.entries.at(-1);
    // A page may be shorter than asked for: only the count, or a page without anything new, is the end.
    const isEnd = all.size === before;
    isRepeated = isEnd && data.entries.length > 0;
    if (isEnd || (count !== undefined && all.size >= count)) break;
  }
  const flaw =
    count !== undefined && all.size < count
      ? failure(listing, `the list counts ${count} entries and shows ${all.size}`)
      : index === MOST_PAGES
        ? failure(listing, `the list does not end after ${MOST_PAGES} pages`)
        : hasMoved && listing.isByPosition
          ? failure(listing, "the list changes between its pages")
          : undefined;
  return {
    entries: [...all.values()],
    ...clock,
    ...(flaw === undefined ? {} : { flaw }),
    isDoubtful: isRepeated || (index > 0 && listing.isByPosition === true),
  };
}

/**
 * Reads all pages of a list. One that shows fewer entries than it counts is read again, and then an error: entries can
 * have been deleted between two pages. Where nothing but the pages themselves tells that none is missing (they are asked
 * for by number, or the page after the last entry shows entries once more), two readings in a row have to agree.
 */
export async function readWhole<Entry>(api: Api, listing: Listing<Entry>, scope: Scope): Promise<WholeList<Entry>> {
  const idsOf = ({ entries }: WholeList<Entry>): string => JSON.stringify(entries.map(listing.idOf).sort());
  let before: string | undefined;
  for (let readings = 1; ; readings++) {
    const { flaw, isDoubtful, ...list } = await readOnce(api, listing, scope, readings);
    const ids = idsOf(list);
    if (flaw === undefined && (!isDoubtful || ids === before)) return list;
    if (readings === MOST_READINGS || api.clock.now() >= scope.deadlineMs) {
      throw flaw ?? failure(listing, "the list is another one each time it is read");
    }
    before = flaw === undefined ? ids : undefined;
    if (flaw !== undefined) await api.clock.sleep(REREAD_DELAY_MS);
  }
}
