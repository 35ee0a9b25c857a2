import type { EmulatedRequest, Listing } from "./types";

/** Parts of a request. */
interface RequestParts extends Pick<EmulatedRequest, "operation" | "method" | "param" | "header" | "body"> {
  /** Scheme and host of its URL. */
  readonly origin: string;
  /** Path and query, byte for byte. */
  readonly path: string;
  readonly joins?: boolean;
}

/** Builds a request as a platform's emulator sees it. */
export function requestOf({ origin, path, joins = false, body, ...parts }: RequestParts): EmulatedRequest {
  const rawQuery = path.includes("?") ? path.slice(path.indexOf("?") + 1) : "";
  return {
    ...parts,
    url: `${origin}${path}`,
    rawQuery,
    query: new URLSearchParams(rawQuery),
    body,
    json() {
      try {
        return JSON.parse(body);
      } catch {
        return undefined;
      }
    },
    listing: {
      lagMs: 0,
      shuffled: false,
      pageSize: Number.POSITIVE_INFINITY,
      isBare: false,
      withheld: undefined,
      isShifted: false,
    } satisfies Listing,
    joins,
  };
}
