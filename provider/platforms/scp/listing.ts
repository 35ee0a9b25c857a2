import type { z } from "zod";
import { type Api, type Call, callApi } from "../../http/client";
import { listAll, type WholeList } from "../../http/paging";
import type { Scope } from "../../model/scope";

/** Number of times a list is read before an inconsistency in it becomes an error. */
const MOST_READINGS = 3;
const REREAD_DELAY_MS = 1_000;

/** A list of one of the services. */
export interface Listing<Entry> extends Pick<Call<z.ZodType>, "operation" | "path"> {
  /** Subject of the list, for error messages. */
  readonly target: string;
  /** Schema of a page; `count` is that of the whole list, if the service reports it. */
  readonly expect: z.ZodType<{ readonly count?: number | null | undefined; readonly entries: readonly Entry[] }>;
  /** Unique key of an entry. */
  idOf(entry: Entry): string;
  /** Paging: by the id of the previous page's last entry, or by page number. Left out: the list has no pages. */
  readonly by?: "marker" | "number";
  /** Query of the page with this index, counted from 0, after the entry with the id `marker`. */
  query(index: number, marker: string | undefined): Readonly<Record<string, string | number>>;
}

/**
 * Reads all pages of a list. A list with fewer entries than its count is read again before it becomes an error: entries
 * may have been deleted between two pages.
 */
export function readWhole<Entry>(api: Api, listing: Listing<Entry>, scope: Scope): Promise<WholeList<Entry>> {
  const { operation, target, path, expect, by } = listing;
  return listAll({
    title: `[scp] ${operation} ${target}`,
    keyOf: listing.idOf,
    isAnchored: by === "marker",
    async read(number, cursor, reading) {
      const query = listing.query(number - 1, cursor);
      const call = { operation, target, path, method: "GET", query, expect, reading } as const;
      const { data, serverTimeMs } = await callApi(api, call, scope);
      return { entries: data.entries, total: data.count, next: by === undefined ? null : undefined, serverTimeMs };
    },
    async mayReadAgain(readings, doubt) {
      if (readings === MOST_READINGS || api.clock.now() >= scope.deadlineMs) return false;
      if (doubt !== undefined) await api.clock.sleep(REREAD_DELAY_MS);
      return true;
    },
  });
}
