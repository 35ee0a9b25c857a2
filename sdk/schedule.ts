import { core } from "./core";

/** When something runs: the times of a cron expression in a time zone. */
export interface Schedule {
  /**
   * Five cron fields: minute, hour, day of month, month, day of week. `L` (last) and `#` (nth weekday) are allowed. A local
   * time that a clock change skips runs at the first valid minute after it; one that comes twice runs the first time.
   */
  cron: string;
  /** The IANA name of the zone that `cron` is in, such as `Europe/Lisbon`. Default: `UTC`, never the machine's zone. */
  timezone?: string | undefined;
  /** Server backups of Samsung Cloud Platform only. Default: `full`. */
  kind?: "full" | "incremental" | undefined;
}

/**
 * Which backups a policy keeps, by restic's rules: a backup stays when one of them keeps it. Hours, days and so on are
 * those of the calendar, and only those that have a backup count. Counts are whole numbers; a rule that is left out keeps
 * nothing. Source: https://restic.readthedocs.io/en/stable/060_forget.html
 */
export interface Retention {
  /** How many of the newest backups stay. */
  keepLast?: number | undefined;
  /** For how many hours the newest backup of each stays. */
  keepHourly?: number | undefined;
  /** For how many days the newest backup of each stays. */
  keepDaily?: number | undefined;
  /** For how many ISO weeks the newest backup of each stays. */
  keepWeekly?: number | undefined;
  /** For how many months the newest backup of each stays. */
  keepMonthly?: number | undefined;
  /** For how many years the newest backup of each stays. */
  keepYearly?: number | undefined;
  /** How much older than the newest backup one may be to stay: a duration, such as `"30d"`. */
  keepWithin?: string | undefined;
  /** How many of the newest usable backups stay whatever the rules say. Default: 1. With `volumeId` only. */
  minimumRetained?: number | undefined;
  /** How many backups one up deletes at most. Default: 10. With `volumeId` only. */
  maxDeletes?: number | undefined;
  /** The IANA name of the zone that days and weeks are in. Default: the first schedule's. With `volumeId` only. */
  timezone?: string | undefined;
}

/** From when on schedules are looked at. */
export interface FromOptions {
  /** A Date or ISO-8601 text with its zone (a date alone is its midnight in UTC); default: now. */
  from?: string | Date;
}

/** The options of {@link nextRuns}. */
export interface NextRunsOptions extends FromOptions {
  /** How many runs; default 10. */
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
 * The next runs of schedules as ISO-8601 UTC texts, ascending, all of them after `from`. Runs that several schedules
 * share come once. A local time that a clock change skips runs at the first valid minute after it; one that comes twice
 * runs once, the first time.
 *
 * @param schedules five cron fields each, with an IANA `timezone` (default `UTC`, never the machine's)
 * @param options `from` (default now) and `count` (default 10)
 * @throws Error where a schedule, `from` or `count` is not valid, saying what to write
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
 * The longest time in seconds between two runs of schedules that follow each other, clock changes included, over the
 * year after `from`: what a recovery point objective has to be compared with. `0 3 * * *` in Europe/Lisbon has 90000,
 * since one day a year has 25 hours.
 *
 * @param schedules five cron fields each, with an IANA `timezone` (default `UTC`, never the machine's)
 * @param options `from` (default now)
 * @throws Error where a schedule or `from` is not valid, saying what to write
 */
export function longestGapSeconds(schedules: readonly Schedule[], options: FromOptions = {}): number {
  return core().longestGapAfter(schedules, startOf(options.from));
}
