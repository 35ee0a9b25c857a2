import { listed } from "../../../model/listed";
import type { Compiled } from "../../../schedule/compiled";
import { daysOf, weekRulesOf } from "../../../schedule/days";
import { type Retention, retentionProblem } from "../../../schedule/retention";
import { type ParsedSchedule, type PlainSchedule, parseSchedules, type Schedule } from "../../../schedule/schedules";
import { cronField } from "../../../schedule/words";
import { clockChanges, offsetAt } from "../../../schedule/zone";
import { SCP_ZONE } from "../zone";

const minuteMs = 60_000;
const minutesOfDay = 24 * 60;
const yearMs = 366 * minutesOfDay * minuteMs;
/** File Storage runs its schedules in GMT+9. */
const platformOffset = 9 * 60;
const mostKept = 128;
const platform = "Samsung Cloud Platform";
const dayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/**
 * The `snapshot_schedule` of a File Storage volume, in GMT+9.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/filestorage/
 */
export type FileStorageSchedule = {
  readonly frequency: "DAILY" | "WEEKLY";
  /** With WEEKLY only. */
  readonly day_of_week?: string;
  /** `"0"` to `"23"`, without a leading zero. */
  readonly hour: string;
};

/** The `snapshot_schedule` of a File Storage volume, as the API answers it. */
export interface FileStorageScheduleAnswer {
  readonly frequency?: string | null | undefined;
  readonly day_of_week?: string | null | undefined;
  readonly hour?: string | number | null | undefined;
}

/** Converts a time of day to another clock: its minutes after midnight there, and the number of days it moved. */
function shifted(time: number, byMinutes: number): { readonly time: number; readonly days: number } {
  const moved = time + byMinutes;
  const days = Math.floor(moved / minutesOfDay);
  return { time: moved - days * minutesOfDay, days };
}

function weekdayAfter(weekday: number, days: number): number {
  return (weekday + days + 7) % 7;
}

/** Offset of a zone without clock changes, in minutes ahead of UTC. */
function fixedOffset(zone: string, nowMs: number): Compiled<number> {
  if (clockChanges(zone, nowMs, nowMs + yearMs).length > 0) {
    return {
      problem:
        `timezone "${zone}" has clock changes, and ${platform} runs File Storage schedules in GMT+9 all year: ` +
        `write timezone: "${SCP_ZONE}"`,
    };
  }
  return { compiled: offsetAt(zone, nowMs) / minuteMs };
}

function compileOne({ cron, zone, kindGiven }: ParsedSchedule, nowMs: number): Compiled<FileStorageSchedule> {
  const { text, times, hours, minutes, dayFields } = cron;
  const [time = 0] = times;
  if (kindGiven) {
    return { problem: `"${text}" has a kind, and File Storage has no full or incremental snapshots: remove kind` };
  }
  const offset = fixedOffset(zone, nowMs);
  if ("problem" in offset) return offset;
  const there = shifted(time, platformOffset - offset.compiled);
  const past = there.time % 60;
  const rules = weekRulesOf(daysOf(cron));
  const [rule] = rules ?? [];
  const keepsDays = rules?.length === 1 && rule?.every !== "month";
  const nearestDays = keepsDays ? dayFields : "* * *";
  const onEveryDay = keepsDays ? "" : "; on every day, since it names one weekday at most";
  const nearest = [time - past, time - past + 60]
    .filter((at) => at >= 0 && at < minutesOfDay)
    .map((at) => `"${at % 60} ${Math.floor(at / 60)} ${nearestDays}"`);
  if (times.length > 1) {
    return {
      problem:
        `"${text}" runs ${times.length} times a day: ${platform} runs a File Storage schedule once a day or once a week, ` +
        `the nearest is ${nearest[0]}${onEveryDay}`,
    };
  }
  if (past !== 0) {
    return {
      problem:
        `"${text}" starts ${past} minutes past an hour of GMT+9: ${platform} starts File Storage schedules on the hour, ` +
        `the nearest is ${listed(nearest, "or")}${onEveryDay}`,
    };
  }
  const hour = String(there.time / 60);
  if (rule?.every === "day") return { compiled: { frequency: "DAILY", hour } };
  if (rules?.length === 1 && rule?.every === "week") {
    return {
      compiled: { frequency: "WEEKLY", day_of_week: dayNames[weekdayAfter(rule.weekday, there.days)] ?? "", hour },
    };
  }
  const clock = `${cronField(minutes, 60)} ${cronField(hours, 24)}`;
  const weekday = rule?.weekday ?? 1;
  return {
    problem:
      `"${text}" runs neither every day nor on one day of the week: ${platform} has nothing else for File Storage, ` +
      `the nearest is "${clock} * * *" (every day) or "${clock} * * ${weekday}" (one day a week)`,
  };
}

/**
 * Compiles schedules for File Storage: one, DAILY or WEEKLY on a day, on a full hour of GMT+9, converted from a zone
 * without clock changes in the year after `nowMs`. Anything else is a problem that names the nearest schedule.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/filestorage/
 */
export function compileForFileStorage(schedules: readonly Schedule[], nowMs: number): Compiled<FileStorageSchedule> {
  const parsed = parseSchedules(schedules);
  if ("problem" in parsed) return parsed;
  const [first, ...others] = parsed.schedules;
  if (first === undefined || others.length > 0) {
    const texts = listed(parsed.schedules.map(({ cron }) => `"${cron.text}"`));
    return {
      problem: `${texts}: ${platform} has one schedule for a File Storage volume: keep the most frequent of them`,
    };
  }
  return compileOne(first, nowMs);
}

/**
 * Converts the schedule that File Storage answers to what a user writes, in `timezone` (Asia/Seoul by default, and if
 * the zone has clock changes). Undocumented words are a problem.
 */
export function scheduleFromFileStorage(
  answer: FileStorageScheduleAnswer,
  nowMs: number,
  timezone: string = SCP_ZONE,
): Compiled<PlainSchedule> {
  const { frequency, day_of_week, hour } = answer;
  const weekday = dayNames.indexOf(day_of_week?.toUpperCase() ?? "");
  const known = frequency === "DAILY" || (frequency === "WEEKLY" && weekday >= 0);
  if (!known || !/^([01]?\d|2[0-3])$/.test(String(hour ?? ""))) {
    return { problem: `${platform} answers an unknown schedule: ${JSON.stringify(answer)}` };
  }
  const wanted = fixedOffset(timezone, nowMs);
  const [zone, offset] = "compiled" in wanted ? [timezone, wanted.compiled] : [SCP_ZONE, platformOffset];
  const here = shifted(Number(hour) * 60, offset - platformOffset);
  const days = frequency === "DAILY" ? "*" : String(weekdayAfter(weekday, here.days));
  return { compiled: { cron: `${here.time % 60} ${Math.floor(here.time / 60)} * * ${days}`, timezone: zone } };
}

/**
 * Compiles a retention for File Storage: `keepLast` from 1 to 128, its `snapshot_retention_count`. Anything else is a
 * problem that names the nearest.
 */
export function compileRetentionForFileStorage(retention: Retention): Compiled<number> {
  const { keepLast, ...others } = retention;
  const wanted = keepLast ?? 1;
  if (Number.isInteger(wanted) && (wanted < 1 || wanted > mostKept)) {
    return {
      problem:
        `keepLast: ${platform} keeps 1 to ${mostKept} scheduled snapshots of a File Storage volume, not ${wanted}: ` +
        `the nearest is ${wanted < 1 ? 1 : mostKept}`,
    };
  }
  const problem = retentionProblem(retention);
  if (problem !== undefined) return { problem };
  const other = Object.entries(others).find(([, value]) => value !== undefined && value !== 0)?.[0];
  const choice = `write keepLast: a number of snapshots from 1 to ${mostKept}`;
  if (other !== undefined)
    return { problem: `${other}: ${platform} keeps File Storage snapshots by number only: ${choice}` };
  return keepLast === undefined ? { problem: `missing: ${choice}` } : { compiled: keepLast };
}

/** Retention for the count that File Storage answers (text in some versions); undefined unless a positive integer. */
export function retentionFromFileStorage(count: number | string): Retention | undefined {
  const keepLast = Number(count);
  return Number.isInteger(keepLast) && keepLast > 0 ? { keepLast } : undefined;
}
