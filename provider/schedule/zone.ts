import { z } from "zod";

const dayMs = 86_400_000;
const weekMs = 7 * dayMs;

/** The zone of a schedule that names none: never the machine's. */
export const DEFAULT_ZONE = "UTC";

/** A change of a zone's clock: at which instant, and its distance from UTC before and after, all in milliseconds. */
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

/** Why a text names no time zone, with what to write; undefined for an IANA name such as `Europe/Lisbon`. */
export function zoneProblem(zone: string): string | undefined {
  const remedy = 'write a name of the IANA list, such as "Europe/Lisbon", or "UTC"';
  // Some engines take fixed distances such as +09:00, others don't: https://tc39.es/ecma402/#sec-time-zone-identifiers
  if (!/^[a-z]/i.test(zone)) return `"${zone}" is not a time zone: ${remedy}`;
  if (zone === DEFAULT_ZONE) return undefined;
  try {
    formatOf(zone);
    return undefined;
  } catch {
    return `"${zone}" is not a time zone: ${remedy}`;
  }
}

/** The one name that a zone and its aliases share (`ROK` and `Asia/Seoul`, `Etc/UTC` and `UTC`). */
export function canonicalZone(zone: string): string {
  return formatOf(zone).resolvedOptions().timeZone;
}

function measuredOffset(zone: string, instantMs: number): number {
  const field: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(instantMs)) field[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = field;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instantMs / 1000) * 1000;
}

/** The offsets of the weeks that have been asked for, by zone and week; undefined where the clock changes in that week. */
const offsetsOfWeeks = new Map<string, Map<number, number | undefined>>();

function offsetOfWeek(zone: string, week: number): number | undefined {
  const offset = measuredOffset(zone, week * weekMs);
  // No zone changes there and back in a week.
  return measuredOffset(zone, (week + 1) * weekMs) === offset ? offset : undefined;
}

/** How far a zone's clock is ahead of UTC at an instant, in milliseconds. */
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

/** What a zone's clock shows at an instant, as the milliseconds at which a clock in UTC shows the same. */
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
 * The instant at which a zone's clock shows a time (in the form of {@link wallTimeAt}). A time that a clock change skips
 * stands for the first minute after it; of one that comes twice, it is the first.
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

/** The offset that a zone keeps from one instant to another, in milliseconds; undefined where its clock changes. */
export function steadyOffset(zone: string, fromMs: number, toMs: number): number | undefined {
  const offset = offsetAt(zone, fromMs);
  return offsetAt(zone, toMs) === offset ? offset : undefined;
}

/** The changes of a zone's clock after one instant and up to another, in order: no zone changes there and back in a week. */
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

/** A zone as a user writes it; the messages say what to do. */
export const zoneSchema = z
  .string('must be text: a name of the IANA list, such as "Europe/Lisbon"')
  .superRefine((zone, context) => {
    const message = zoneProblem(zone);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });
