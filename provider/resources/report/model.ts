import type { SnapshotStatus } from "../../model/snapshot";

/** A stack whose resources a report shows. */
export interface ReportStack {
  readonly name: string;
  /** Why its state can't be read, where it can't. */
  readonly problem: string | null;
}

/**
 * What a snapshot is to the stacks of a report. `kept`: a resource manages it, or a policy covers it. `going`: the next
 * runs of a policy delete it. `untracked`: no resource of the stacks manages it. `listed`: no stack was read, so that
 * nothing tells who manages it. `failed`: the platform or a check of its archive says so. `unfinished`: running, or its end
 * is not known. `unlisted`: a resource manages it, and the platform does not list it.
 */
export type SnapshotFate = "kept" | "going" | "untracked" | "listed" | "failed" | "unfinished" | "unlisted";

/** A snapshot of a target. */
export interface ReportSnapshot {
  /** Null where snapshots of this kind have no resource id. */
  readonly resourceId: string | null;
  readonly snapshotId: string;
  /** ISO-8601 UTC; null where no trustworthy instant exists. */
  readonly createdAt: string | null;
  readonly status: SnapshotStatus;
  readonly sizeBytes: number | null;
  /** The size as the API says it. */
  readonly sizeText: string | null;
  readonly fate: SnapshotFate;
  /** Why: a phrase. */
  readonly because: string | null;
  /** The URNs of the resources that manage it. */
  readonly managedBy: readonly string[];
  /** When its archive was last found whole; ISO-8601 UTC. */
  readonly verifiedAt: string | null;
}

/**
 * A scheduled time for which there is no usable snapshot, though the policy would still keep it. `due`: the next run has
 * not come yet, so that a late one can still settle it. `missed`: it has.
 */
export interface ReportSlot {
  /** ISO-8601 UTC. */
  readonly at: string;
  readonly state: "due" | "missed";
}

/** A policy for a target. */
export interface ReportPolicy {
  readonly urn: string;
  readonly name: string;
  readonly stack: string;
  readonly runBy: "platform" | "up" | "watched";
  readonly suspended: boolean;
  /** Each schedule in words: the cron text and its zone. */
  readonly schedules: readonly string[];
  /** The retention's rules, as written; null where there are none. */
  readonly retention: string | null;
  readonly maxAge: string | null;
  /** Whether the newest usable snapshot is younger than `maxAge`; null where that is not judged. */
  readonly fresh: boolean | null;
  /** ISO-8601 UTC. */
  readonly nextRuns: readonly string[];
  readonly longestGapSeconds: number | null;
  /** The scheduled times without a snapshot, ascending. */
  readonly slots: readonly ReportSlot[];
  /** Why it can't be told what it keeps and deletes, where it can't. */
  readonly problem: string | null;
}

/** `unjudged`: no policy has a `maxAge`. `unknown`: the target can't be read. */
export type TargetFreshness = "fresh" | "stale" | "unjudged" | "unknown";

/** Something that is backed up, with what its platform lists. */
export interface ReportTarget {
  readonly platform: string;
  /** The platform's own name. */
  readonly platformTitle: string;
  readonly kind: string;
  readonly id: string;
  /** The stacks that have a resource for it. */
  readonly stacks: readonly string[];
  /** Why its snapshots can't be listed: what it has is unknown then, and not nothing. Null where they can. */
  readonly problem: string | null;
  readonly freshness: TargetFreshness;
  /** When the newest usable snapshot was taken, ISO-8601 UTC; null where there is none with a known time. */
  readonly lastSnapshotAt: string | null;
  /** The shortest `maxAge` of its policies, in seconds. */
  readonly maxAgeSeconds: number | null;
  readonly policies: readonly ReportPolicy[];
  /** Newest first; those without a time at the end. */
  readonly snapshots: readonly ReportSnapshot[];
  /** The span that a timeline shows, ISO-8601 UTC: most of the snapshots are in it, and a little of what comes. */
  readonly from: string;
  readonly to: string;
}

/** What a backup report shows. */
export interface Report {
  /** ISO-8601 UTC. */
  readonly generatedAt: string;
  readonly stacks: readonly ReportStack[];
  readonly targets: readonly ReportTarget[];
  /** What the report leaves out, and why: sentences. */
  readonly notes: readonly string[];
  /** What could not be read beside targets and stacks: sentences. */
  readonly problems: readonly string[];
}
