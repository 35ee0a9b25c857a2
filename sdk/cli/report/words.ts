import {
  instantOf,
  type Report,
  type ReportPolicy,
  type ReportSlot,
  type ReportSnapshot,
  type ReportTarget,
  type SnapshotFate,
  type TargetFreshness,
} from "../../../provider";
import { bytesText } from "../output";

/** A mark on a timeline: the fate of a snapshot, or a scheduled time. */
export type Mark = SnapshotFate | "missed" | "due" | "next";

/** Label and meaning of a mark, and the character that represents it in text. */
export interface MarkWords {
  readonly label: string;
  readonly meaning: string;
  readonly character: string;
}

/** The marks; those that need attention come last. */
export const marks: Readonly<Record<Mark, MarkWords>> = {
  kept: { label: "Kept", meaning: "a resource manages it, or a policy covers it", character: "●" },
  listed: { label: "Listed", meaning: "the platform lists it; no stack was read", character: "■" },
  going: { label: "Pruned next", meaning: "the next runs of a policy delete it", character: "⊖" },
  untracked: { label: "Untracked", meaning: "no resource of the stacks manages it", character: "◇" },
  unfinished: { label: "Unfinished", meaning: "running, or outcome unknown", character: "◐" },
  unlisted: { label: "Not listed", meaning: "in a stack's state, and not in the platform's list", character: "◌" },
  failed: { label: "Failed", meaning: "the platform or a check of its archive says so", character: "✕" },
  missed: {
    label: "Missed",
    meaning: "a scheduled time without a usable snapshot before the next one, which the policy would still keep",
    character: "□",
  },
  due: {
    label: "Due",
    meaning: "a scheduled time that has passed, whose snapshot a late run can still take",
    character: "△",
  },
  next: { label: "Next run", meaning: "the next scheduled times", character: "▹" },
};

/** The order of the marks on a page. */
export const markOrder = Object.keys(marks) as readonly Mark[];

/** Labels of freshness, each with a character that identifies it without a colour. */
export const freshnessWords: Readonly<Record<TargetFreshness, { readonly label: string; readonly character: string }>> =
  {
    fresh: { label: "Fresh", character: "✓" },
    stale: { label: "Stale", character: "!" },
    unjudged: { label: "No maxAge", character: "–" },
    unknown: { label: "Can't be read", character: "?" },
  };

const runners: Readonly<Record<ReportPolicy["runBy"], string>> = {
  up: "run by pulumi up",
  platform: "run by the platform",
  watched: "watched only",
};

/** The name of a target: `app 1745338954955`. */
export function targetName({ kind, id }: Pick<ReportTarget, "kind" | "id">): string {
  return `${kind} ${id}`;
}

/** Returns a number with its noun, which gets an `s` unless the number is 1. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** Formats an instant for people, in UTC: `2026-11-21 03:00`. */
export function timeText(iso: string): string {
  return iso.slice(0, 16).replace("T", " ");
}

/** Formats a span of time in a unit in which it has few digits: `26 h`, `7 d`. */
export function spanText(seconds: number): string {
  const hours = seconds / 3600;
  if (hours < 1) return `${Math.floor(seconds / 60)} min`;
  const short = (value: number): number => (value < 10 ? Math.floor(value * 10) / 10 : Math.floor(value));
  return hours < 72 ? `${short(hours)} h` : `${short(hours / 24)} d`;
}

/** Formats the time since or until an instant: `3 h ago`, `in 2 d`. */
export function agoText(iso: string, nowIso: string): string {
  const ageSeconds = ((instantOf(nowIso) ?? 0) - (instantOf(iso) ?? 0)) / 1000;
  return ageSeconds >= 0 ? `${spanText(ageSeconds)} ago` : `in ${spanText(-ageSeconds)}`;
}

/** Formats the size of a snapshot; empty if unknown. */
export function sizeText({ sizeBytes, sizeText: said }: Pick<ReportSnapshot, "sizeBytes" | "sizeText">): string {
  return sizeBytes === null ? (said ?? "") : bytesText(sizeBytes);
}

/** Returns the scheduled times without a snapshot of all policies of a target, ascending. */
export function slotsOf({ policies }: ReportTarget): readonly (ReportSlot & { readonly policy: string })[] {
  return policies
    .flatMap(({ name, slots }) => slots.map((slot) => ({ ...slot, policy: name })))
    .sort((one, other) => (one.at < other.at ? -1 : 1));
}

/** Describes the fate of a snapshot in one phrase. */
export function fateText({ fate, because }: Pick<ReportSnapshot, "fate" | "because">): string {
  return because === null ? marks[fate].label : `${marks[fate].label}: ${because}`;
}

/** Returns a sentence with the age of a target's newest usable snapshot and the maximum age. */
export function ageSentence({ lastSnapshotAt, maxAgeSeconds, problem }: ReportTarget, nowIso: string): string {
  if (problem !== null) return "Its snapshots are unknown.";
  const most = maxAgeSeconds === null ? "" : `; maxAge allows ${spanText(maxAgeSeconds)}`;
  const what =
    lastSnapshotAt === null
      ? "There is no usable snapshot with a known time"
      : `The newest usable snapshot was taken ${agoText(lastSnapshotAt, nowIso)}`;
  return `${what}${most}.`;
}

/** Describes the age of a target's newest usable snapshot in a word or two. */
export function newestText({ lastSnapshotAt, problem, snapshots }: ReportTarget, nowIso: string): string {
  if (problem !== null) return "unknown";
  if (lastSnapshotAt !== null) return agoText(lastSnapshotAt, nowIso);
  return snapshots.some(({ status, fate }) => status === "available" && fate !== "unlisted") ? "time unknown" : "none";
}

/** Describes a policy in one sentence. */
export function policySentence(policy: ReportPolicy): string {
  const { runBy, suspended, schedules, retention, maxAge, nextRuns } = policy;
  const [next] = nextRuns;
  const parts = [
    runners[runBy],
    ...(suspended ? ["suspended"] : []),
    ...(schedules.length === 0 ? [] : [`scheduled at ${schedules.join("; ")}`]),
    ...(retention === null ? [] : [`keeps ${retention}`]),
    ...(maxAge === null ? [] : [`maxAge ${maxAge}`]),
    ...(next === undefined ? [] : [`next run ${timeText(next)} UTC`]),
  ];
  return parts.join(", ");
}

/** Totals of a whole report. */
export interface Totals {
  readonly targets: number;
  readonly byFreshness: Readonly<Record<TargetFreshness, number>>;
  readonly snapshots: number;
  readonly byMark: Readonly<Record<Mark, number>>;
  readonly sizeBytes: number;
}

/** Computes the totals of a report. */
export function totalsOf({ targets }: Pick<Report, "targets">): Totals {
  const snapshots = targets.flatMap((target) => target.snapshots);
  const slots = targets.flatMap(slotsOf);
  const countOf = (mark: Mark): number =>
    snapshots.filter(({ fate }) => fate === mark).length + slots.filter(({ state }) => state === mark).length;
  const freshnesses = Object.keys(freshnessWords) as TargetFreshness[];
  return {
    targets: targets.length,
    byFreshness: Object.fromEntries(
      freshnesses.map((each) => [each, targets.filter(({ freshness }) => freshness === each).length]),
    ) as Totals["byFreshness"],
    snapshots: snapshots.length,
    byMark: Object.fromEntries(markOrder.map((mark) => [mark, countOf(mark)])) as Totals["byMark"],
    sizeBytes: snapshots.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0),
  };
}
