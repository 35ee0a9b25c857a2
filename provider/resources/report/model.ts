import type { SnapshotStatus } from "../../model/snapshot";

/** A stack whose resources a report shows. */
export interface ReportStack {
  readonly name: string;
  /** Reason why its state can't be read; null if it can. */
  readonly problem: string | null;
}

/**
 * Fate of a snapshot, given the stacks of a report. `kept`: a resource manages it, or a policy covers it. `going`: the
 * next runs of a policy delete it. `untracked`: no resource of the stacks manages it. `listed`: no stack was read, so
 * its resource is unknown. `failed`: according to the platform or to verification. `unfinished`: running, or its end is
 * unknown. `unlisted`: a resource manages it, but the platform does not list it.
 */
export type SnapshotFate = "kept" | "going" | "untracked" | "listed" | "failed" | "unfinished" | "unlisted";

/** A snapshot of a target. */
export interface ReportSnapshot {
  /** Null if snapshots of this kind have no resource id. */
  readonly resourceId: string | null;
  readonly snapshotId: string;
  /** ISO-8601 UTC; null if no trustworthy instant exists. */
  readonly createdAt: string | null;
  readonly status: SnapshotStatus;
  readonly sizeBytes: number | null;
  /** The size in the API's own words. */
  readonly sizeText: string | null;
  readonly fate: SnapshotFate;
  /** Reason for the fate, as a phrase. */
  readonly because: string | null;
  /** URNs of the resources that manage it. */
  readonly managedBy: readonly string[];
  /** Time when its archive was last found intact, ISO-8601 UTC. */
  readonly verifiedAt: string | null;
}

/**
 * A scheduled time without a usable snapshot, although the policy would still keep one. `due`: the next scheduled time
 * has not come yet, so a late run can still settle it. `missed`: the next scheduled time has passed.
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
  /** Each schedule as text: the cron expression and its zone. */
  readonly schedules: readonly string[];
  /** Rules of the retention, as written; null if there are none. */
  readonly retention: string | null;
  readonly maxAge: string | null;
  /** Whether the newest usable snapshot is younger than `maxAge`; null if freshness is not evaluated. */
  readonly fresh: boolean | null;
  /** ISO-8601 UTC. */
  readonly nextRuns: readonly string[];
  readonly longestGapSeconds: number | null;
  /** Scheduled times without a snapshot, ascending. */
  readonly slots: readonly ReportSlot[];
  /** Reason why the snapshots that it keeps and deletes can't be determined; null if they can. */
  readonly problem: string | null;
}

/** `unjudged`: no policy has a `maxAge`. `unknown`: the target can't be read. */
export type TargetFreshness = "fresh" | "stale" | "unjudged" | "unknown";

/** Something that is backed up, with the snapshots that its platform lists. */
export interface ReportTarget {
  readonly platform: string;
  /** The platform's own name. */
  readonly platformTitle: string;
  readonly kind: string;
  readonly id: string;
  /** Names of the stacks that have a resource for it. */
  readonly stacks: readonly string[];
  /** Reason why its snapshots can't be listed, so that they are unknown rather than missing; null if they can. */
  readonly problem: string | null;
  readonly freshness: TargetFreshness;
  /** Time when the newest usable snapshot was taken, ISO-8601 UTC; null if none has a known time. */
  readonly lastSnapshotAt: string | null;
  /** Shortest `maxAge` of its policies, in seconds. */
  readonly maxAgeSeconds: number | null;
  readonly policies: readonly ReportPolicy[];
  /** Newest first; those without a time at the end. */
  readonly snapshots: readonly ReportSnapshot[];
  /** Span of the timeline, ISO-8601 UTC: contains most of the snapshots and a little of the future. */
  readonly from: string;
  readonly to: string;
}

/** Data of a backup report. */
export interface Report {
  /** ISO-8601 UTC. */
  readonly generatedAt: string;
  readonly stacks: readonly ReportStack[];
  readonly targets: readonly ReportTarget[];
  /** Sentences on what the report leaves out, and why. */
  readonly notes: readonly string[];
  /** Sentences on what could not be read, other than targets and stacks. */
  readonly problems: readonly string[];
}
