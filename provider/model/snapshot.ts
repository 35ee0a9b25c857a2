import { instantOf } from "./clock";

/** JSON data: the only data that may be passed to the engine and stored in the state. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * Status of a snapshot. `available`: only by the platform's documented word for success. `gone`: only when the platform
 * confirms it. `unknown`: anything that the platform's answers leave open.
 */
export type SnapshotStatus = "pending" | "running" | "available" | "failed" | "gone" | "unknown";

/** A snapshot as observed in a platform's answer. */
export interface ObservedSnapshot {
  /** The platform's own id. */
  readonly snapshotId: string;
  /** Segments that identify it within its target, as in its resource id. */
  readonly segments: readonly string[];
  readonly status: SnapshotStatus;
  /** The platform's own word for the status, if it has one. */
  readonly platformStatus?: string;
  /**
   * True if the platform reports that an `unknown` one has ended: its word is neither a documented success nor a
   * failure, and waiting does not change it. It may be good, so only the user decides whether to take another.
   */
  readonly ended?: true;
  /** ISO-8601 UTC; left out if there is no trustworthy instant. */
  readonly createdAt?: string;
  /** True if `createdAt` was derived with a zone that may have changed since: it doesn't prove the order of events. */
  readonly createdAtIsDerived?: true;
  readonly sizeBytes?: number;
  /** The size in the API's own words. */
  readonly sizeText?: string;
  /** Texts that help to distinguish it from others and are not outputs, such as the rotations in which it counts. */
  readonly marks?: readonly string[];
  /** Outputs that only this platform has, and the results of verifying the bytes. */
  readonly details: Readonly<Record<string, JsonValue>>;
}

/** Target of a snapshot. */
export interface Target {
  /** Argument that names it: `appId`, `databaseId`, … */
  readonly argument: string;
  /** Its kind in resource ids: `app`, `database`, … */
  readonly kind: string;
  /** Its id on the platform. */
  readonly id: string;
}

/** Snapshots of a target, newest first, as listed by one well-formed answer (all its pages). */
export interface SnapshotList {
  readonly snapshots: readonly ObservedSnapshot[];
  /** False if the platform's answer can also mean something other than "there are no others". */
  readonly complete: boolean;
  /** The platform's clock when it answered, in milliseconds since 1970. */
  readonly serverTimeMs?: number;
}

/** Outcome of looking for one known snapshot. */
export type Observation =
  | { readonly outcome: "found"; readonly snapshot: ObservedSnapshot }
  /** Confirmed by the platform not to exist any more. */
  | { readonly outcome: "gone"; readonly proof: string }
  /** Neither found nor confirmed gone: the resource stays, as `unknown`. `remedy`: what to do, if waiting helps. */
  | { readonly outcome: "unproven"; readonly reason: string; readonly remedy?: string };

/** Content of the answer to a create request. */
export interface CreateAnswer {
  /** The new snapshot, if the answer itself names it. */
  readonly snapshot?: ObservedSnapshot;
  /** The platform's clock when it answered (its `Date` header), in milliseconds since 1970. */
  readonly serverTimeMs?: number;
  /** Other facts that help to find the new snapshot in the list. */
  readonly hints?: Readonly<Record<string, string>>;
  /** The snapshot by the answer alone, while it is not yet visible in the list: enough to name, not to describe it. */
  readonly unlisted?: ObservedSnapshot;
}

/** The snapshot in a list that a create took. */
export type Selection =
  | { readonly outcome: "one"; readonly snapshot: ObservedSnapshot; readonly others: readonly ObservedSnapshot[] }
  | { readonly outcome: "none" }
  | { readonly outcome: "several"; readonly candidates: readonly ObservedSnapshot[] };

/** Sorts by time of creation, newest first; those of unknown age come last. */
export function newestFirst<Item extends { readonly createdAt?: string | null }>(snapshots: readonly Item[]): Item[] {
  const timeMs = ({ createdAt }: Item): number => instantOf(createdAt) ?? 0;
  return [...snapshots].sort((a, b) => timeMs(b) - timeMs(a));
}

/** Selects the only candidate; several remain undecided, since nothing else identifies the snapshot. */
export function onlyOne(candidates: readonly ObservedSnapshot[]): Selection {
  const [snapshot, ...others] = candidates;
  if (snapshot === undefined) return { outcome: "none" };
  return others.length === 0 ? { outcome: "one", snapshot, others } : { outcome: "several", candidates };
}

/** A link to a snapshot's bytes: a bearer secret, never stored. */
export interface DownloadLink {
  readonly url: string;
  /** ISO-8601 UTC, if the platform states it. */
  readonly expiresAt?: string;
  /** Links by file name, if a snapshot consists of files. A name is data: it may contain slashes and dots. */
  readonly files?: Readonly<Record<string, string>>;
}
