import { z } from "zod";

const dayMs = 86_400_000;
const weekMs = 7 * dayMs;

/** Zone of a schedule that names none: never the machine's. */
export const DEFAULT_ZONE = "UTC";

/** A change of a zone's clock: its instant, and the offset from UTC before and after, all in milliseconds. */
export interface ClockChange {
  readonly atMs: number;
  readonly offsetBeforeMs: number;
  readonly offsetAfterMs: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(zone, format);
  return format;
}

/** Returns why a text is not a time zone, with what to write; undefined for an IANA name such as `Europe/Lisbon`. */
export function zoneProblem(zone: string): string | undefined {
  const remedy = 'write a name of the IANA list, such as "Europe/Lisbon", or "UTC"';
  // Some engines accept fixed offsets such as +09:00, others don't: https://tc39.es/ecma402/#sec-time-zone-identifiers
  if (!/^[a-z]/i.test(zone)) return `"${zone}" is not a time zone: ${remedy}`;
  if (zone === DEFAULT_ZONE) return undefined;
  try {
    formatOf(zone);
    return undefined;
  } catch {
    return `"${zone}" is not a time zone: ${remedy}`;
  }
}

/** Returns the name shared by a zone and its aliases (`ROK` and `Asia/Seoul`, `Etc/UTC` and `UTC`). */
export function canonicalZone(zone: string): string {
  return formatOf(zone).resolvedOptions().timeZone;
}

function measuredOffset(zone: string, instantMs: number): number {
  const field: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(instantMs)) field[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = field;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instantMs / 1000) * 1000;
}

/** Cached offsets, by zone and week; undefined if the clock changes in that week. */
const offsetsOfWeeks = new Map<string, Map<number, number | undefined>>();

function offsetOfWeek(zone: string, week: number): number | undefined {
  const offset = measuredOffset(zone, week * weekMs);
  // No zone changes there and back in a week.
  return measuredOffset(zone, (week + 1) * weekMs) === offset ? offset : undefined;
}

/** Returns the offset of a zone's clock from UTC at an instant, in milliseconds; positive if it is ahead. */
export function offsetAt(zone: string, instantMs: number): number {
  if (zone === DEFAULT_ZONE) return 0;
  const week = Math.floor(instantMs / weekMs);
  let weeks = offsetsOfWeeks.get(zone);
  if (weeks === undefined) {
    weeks = new Map();
    offsetsOfWeeks.set(zone, weeks);
  }
  if (!weeks.has(week)) weeks.set(week, offsetOfWeek(zone, week));
  return weeks.get(week) ?? measuredOffset(zone, instantMs);
}

/** Returns a zone's local time at an instant, as the instant at which UTC shows the same time, in milliseconds. */
export function wallTimeAt(zone: string, instantMs: number): number {
  return instantMs + offsetAt(zone, instantMs);
}

function firstInstantWithOtherOffset(zone: string, earlierMs: number, laterMs: number): number {
  const offset = offsetAt(zone, earlierMs);
  let same = earlierMs;
  let other = laterMs;
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (offsetAt(zone, middle) === offset) same = middle;
    else other = middle;
  }
  return other;
}

/**
 * Returns the instant of a zone's local time (in the form of {@link wallTimeAt}). A time that a clock change skips
 * stands for the first minute after it; of one that occurs twice, the first instant is returned.
 */
export function instantOfWallTime(zone: string, wallMs: number): number {
  const before = offsetAt(zone, wallMs - dayMs);
  const after = offsetAt(zone, wallMs + dayMs);
  const byOldClock = wallMs - before;
  if (before === after || offsetAt(zone, byOldClock) === before) return byOldClock;
  const byNewClock = wallMs - after;
  if (offsetAt(zone, byNewClock) === after) return byNewClock;
  return firstInstantWithOtherOffset(zone, byNewClock, byOldClock);
}

/** Returns a zone's offset from one instant to another, in milliseconds; undefined if its clock changes in between. */
export function steadyOffset(zone: string, fromMs: number, toMs: number): number | undefined {
  const offset = offsetAt(zone, fromMs);
  return offsetAt(zone, toMs) === offset ? offset : undefined;
}

/** Lists a zone's clock changes after one instant and up to another, in order: no zone changes back within a week. */
export function clockChanges(zone: string, fromMs: number, toMs: number): readonly ClockChange[] {
  const changes: ClockChange[] = [];
  let start = fromMs;
  let offsetBeforeMs = offsetAt(zone, start);
  while (start < toMs) {
    const end = Math.min(start + weekMs, toMs);
    if (offsetAt(zone, end) === offsetBeforeMs) {
      start = end;
      continue;
    }
    const atMs = firstInstantWithOtherOffset(zone, start, end);
    const offsetAfterMs = offsetAt(zone, atMs);
    changes.push({ atMs, offsetBeforeMs, offsetAfterMs });
    start = atMs;
    offsetBeforeMs = offsetAfterMs;
  }
  return changes;
}

/** Schema of a zone, as a user writes it; the messages say what to do. */
export const zoneSchema = z
  .string('must be text: a name of the IANA list, such as "Europe/Lisbon"')
  .superRefine((zone, context) => {
    const message = zoneProblem(zone);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });
