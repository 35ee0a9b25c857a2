import { z } from "zod";
import type { Defined } from "../model/defined";
import { listed } from "../model/listed";
import { type CronRule, parseCron } from "./cron";
import { type DayMarks, daysOf, sameDays, unionOf } from "./days";
import { objectProblem, timeText } from "./words";
import {
  canonicalZone,
  clockChanges,
  DEFAULT_ZONE,
  instantOfWallTime,
  steadyOffset,
  wallTimeAt,
  zoneSchema,
} from "./zone";

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** A year and a day, so that a schedule with one run a year has a gap in it. */
const yearMs = 366 * dayMs;

/** Schema of a schedule, as a user writes it. */
export const scheduleSchema = z
  .strictObject(
    {
      cron: z
        .string('must be text: five cron fields, such as "0 3 * * *"')
        .superRefine((text, context) => {
          const parsed = parseCron(text);
          if ("problem" in parsed) context.addIssue({ code: "custom", message: parsed.problem });
        })
        .meta({ description: "five cron fields: minute, hour, day of month, month, day of week" }),
      timezone: zoneSchema
        .optional()
        .meta({ description: "the IANA name of the zone that the cron text is in (default: `UTC`)" }),
      kind: z
        .enum(["full", "incremental"], 'must be "full" or "incremental"')
        .optional()
        .meta({ description: "SCP server backups only: a full backup (default) or an incremental one" }),
    },
    { error: objectProblem('a schedule, such as { cron: "0 3 * * *" }', ["cron", "timezone", "kind"]) },
  )
  .meta({ description: "when it runs" });

/** Schema of the schedules of a policy, as a user writes them. */
export const schedulesSchema = z
  .array(scheduleSchema, 'must be a list, such as [{ cron: "0 3 * * *" }]')
  .min(1, 'must name at least one schedule, such as [{ cron: "0 3 * * *" }]');

/**
 * A schedule: `cron` has five fields, `timezone` is an IANA name (default `UTC`, never the machine's), `kind` exists on
 * SCP server backups only (default `full`). A local time that a clock change skips runs at the first valid minute after
 * it; one that occurs twice runs once, the first time.
 */
export type Schedule = z.infer<typeof scheduleSchema>;

/** A schedule as plain data. */
export type PlainSchedule = Defined<Schedule>;

/** A parsed schedule. */
export interface ParsedSchedule {
  readonly cron: CronRule;
  /** As written, or the default. */
  readonly zone: string;
  readonly kind: "full" | "incremental";
  readonly kindGiven: boolean;
}

/** Result of parsing schedules: all of them parsed, or the first problem. */
export type ParsedSchedules = { readonly schedules: readonly ParsedSchedule[] } | { readonly problem: string };

/** Parses schedules; a problem names the schedule and says what to write. */
export function parseSchedules(schedules: readonly Schedule[]): ParsedSchedules {
  const checked = schedulesSchema.safeParse(schedules);
  if (!checked.success) {
    const { path, message } = checked.error.issues[0] ?? { path: [], message: "not valid" };
    const where = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
    return { problem: `schedules${where}: ${message}` };
  }
  return {
    schedules: checked.data.map(({ cron, timezone, kind }) => {
      const parsed = parseCron(cron);
      if ("problem" in parsed) throw new Error(parsed.problem);
      return { cron: parsed.rule, zone: timezone ?? DEFAULT_ZONE, kind: kind ?? "full", kindGiven: kind !== undefined };
    }),
  };
}

function parsedOrThrow(schedules: readonly Schedule[]): readonly ParsedSchedule[] {
  const parsed = parseSchedules(schedules);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return parsed.schedules;
}

function midnightOf(wallMs: number): number {
  return Math.floor(wallMs / dayMs) * dayMs;
}

/** Returns a schedule's runs on one local day, ascending; a skipped time can give the same instant as the next one. */
function runsOfDay({ cron, zone }: ParsedSchedule, day: number): number[] {
  const offset = steadyOffset(zone, day - dayMs, day + 2 * dayMs);
  return cron.times.map((time) => {
    const wallMs = day + time * minuteMs;
    return offset === undefined ? instantOfWallTime(zone, wallMs) : wallMs - offset;
  });
}

/** Yields the runs after an instant, ascending, each once; starts a day early, as clock changes can skip whole days. */
function* runsAfter(schedule: ParsedSchedule, afterMs: number): Generator<number, undefined> {
  let last = afterMs;
  let day = schedule.cron.dayFrom(midnightOf(wallTimeAt(schedule.zone, afterMs)) - dayMs);
  while (day !== undefined) {
    for (const run of runsOfDay(schedule, day)) {
      if (run <= last) continue;
      yield run;
      last = run;
    }
    day = schedule.cron.dayFrom(day + dayMs);
  }
}

function latestRunOf(schedule: ParsedSchedule, atMs: number): number | undefined {
  let day = schedule.cron.dayUpTo(midnightOf(wallTimeAt(schedule.zone, atMs)) + dayMs);
  while (day !== undefined) {
    const run = runsOfDay(schedule, day).findLast((instant) => instant <= atMs);
    if (run !== undefined) return run;
    day = schedule.cron.dayUpTo(day - dayMs);
  }
  return undefined;
}

/** Yields the runs of all schedules after an instant, ascending, each once. */
function* mergedRunsAfter(schedules: readonly ParsedSchedule[], afterMs: number): Generator<number, undefined> {
  const sources = schedules.map((schedule) => runsAfter(schedule, afterMs));
  const heads = sources.map((source) => source.next().value);
  for (;;) {
    const next = Math.min(...heads.map((head) => head ?? Number.POSITIVE_INFINITY));
    if (next === Number.POSITIVE_INFINITY) return undefined;
    yield next;
    for (const [index, source] of sources.entries()) {
      if (heads[index] === next) heads[index] = source.next().value;
    }
  }
}

/**
 * Returns the next `count` runs of all schedules together after an instant (itself excluded), ascending, in
 * milliseconds since 1970. Throws if a schedule is not valid.
 */
export function nextRunsAfter(schedules: readonly Schedule[], afterMs: number, count: number): readonly number[] {
  const runs: number[] = [];
  for (const run of mergedRunsAfter(parsedOrThrow(schedules), afterMs)) {
    if (runs.length >= count) break;
    runs.push(run);
  }
  return runs;
}

/**
 * Returns the latest run of any of the schedules at or before an instant, in milliseconds since 1970; undefined before
 * the year 1. Throws if a schedule is not valid.
 */
export function latestRunAt(schedules: readonly Schedule[], atMs: number): number | undefined {
  const runs = parsedOrThrow(schedules).flatMap((schedule) => latestRunOf(schedule, atMs) ?? []);
  return runs.length === 0 ? undefined : Math.max(...runs);
}

/**
 * Returns the longest time between consecutive runs, in seconds, over the year (366 days) after an instant: from the
 * last run up to the instant to the first one past the year. Clock changes count: `0 3 * * *` in Europe/Lisbon has
 * 90000. Throws if a schedule is not valid.
 */
export function longestGapAfter(schedules: readonly Schedule[], fromMs: number): number {
  const parsed = parsedOrThrow(schedules);
  let previous = latestRunAt(schedules, fromMs) ?? fromMs;
  let longestMs = 0;
  for (const run of mergedRunsAfter(parsed, fromMs)) {
    longestMs = Math.max(longestMs, run - previous);
    previous = run;
    if (run >= fromMs + yearMs) break;
  }
  return longestMs / 1000;
}

function timesWithin({ cron }: ParsedSchedule, fromWallMs: number, toWallMs: number): string[] {
  const times: string[] = [];
  for (let day = midnightOf(fromWallMs); day < toWallMs; day += dayMs) {
    if (!cron.runsOn(day)) continue;
    for (const time of cron.times) {
      const wallMs = day + time * minuteMs;
      if (wallMs >= fromWallMs && wallMs < toWallMs) times.push(timeText(time));
    }
  }
  return times;
}

function inShort(times: readonly string[]): string {
  return times.length <= 4 ? listed(times) : `${times.slice(0, 3).join(", ")} and ${times.length - 3} more times`;
}

/**
 * Returns warnings for the year after an instant, one for each schedule with times that a clock change skips or
 * repeats; they name the times, the days and what happens. Throws if a schedule is not valid.
 */
export function clockChangeWarnings(schedules: readonly Schedule[], fromMs: number): readonly string[] {
  return parsedOrThrow(schedules).flatMap((schedule) => {
    const { cron, zone } = schedule;
    const parts = clockChanges(zone, fromMs, fromMs + yearMs).flatMap(({ atMs, offsetBeforeMs, offsetAfterMs }) => {
      const [oldWallMs, newWallMs] = [atMs + offsetBeforeMs, atMs + offsetAfterMs];
      const date = new Date(oldWallMs).toISOString().slice(0, 10);
      const [oldTime, newTime] = [oldWallMs, newWallMs].map((ms) => timeText((ms - midnightOf(ms)) / minuteMs));
      const times = timesWithin(schedule, Math.min(oldWallMs, newWallMs), Math.max(oldWallMs, newWallMs));
      if (times.length === 0) return [];
      const shown = `${inShort(times)} ${times.length === 1 ? "is" : "are"}`;
      return newWallMs > oldWallMs
        ? `on ${date} the clock goes from ${oldTime} to ${newTime}: ${shown} skipped, and it runs at ${newTime} instead`
        : `on ${date} the clock goes back from ${oldTime} to ${newTime}: ${shown} shown twice, and it runs the first time only`;
    });
    if (parts.length === 0) return [];
    return `"${cron.text}" in ${zone}: ${parts.join("; ")}. Another time, or timezone "UTC", avoids it`;
  });
}

/** Returns the days of each time of day, by zone and kind: equal for schedules that mean the same. */
function meaningOf(schedules: readonly Schedule[]): Map<string, DayMarks> {
  const meaning = new Map<string, DayMarks>();
  for (const { cron, zone, kind } of parsedOrThrow(schedules)) {
    for (const time of cron.times) {
      const key = `${canonicalZone(zone)} ${kind} ${time}`;
      const others = meaning.get(key);
      meaning.set(key, others === undefined ? daysOf(cron) : unionOf(others, daysOf(cron)));
    }
  }
  return meaning;
}

/**
 * Whether two lists of schedules mean the same runs of the same kind, regardless of order, spelling and how runs are
 * divided among schedules. Aliases of a zone equal that zone; other zones differ even if their clocks agree. Throws if
 * a schedule is not valid.
 */
export function sameSchedules(one: readonly Schedule[], other: readonly Schedule[]): boolean {
  const [left, right] = [meaningOf(one), meaningOf(other)];
  if (left.size !== right.size) return false;
  return [...left].every(([key, days]) => {
    const others = right.get(key);
    return others !== undefined && sameDays(days, others);
  });
}
