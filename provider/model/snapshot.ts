import { instantOf } from "./clock";

/** JSON data: what may cross the boundary to the engine and into the state. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * What is known of a snapshot's state. Only the platform's documented word for success makes one `available`; `gone` is
 * said on proof only; `unknown` is anything that the platform's answers leave open.
 */
export type SnapshotStatus = "pending" | "running" | "available" | "failed" | "gone" | "unknown";

/** A snapshot as a platform's answer shows it. */
export interface ObservedSnapshot {
  /** The platform's own id. */
  readonly snapshotId: string;
  /** What names it within its target, as in its resource id. */
  readonly segments: readonly string[];
  readonly status: SnapshotStatus;
  /** The platform's own word for the status, where it has one. */
  readonly platformStatus?: string;
  /**
   * True where the platform says that an `unknown` one has ended: its word is neither a documented success nor a
   * failure, and waiting does not change it. It may be good, so that only the user decides whether another is taken.
   */
  readonly ended?: true;
  /** ISO-8601 UTC; left out where no trustworthy instant exists. */
  readonly createdAt?: string;
  /** True where `createdAt` was worked out with a zone that may have changed since: it tells no order of events. */
  readonly createdAtIsDerived?: true;
  readonly sizeBytes?: number;
  /** The size as the API says it. */
  readonly sizeText?: string;
  /** What helps to tell it from others and is no output, such as the rotations that it counts in. */
  readonly marks?: readonly string[];
  /** The outputs that only this platform has, and what a check of the bytes has found. */
  readonly details: Readonly<Record<string, JsonValue>>;
}

/** What a snapshot is taken of. */
export interface Target {
  /** The argument that names it: `appId`, `databaseId`, … */
  readonly argument: string;
  /** Its kind in resource ids: `app`, `database`, … */
  readonly kind: string;
  /** Its own id on the platform. */
  readonly id: string;
}

/** The snapshots of a target, newest first, as one well-formed answer (all its pages) shows them. */
export interface SnapshotList {
  readonly snapshots: readonly ObservedSnapshot[];
  /** False where the platform's answer can also mean something else than "there are no others". */
  readonly complete: boolean;
  /** The platform's clock when it answered, in milliseconds since 1970. */
  readonly serverTimeMs?: number;
}

/** What looking for one known snapshot has shown. */
export type Observation =
  | { readonly outcome: "found"; readonly snapshot: ObservedSnapshot }
  /** Proven not to be there any more. */
  | { readonly outcome: "gone"; readonly proof: string }
  /** Not seen, and no proof either; the resource is kept with status `unknown`. `remedy`: what helps, if time does. */
  | { readonly outcome: "unproven"; readonly reason: string; readonly remedy?: string };

/** What the answer to a create request tells. */
export interface CreateAnswer {
  /** The new snapshot, where the answer itself names it. */
  readonly snapshot?: ObservedSnapshot;
  /** The platform's clock when it answered (its `Date` header), in milliseconds since 1970. */
  readonly serverTimeMs?: number;
  /** What else helps to find the new snapshot in the list. */
  readonly hints?: Readonly<Record<string, string>>;
  /** What the answer alone says of it, for a list that does not show it yet: enough to name it, not to describe it. */
  readonly unlisted?: ObservedSnapshot;
}

/** Which snapshot of a list a create has made. */
export type Selection =
  | { readonly outcome: "one"; readonly snapshot: ObservedSnapshot; readonly others: readonly ObservedSnapshot[] }
  | { readonly outcome: "none" }
  | { readonly outcome: "several"; readonly candidates: readonly ObservedSnapshot[] };

/** Newest first by time of creation, whatever order they have; one of unknown age comes last. */
export function newestFirst<Item extends { readonly createdAt?: string | null }>(snapshots: readonly Item[]): Item[] {
  const timeMs = ({ createdAt }: Item): number => instantOf(createdAt) ?? 0;
  return [...snapshots].sort((a, b) => timeMs(b) - timeMs(a));
}

/** The choice where nothing but being the only new one tells a snapshot: one is it, several are not guessed at. */
export function onlyOne(candidates: readonly ObservedSnapshot[]): Selection {
  const [snapshot, ...others] = candidates;
  if (snapshot === undefined) return { outcome: "none" };
  return others.length === 0 ? { outcome: "one", snapshot, others } : { outcome: "several", candidates };
}

/** A link to a snapshot's bytes: a bearer secret, never stored. */
export interface DownloadLink {
  readonly url: string;
  /** ISO-8601 UTC, where the platform tells. */
  readonly expiresAt?: string;
  /** The links by file name, where a snapshot is made of files. A name is data: it may hold slashes and dots. */
  readonly files?: Readonly<Record<string, string>>;
}
