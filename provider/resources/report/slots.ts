import { instantOf, isoText } from "../../model/clock";
import type { PlatformDefinition } from "../../model/platform";
import { nextRunsAfter, type Retention, type Schedule, simulate } from "../../schedule";
import { retentionOf, schedulesOf } from "../backup-policy/meaning";
import type { Properties } from "../host";
import type { ReportPolicy, ReportSlot } from "./model";

/** Largest number of scheduled times to examine, the newest ones. */
const MOST_SLOTS = 1000;
/** Instant before any snapshot: stands in for the oldest one, which a retention keeps beyond its buckets. */
const BEFORE_ALL = "1970-01-01T00:00:00.000Z";

/** Facts about a snapshot that decide which scheduled time it settles. */
export interface SlotSnapshot {
  readonly isUsable: boolean;
  readonly createdMs: number | undefined;
  /** Scheduled time that it was taken for, according to the policy's state. */
  readonly slotMs: number | undefined;
  /** Whether the policy took or covers it; other snapshots settle a slot only if nothing shows who took them. */
  readonly isOwn: boolean;
}

/** Scheduled times in (fromMs, toMs]; only the newest ones if there are many. */
function runsBetween(schedules: readonly Schedule[], fromMs: number, toMs: number): number[] {
  for (let startMs = fromMs; ; startMs += (toMs - startMs) / 2) {
    const runs = nextRunsAfter(schedules, startMs, MOST_SLOTS);
    if (runs.length < MOST_SLOTS || (runs.at(-1) ?? toMs) > toMs) return runs.filter((run) => run <= toMs);
  }
}

/** Runs whose snapshots a retention would still keep, had every run taken one. */
function stillKept(retention: Retention | undefined, runs: readonly number[], nowMs: number): ReadonlySet<string> {
  if (retention === undefined) return new Set(runs.map(isoText));
  const all = [BEFORE_ALL, ...runs.map(isoText)].map((at) => ({ id: at, createdAt: at, status: "available" as const }));
  return new Set(simulate(retention, all, { nowMs }).kept.map(({ id }) => id));
}

/**
 * Scheduled times of a policy since `fromMs` for which a usable snapshot should exist and doesn't. Unless `pulumi up`
 * prunes the snapshots, leaves out times before the oldest listed one: the platform deletes older ones on its own.
 */
export function slotsWithout(
  definition: PlatformDefinition,
  runBy: ReportPolicy["runBy"],
  outputs: Properties,
  snapshots: readonly SlotSnapshot[],
  fromMs: number,
  nowMs: number,
): ReportSlot[] {
  const schedules = schedulesOf(outputs);
  if (schedules === undefined || runBy === "watched" || outputs["suspended"] === true) return [];
  const known = snapshots.flatMap(({ createdMs }) => createdMs ?? []);
  const isPrunedByUp = runBy === "up" && definition.delete;
  const sinceMs = Math.max(
    fromMs,
    instantOf(outputs["createdAt"]) ?? fromMs,
    isPrunedByUp || known.length === 0 ? fromMs : Math.min(...known),
  );
  const runs = runsBetween(schedules, sinceMs, nowMs);
  const kept = stillKept(retentionOf(outputs), runs, nowMs);
  const isOwnOnly = runBy === "up" && definition.defaultName !== undefined;
  const settling = snapshots.filter(({ isUsable, isOwn }) => isUsable && (isOwn || !isOwnOnly));
  return runs.flatMap((run, index): ReportSlot[] => {
    const next = runs[index + 1];
    const isSettled = settling.some(
      ({ createdMs, slotMs }) =>
        slotMs === run ||
        (createdMs !== undefined && createdMs >= run && createdMs < (next ?? Number.POSITIVE_INFINITY)),
    );
    if (isSettled || !kept.has(isoText(run))) return [];
    return [{ at: isoText(run), state: next === undefined ? "due" : "missed" }];
  });
}
