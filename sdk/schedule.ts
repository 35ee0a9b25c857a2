import { core } from "./core";

/** Times at which something runs: a cron expression in a time zone. */
export interface Schedule {
  /**
   * Five cron fields: minute, hour, day of month, month, day of week. `L` (last) and `#` (nth weekday) are allowed. A
   * local time that a clock change skips runs at the first valid minute after it; one that occurs twice runs the first
   * time.
   */
  cron: string;
  /** IANA name of the time zone of `cron`, such as `Europe/Lisbon`. Default: `UTC`, never the machine's zone. */
  timezone?: string | undefined;
  /** Kind of backup, for server backups on Samsung Cloud Platform only. Default: `full`. */
  kind?: "full" | "incremental" | undefined;
}

/**
 * Rules for which backups a policy keeps, as in restic: a backup is kept if at least one rule keeps it. Hours, days and
 * so on are calendar periods, and only periods that have a backup count. Counts are whole numbers; an omitted rule
 * keeps nothing. Source: https://restic.readthedocs.io/en/stable/060_forget.html
 */
export interface Retention {
  /** Number of newest backups to keep. */
  keepLast?: number | undefined;
  /** Number of hours for which to keep the newest backup of each hour. */
  keepHourly?: number | undefined;
  /** Number of days for which to keep the newest backup of each day. */
  keepDaily?: number | undefined;
  /** Number of ISO weeks for which to keep the newest backup of each week. */
  keepWeekly?: number | undefined;
  /** Number of months for which to keep the newest backup of each month. */
  keepMonthly?: number | undefined;
  /** Number of years for which to keep the newest backup of each year. */
  keepYearly?: number | undefined;
  /** Keeps backups at most this much older than the newest backup: a duration, such as `"30d"`. */
  keepWithin?: string | undefined;
  /** Number of newest usable backups to keep regardless of the rules. Default: 1. With `volumeId` only. */
  minimumRetained?: number | undefined;
  /** Maximum number of backups that one up deletes. Default: 10. With `volumeId` only. */
  maxDeletes?: number | undefined;
  /** IANA name of the time zone of days and weeks. Default: the first schedule's. With `volumeId` only. */
  timezone?: string | undefined;
}

/** Start of the period for which runs are computed. */
export interface FromOptions {
  /** A Date or an ISO-8601 string with a zone (a date alone means midnight UTC); default: now. */
  from?: string | Date;
}

/** Options of {@link nextRuns}. */
export interface NextRunsOptions extends FromOptions {
  /** Number of runs; default: 10. */
  count?: number;
}

function startOf(from: string | Date | undefined): number {
  if (from === undefined) return core().systemClock.now();
  const text = from instanceof Date || !/^\d{4}-\d\d-\d\d$/.test(from) ? from : `${from}T00:00:00Z`;
  const instantMs = text instanceof Date ? text.getTime() : core().instantOf(text);
  if (instantMs === undefined || Number.isNaN(instantMs)) {
    throw new Error(
      `from: "${String(from)}" is not an instant: write a Date or a text with its zone, such as "2026-11-21T03:00:00Z"`,
    );
  }
  return instantMs;
}

/**
 * Returns the next runs of schedules after `from`, as ISO-8601 UTC strings in ascending order. A run that several
 * schedules share is returned once. A local time that a clock change skips runs at the first valid minute after it; one
 * that occurs twice runs once, the first time.
 *
 * @param schedules five cron fields each, with an IANA `timezone` (default `UTC`, never the machine's)
 * @param options `from` (default now) and `count` (default 10)
 * @throws Error if a schedule, `from` or `count` is not valid, with what to write instead
 */
export function nextRuns(schedules: readonly Schedule[], options: NextRunsOptions = {}): string[] {
  const { from, count = 10 } = options;
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new Error(`count: ${String(count)} is not a number of runs: write a whole number, 0 or more`);
  }
  const { isoText, nextRunsAfter } = core();
  return nextRunsAfter(schedules, startOf(from), count).map(isoText);
}

/**
 * Returns the longest time in seconds between two consecutive runs of schedules in the year after `from`, clock changes
 * included. Compare it with your recovery point objective. The result for `0 3 * * *` in Europe/Lisbon is 90000, since
 * one day a year has 25 hours.
 *
 * @param schedules five cron fields each, with an IANA `timezone` (default `UTC`, never the machine's)
 * @param options `from` (default now)
 * @throws Error if a schedule or `from` is not valid, with what to write instead
 */
export function longestGapSeconds(schedules: readonly Schedule[], options: FromOptions = {}): number {
  return core().longestGapAfter(schedules, startOf(options.from));
}
