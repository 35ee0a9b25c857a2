import type { z } from "zod";
import { type Api, type Call, callApi } from "../../http/client";
import { listAll, type WholeList } from "../../http/paging";
import type { Scope } from "../../model/scope";

/** How often a list is read before what is wrong with it is an error. */
const MOST_READINGS = 3;
const REREAD_DELAY_MS = 1_000;

/** A list of one of the services. */
export interface Listing<Entry> extends Pick<Call<z.ZodType>, "operation" | "path"> {
  /** What the list is of, for error messages. */
  readonly target: string;
  /** A page; `count` is that of the whole list, where the service tells it. */
  readonly expect: z.ZodType<{ readonly count?: number | null | undefined; readonly entries: readonly Entry[] }>;
  /** Unique key of an entry. */
  idOf(entry: Entry): string;
  /** How its pages are asked for: by the id of the last entry before, or by number. Left out: it has no pages. */
  readonly by?: "marker" | "number";
  /** Query of a page, counted from 0, after the entry of this id. */
  query(index: number, marker: string | undefined): Readonly<Record<string, string | number>>;
}

/**
 * Reads all pages of a list. One that shows fewer entries than it counts is read again, and then an error: entries can
 * have been deleted between two pages.
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
