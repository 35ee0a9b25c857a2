import { instantOf, isoText } from "../../model/clock";
import type { PlatformDefinition } from "../../model/platform";
import { nextRunsAfter, type Retention, type Schedule, simulate } from "../../schedule";
import { retentionOf, schedulesOf } from "../backup-policy/meaning";
import type { Properties } from "../host";
import type { ReportPolicy, ReportSlot } from "./model";

/** How many scheduled times are looked at, the newest ones. */
const MOST_SLOTS = 1000;
/** Before any snapshot: it takes the place of the oldest one, which a retention keeps beyond its buckets. */
const BEFORE_ALL = "1970-01-01T00:00:00.000Z";

/** A snapshot as far as scheduled times go. */
export interface SlotSnapshot {
  readonly isUsable: boolean;
  readonly createdMs: number | undefined;
  /** The scheduled time that the policy's state says it was taken for. */
  readonly slotMs: number | undefined;
  /** Whether the policy took it, or covers it; others settle a slot only where nothing tells whose they are. */
  readonly isOwn: boolean;
}

/** The scheduled times in (fromMs, toMs], the newest ones where there are many. */
function runsBetween(schedules: readonly Schedule[], fromMs: number, toMs: number): number[] {
  for (let startMs = fromMs; ; startMs += (toMs - startMs) / 2) {
    const runs = nextRunsAfter(schedules, startMs, MOST_SLOTS);
    if (runs.length < MOST_SLOTS || (runs.at(-1) ?? toMs) > toMs) return runs.filter((run) => run <= toMs);
  }
}

/** The runs whose snapshots a retention would still keep, had every run taken one. */
function stillKept(retention: Retention | undefined, runs: readonly number[], nowMs: number): ReadonlySet<string> {
  if (retention === undefined) return new Set(runs.map(isoText));
  const all = [BEFORE_ALL, ...runs.map(isoText)].map((at) => ({ id: at, createdAt: at, status: "available" as const }));
  return new Set(simulate(retention, all, { nowMs }).kept.map(({ id }) => id));
}

/**
 * The scheduled times of a policy, since `fromMs`, for which there should be a usable snapshot and is none. Where the
 * platform deletes on its own, nothing is said of what is older than the oldest that it lists.
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
