import { parseDuration } from "../../../model/duration";
import { listed } from "../../../model/listed";
import type { Compiled } from "../../../schedule/compiled";
import type { CronRule } from "../../../schedule/cron";
import { daysOf, onlyWeekdayOf, type WeekRule, weekRulesOf } from "../../../schedule/days";
import { type Retention, retentionProblem } from "../../../schedule/retention";
import { type ParsedSchedule, type PlainSchedule, parseSchedules, type Schedule } from "../../../schedule/schedules";
import { cronField, timeText } from "../../../schedule/words";
import { canonicalZone } from "../../../schedule/zone";
import { SCP_ZONE } from "../zone";

const hourMs = 3_600_000;
const mostIncrementals = 6;
/** 01:00, in minutes after midnight. */
const firstStart = 60;

/** Warning about the time zone of server backups. */
export const SCP_SERVER_ZONE_WARNING =
  "Samsung Cloud Platform documents no time zone for the start times of server backups; they are taken as Asia/Seoul. " +
  "Compare the first backup's time with the schedule";

/** One of the `schedules` of a server backup. Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/ */
export type ServerBackupSchedule = {
  readonly type: "FULL" | "INCREMENTAL";
  readonly frequency: "DAILY" | "WEEKLY" | "MONTHLY";
  /** `HH:00:00` or `HH:30:00`, from `01` to `23`. */
  readonly start_time: string;
  /** With WEEKLY and MONTHLY only. */
  readonly start_day?: string;
  /** With MONTHLY only: `WEEK_1` to `WEEK_4` or `WEEK_LAST`. */
  readonly start_week?: string;
};

/** One of the `schedules` of a server backup, as the API answers it. */
export interface ServerBackupScheduleAnswer {
  readonly type?: string | null | undefined;
  readonly frequency?: string | null | undefined;
  readonly start_time?: string | null | undefined;
  readonly start_day?: string | null | undefined;
  readonly start_week?: string | null | undefined;
}

/** How long a server backup keeps its recovery points. */
export type ServerBackupRetention = "WEEK_2" | "MONTH_1" | "MONTH_3" | "MONTH_6" | "YEAR_1";

const dayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const platform = "Samsung Cloud Platform";

function entryOf(kind: ParsedSchedule["kind"], time: number, rule: WeekRule): ServerBackupSchedule {
  const type = kind === "full" ? "FULL" : "INCREMENTAL";
  const start_time = `${timeText(time)}:00`;
  if (rule.every === "day") return { type, frequency: "DAILY", start_time };
  const start_day = dayNames[rule.weekday] ?? "";
  if (rule.every === "week") return { type, frequency: "WEEKLY", start_time, start_day };
  return { type, frequency: "MONTHLY", start_time, start_day, start_week: `WEEK_${String(rule.nth).toUpperCase()}` };
}

/** First two fields of a cron text, moved to the nearest times at which a server backup can start. */
function nearestClock({ times, minutes, hours }: CronRule): string {
  if (times.length > mostIncrementals + 1) return "0 1,5,9,13,17,21";
  if (times.length === 1 && times[0] !== undefined && times[0] < firstStart) return "0 1";
  const near = [...new Set(minutes.map((minute) => (minute < 30 ? 0 : 30)))];
  return `${near.join(",")} ${cronField([...new Set(hours.map((hour) => hour || 1))], 24)}`;
}

function timeProblem({ text, times, minutes, hours }: CronRule): string | undefined {
  if (times.length > mostIncrementals + 1) {
    return `"${text}" runs ${times.length} times a day: ${platform} has one full and at most six incremental server backups`;
  }
  const minute = minutes.find((each) => each !== 0 && each !== 30);
  if (minute !== undefined)
    return `"${text}" starts at minute ${minute}: ${platform} starts server backups on :00 or :30`;
  if (hours.includes(0)) {
    return `"${text}" starts at ${timeText(times[0] ?? 0)}: ${platform} starts server backups from 01:00 to 23:30`;
  }
  return undefined;
}

function compileOne(schedule: ParsedSchedule): Compiled<readonly ServerBackupSchedule[]> {
  const { cron, zone, kind } = schedule;
  if (canonicalZone(zone) !== canonicalZone(SCP_ZONE)) {
    return {
      problem:
        `"${cron.text}" is in timezone "${zone}": ${platform} runs server backups in one zone without clock changes, ` +
        `write timezone: "${SCP_ZONE}"`,
    };
  }
  const clock = nearestClock(cron);
  const marks = daysOf(cron);
  const rules = weekRulesOf(marks);
  if (rules === undefined) {
    const weekday = onlyWeekdayOf(marks) ?? 1;
    return {
      problem:
        `"${cron.text}" runs on days that ${platform} can't name for server backups: it has every day, days of the week, ` +
        "and the first to fourth or the last of a weekday in a month; " +
        `the nearest is "${clock} * * ${weekday}#1" (the first) or "${clock} * * ${weekday}#L" (the last)`,
    };
  }
  const problem = timeProblem(cron);
  if (problem === undefined) {
    return { compiled: rules.flatMap((rule) => cron.times.map((time) => entryOf(kind, time, rule))) };
  }
  const suffix = cron.times.length > mostIncrementals + 1 ? ' with kind: "incremental"' : "";
  const near = [`"${clock} ${cron.dayFields}"${suffix}`];
  const [time = 0] = cron.times;
  if (cron.times.length === 1 && time > firstStart && time % 60 < 30)
    near.push(`"30 ${clock.slice(2)} ${cron.dayFields}"`);
  return { problem: `${problem}, the nearest is ${listed(near, "or")}` };
}

function countProblem(entries: readonly ServerBackupSchedule[]): string | undefined {
  const full = entries.filter(({ type }) => type === "FULL").length;
  const incremental = entries.length - full;
  const says = `${platform} has exactly one full and at most six incremental schedules`;
  if (full === 0) return `no full backup: ${says}; give one that runs at one time kind: "full", such as "0 3 * * 0"`;
  if (full > 1) {
    return (
      `${full} full backups (each time and each day of a week counts): ${says}; ` +
      'keep one of them, such as "0 3 * * 0", and give the others kind: "incremental"'
    );
  }
  if (incremental > mostIncrementals) {
    return (
      `${incremental} incremental backups (each time and each day of a week counts): ${says}; ` +
      `leave ${incremental - mostIncrementals} out, or write one for every day, such as "0 3 * * *"`
    );
  }
  return undefined;
}

/** Sort key of an entry: full before incremental, daily before weekly before monthly, then by time and day. */
function orderOf({ type, frequency, start_time, start_day, start_week }: ServerBackupSchedule): string {
  const place = { DAILY: 0, WEEKLY: 1, MONTHLY: 2 }[frequency];
  const weekday = start_day === undefined ? 0 : (dayNames.indexOf(start_day) + 6) % 7;
  return [type, place, start_time, weekday, start_week].join(" ");
}

/**
 * Compiles schedules for a server backup, the full one first: DAILY, WEEKLY on a day, MONTHLY on the first to fourth or
 * last such day, on :00 or :30 from 01:00 to 23:30, in Asia/Seoul; one full, at most six incremental. Several times or
 * days become several entries. Anything else is a problem that names the nearest schedule.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/
 */
export function compileForServerBackup(schedules: readonly Schedule[]): Compiled<readonly ServerBackupSchedule[]> {
  const parsed = parseSchedules(schedules);
  if ("problem" in parsed) return parsed;
  const entries = new Map<string, ServerBackupSchedule>();
  for (const schedule of parsed.schedules) {
    const one = compileOne(schedule);
    if ("problem" in one) return one;
    for (const entry of one.compiled) entries.set(orderOf(entry), entry);
  }
  const compiled = [...entries].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, entry]) => entry);
  const problem = countProblem(compiled);
  return problem === undefined ? { compiled } : { problem };
}

function dayFieldOf({ frequency, start_day, start_week }: ServerBackupScheduleAnswer): string | undefined {
  if (frequency === "DAILY") return "*";
  const weekday = dayNames.indexOf(start_day?.toUpperCase() ?? "");
  if (weekday < 0) return undefined;
  if (frequency === "WEEKLY") return String(weekday);
  const week = /^WEEK_([1-4]|LAST)$/.exec(start_week ?? "")?.[1];
  if (frequency !== "MONTHLY" || week === undefined) return undefined;
  return `${weekday}#${week === "LAST" ? "L" : week}`;
}

/**
 * Converts the schedules that a server backup answers to those a user writes, in Asia/Seoul: weekly ones at the same
 * time become one schedule. Undocumented words are a problem.
 */
export function schedulesFromServerBackup(
  answers: readonly ServerBackupScheduleAnswer[],
): Compiled<readonly PlainSchedule[]> {
  const weekly = new Map<
    string,
    { readonly schedule: Omit<PlainSchedule, "cron">; clock: string; weekdays: number[] }
  >();
  const compiled: PlainSchedule[] = [];
  for (const answer of answers) {
    const { type, frequency, start_time } = answer;
    const clock = /^(\d\d):(\d\d)(:00)?$/.exec(start_time ?? "");
    const days = dayFieldOf(answer);
    if (clock === null || days === undefined || (type !== "FULL" && type !== "INCREMENTAL")) {
      return { problem: `${platform} answers an unknown schedule: ${JSON.stringify(answer)}` };
    }
    const schedule = { timezone: SCP_ZONE, kind: type === "FULL" ? ("full" as const) : ("incremental" as const) };
    const clockFields = `${Number(clock[2])} ${Number(clock[1])}`;
    if (frequency === "WEEKLY") {
      const group = weekly.get(`${type} ${start_time}`) ?? { schedule, clock: clockFields, weekdays: [] };
      group.weekdays.push(Number(days));
      weekly.set(`${type} ${start_time}`, group);
    } else {
      compiled.push({ cron: `${clockFields} * * ${days}`, ...schedule });
    }
  }
  for (const { schedule, clock, weekdays } of weekly.values()) {
    const sorted = [...new Set(weekdays)].sort((one, other) => one - other);
    compiled.push({ cron: `${clock} * * ${cronField(sorted, 7)}`, ...schedule });
  }
  compiled.sort((one, other) => Number(one.kind !== "full") - Number(other.kind !== "full"));
  return { compiled };
}

interface Period {
  readonly word: ServerBackupRetention;
  readonly days: number;
  /** The two ways to write it; the API's answer is converted to the first. */
  readonly texts: readonly [string, string];
}

const periods: readonly Period[] = [
  { word: "WEEK_2", days: 14, texts: ["14d", "2w"] },
  { word: "MONTH_1", days: 31, texts: ["31d", "1mo"] },
  { word: "MONTH_3", days: 93, texts: ["93d", "3mo"] },
  { word: "MONTH_6", days: 186, texts: ["186d", "6mo"] },
  { word: "YEAR_1", days: 365, texts: ["365d", "1y"] },
];

function millisecondsOf(text: string): number {
  const parsed = parseDuration(text);
  return "milliseconds" in parsed ? parsed.milliseconds : Number.NaN;
}

/**
 * Compiles a retention for a server backup: `keepWithin` of 14d or 2w, 31d or 1mo, 93d or 3mo, 186d or 6mo, 365d or 1y.
 * Anything else is a problem that names the nearest.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/
 */
export function compileRetentionForServerBackup(retention: Retention): Compiled<ServerBackupRetention> {
  const problem = retentionProblem(retention);
  if (problem !== undefined) return { problem };
  const { keepWithin, ...others } = retention;
  const other = Object.entries(others).find(([, value]) => value !== undefined && value !== 0)?.[0];
  const choice = listed(
    periods.map(({ texts }) => `"${texts[0]}"`),
    "or",
  );
  if (other !== undefined) {
    return { problem: `${other}: ${platform} keeps server backups for a time only: write keepWithin: ${choice}` };
  }
  if (keepWithin === undefined) return { problem: `missing: write keepWithin: ${choice}` };
  const wantedMs = millisecondsOf(keepWithin);
  const exact = periods.find(({ texts }) => texts.some((text) => millisecondsOf(text) === wantedMs));
  if (exact !== undefined) return { compiled: exact.word };
  const lengthOf = (period: Period): number => period.days * 24 * hourMs;
  const near = [
    periods.findLast((period) => lengthOf(period) < wantedMs),
    periods.find((period) => lengthOf(period) > wantedMs),
  ].filter((period) => period !== undefined);
  const names = near
    .sort((one, two) => Math.abs(lengthOf(one) - wantedMs) - Math.abs(lengthOf(two) - wantedMs))
    .map(({ word, texts }) => `"${texts[0]}" (${word})`);
  return {
    problem: `keepWithin: ${platform} can't keep server backups for "${keepWithin}": the nearest is ${listed(names, "or")}`,
  };
}

/** Converts the retention that a server backup answers to what a user writes; undefined for an undocumented word. */
export function retentionFromServerBackup(word: string): Retention | undefined {
  const period = periods.find((each) => each.word === word);
  return period === undefined ? undefined : { keepWithin: period.texts[0] };
}
