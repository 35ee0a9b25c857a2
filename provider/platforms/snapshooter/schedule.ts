import { listed } from "../../model/listed";
import type { Compiled } from "../../schedule/compiled";
import type { CronRule } from "../../schedule/cron";
import { daysOf, weekRulesOf } from "../../schedule/days";
import { type Retention, retentionProblem } from "../../schedule/retention";
import { type ParsedSchedule, type PlainSchedule, parseSchedules, type Schedule } from "../../schedule/schedules";
import { cronField } from "../../schedule/words";
import { zoneProblem } from "../../schedule/zone";

/** Intervals that SnapShooter offers, in hours; 8 is not among them: https://snapshooter.com/api/schedules */
const hourSteps = [1, 2, 3, 4, 6, 12, 24];
/** Intervals that SnapShooter offers, in minutes; 12 is not among them. */
const minuteSteps = [5, 6, 10, 15, 20, 30];

/** One of the `schedules` in a request. */
export interface SnapshooterSchedule {
  /** Position among the job's schedules, from 1. */
  readonly order: number;
  readonly timezone: string;
  /** `h<N>` (every N hours) or `m<N>` (every N minutes). */
  readonly frequency: string;
  /** Hour of the first run of the day, in `timezone`. */
  readonly run_offset: number;
}

/** One of the `schedules` in an answer. */
export interface SnapshooterScheduleAnswer {
  readonly timezone?: string | null | undefined;
  readonly frequency?: number | null | undefined;
  readonly frequency_mode?: string | null | undefined;
  readonly run_offset?: number | null | undefined;
}

/** Number of backups that a job keeps by each tag, in a request. */
export interface SnapshooterRetention {
  readonly retention_hourly: number;
  readonly retention_daily: number;
  readonly retention_weekly: number;
  readonly retention_monthly: number;
}

/** Number of backups that a job keeps by each tag, in an answer. */
export interface SnapshooterRetentionAnswer {
  readonly hourly?: number | null | undefined;
  readonly daily?: number | null | undefined;
  readonly weekly?: number | null | undefined;
  readonly monthly?: number | null | undefined;
}

function everyHours(step: number, offset: number): string {
  const hours = Array.from({ length: 24 / step }, (_, index) => (offset % step) + index * step);
  return `0 ${cronField(hours, 24)} * * *`;
}

function everyMinutes(step: number): string {
  return step === 60 ? "0 * * * *" : `*/${step} * * * *`;
}

/** Step of values that cover a cycle evenly, starting below one step; the last interval may be shorter. */
function stepOf(values: readonly number[], size: number): number | undefined {
  const [first = 0, second] = values;
  const step = second === undefined ? size : second - first;
  const steady = values.every((value, index) => value === first + index * step);
  return steady && first < step && (values.at(-1) ?? 0) + step >= size ? step : undefined;
}

function neighbours(steps: readonly number[], wanted: number): number[] {
  return [steps.findLast((step) => step <= wanted), steps.find((step) => step >= wanted)].filter(
    (step, index, all): step is number => step !== undefined && all.indexOf(step) === index,
  );
}

function nearestMinutes(text: string, wanted: number, described: string): Compiled<never> {
  const near = neighbours([...minuteSteps, 60], wanted);
  const phrases = near.map((step) => (step === 60 ? "60 (every hour)" : String(step)));
  const crons = near.map((step) => `"${everyMinutes(step)}"`);
  return {
    problem:
      `"${text}" runs ${described}: SnapShooter has every ${phrases.join(" or every ")} minutes, ` +
      `from the full hour on (${listed(crons, "or")})`,
  };
}

function nearestHours(text: string, wanted: number, first: number, described: string): Compiled<never> {
  const near = neighbours(hourSteps, wanted);
  const crons = near.map((step) => `"${everyHours(step, first)}"`);
  return {
    problem: `"${text}" runs ${described}: SnapShooter has every ${near.join(" or every ")} hours (${listed(crons, "or")})`,
  };
}

type Frequency = Pick<SnapshooterSchedule, "frequency" | "run_offset">;

function compileTimes({ text, minutes, hours }: CronRule): Compiled<Frequency> {
  const [minute = 0] = minutes;
  const [hour = 0] = hours;
  if (hours.length === 24 && (minutes.length > 1 || minute === 0)) {
    const step = stepOf(minutes, 60);
    if (step === 60) return { compiled: { frequency: "h1", run_offset: 0 } };
    if (step !== undefined && minute === 0 && minuteSteps.includes(step)) {
      return { compiled: { frequency: `m${step}`, run_offset: 0 } };
    }
    return step === undefined
      ? nearestMinutes(text, 60 / minutes.length, `${minutes.length} times an hour at uneven distances`)
      : nearestMinutes(text, step, step === 1 ? "every minute" : `every ${step} minutes`);
  }
  if (minutes.length > 1) {
    return nearestMinutes(text, stepOf(minutes, 60) ?? 60 / minutes.length, "several times an hour in some hours only");
  }
  if (minute !== 0) {
    const later = hours.map((each) => (each + 1) % 24).sort((one, other) => one - other);
    const [before, after] = [hours, later].map((list) => `"0 ${cronField(list, 24)} * * *"`);
    const nearest = before === after ? before : `${before} or ${after}`;
    return {
      problem: `"${text}" starts ${minute} minutes past the hour: SnapShooter starts on the full hour, write ${nearest}`,
    };
  }
  const step = stepOf(hours, 24);
  if (step === undefined) {
    return nearestHours(text, 24 / hours.length, hour, `${hours.length} times a day at uneven distances`);
  }
  if (!hourSteps.includes(step)) return nearestHours(text, step, hour, `every ${step} hours`);
  return { compiled: { frequency: `h${step}`, run_offset: hour } };
}

function compileOne({ cron, kindGiven }: ParsedSchedule): Compiled<Frequency> {
  const { text, minutes, hours } = cron;
  if (kindGiven) {
    return { problem: `"${text}" has a kind, and SnapShooter has no full or incremental runs: remove kind` };
  }
  const times = compileTimes(cron);
  const isDaily = weekRulesOf(daysOf(cron))?.[0]?.every === "day";
  if ("problem" in times) {
    return isDaily
      ? times
      : { problem: `${times.problem}; on every day, since SnapShooter has no weekly or monthly runs` };
  }
  if (!isDaily) {
    const nearest = `${cronField(minutes, 60)} ${cronField(hours, 24)} * * *`;
    return {
      problem:
        `"${text}" runs on some days only: SnapShooter has no weekly or monthly runs, the nearest is "${nearest}" ` +
        "(keepWeekly and keepMonthly thin out what it keeps)",
    };
  }
  return times;
}

/**
 * Compiles schedules for SnapShooter: `h24 12 6 4 3 2 1` with a `run_offset` in whole hours, or `m30 20 15 10 6 5`.
 * Anything else is a problem that names the nearest schedule. Source: https://snapshooter.com/api/schedules
 */
export function compileForSnapshooter(schedules: readonly Schedule[]): Compiled<readonly SnapshooterSchedule[]> {
  const parsed = parseSchedules(schedules);
  if ("problem" in parsed) return parsed;
  const compiled: SnapshooterSchedule[] = [];
  for (const [index, schedule] of parsed.schedules.entries()) {
    const one = compileOne(schedule);
    if ("problem" in one) return one;
    compiled.push({ order: index + 1, timezone: schedule.zone, ...one.compiled });
  }
  return { compiled };
}

/**
 * Converts SnapShooter's schedules to a policy's. A `run_offset` beyond the first of several runs a day does not change
 * the times: it only selects the run that counts as the daily one. An undocumented frequency is a problem.
 */
export function schedulesFromSnapshooter(
  answers: readonly SnapshooterScheduleAnswer[],
): Compiled<readonly PlainSchedule[]> {
  const compiled: PlainSchedule[] = [];
  for (const { timezone, frequency, frequency_mode, run_offset } of answers) {
    const step = frequency ?? 0;
    const offset = run_offset ?? 0;
    const zone = timezone ?? "";
    if (zoneProblem(zone) !== undefined) return { problem: `SnapShooter answers an unknown time zone "${zone}"` };
    if (frequency_mode === "hour" && hourSteps.includes(step) && Number.isInteger(offset) && offset >= 0) {
      compiled.push({ cron: everyHours(step, offset), timezone: zone });
    } else if (frequency_mode === "minute" && minuteSteps.includes(step)) {
      compiled.push({ cron: everyMinutes(step), timezone: zone });
    } else {
      return {
        problem: `SnapShooter answers an unknown schedule: frequency ${frequency}, ${frequency_mode}, offset ${offset}`,
      };
    }
  }
  return { compiled };
}

/**
 * Compiles a retention for SnapShooter: `keepHourly`, `keepDaily`, `keepWeekly` and `keepMonthly`, 0 if left out.
 * Anything else is a problem that names the nearest rule. Source: https://snapshooter.com/api/schedules
 */
export function compileRetentionForSnapshooter(retention: Retention): Compiled<SnapshooterRetention> {
  const problem = retentionProblem(retention);
  if (problem !== undefined) return { problem };
  const { keepLast, keepYearly, keepWithin, minimumRetained, maxDeletes, timezone } = retention;
  const has = "SnapShooter has keepHourly, keepDaily, keepWeekly and keepMonthly";
  if (keepLast) {
    return {
      problem: `keepLast: ${has}; the nearest is keepDaily: ${keepLast}, or keepHourly: ${keepLast} where it runs more often`,
    };
  }
  if (keepYearly) return { problem: `keepYearly: ${has}; the nearest is keepMonthly: ${keepYearly * 12}` };
  if (keepWithin !== undefined) {
    return { problem: `keepWithin: ${has}; the nearest is keepDaily with the number of days in "${keepWithin}"` };
  }
  const ours = Object.entries({ minimumRetained, maxDeletes, timezone }).find(([, value]) => value !== undefined);
  if (ours !== undefined) {
    return { problem: `${ours[0]}: SnapShooter prunes on its own, in the zone of its schedule: remove ${ours[0]}` };
  }
  const { keepHourly = 0, keepDaily = 0, keepWeekly = 0, keepMonthly = 0 } = retention;
  return {
    compiled: {
      retention_hourly: keepHourly,
      retention_daily: keepDaily,
      retention_weekly: keepWeekly,
      retention_monthly: keepMonthly,
    },
  };
}

/** Converts SnapShooter's retention to a policy's; undefined if it keeps no backups by any tag. */
export function retentionFromSnapshooter(answer: SnapshooterRetentionAnswer): Retention | undefined {
  const { hourly, daily, weekly, monthly } = answer;
  const counts = { keepHourly: hourly, keepDaily: daily, keepWeekly: weekly, keepMonthly: monthly };
  const retention = Object.fromEntries(Object.entries(counts).filter(([, count]) => (count ?? 0) > 0));
  return Object.keys(retention).length === 0 ? undefined : retention;
}
