import type { Cron, CronPattern } from "croner";

const dayMs = 86_400_000;

/** A parsed cron text: the days on which it runs, and the minutes and hours. */
export interface CronRule {
  readonly text: string;
  /** 0–59, ascending. */
  readonly minutes: readonly number[];
  /** 0–23, ascending. */
  readonly hours: readonly number[];
  /** Times of day, in minutes after midnight, ascending. */
  readonly times: readonly number[];
  /** Day of month, month and day of week, as written: these fields determine the days. */
  readonly dayFields: string;
  /** Whether it runs on a day, given as its midnight in UTC in milliseconds since 1970. */
  runsOn(day: number): boolean;
  /** Returns the first day with a run, on or after a day; undefined past the year 9999. */
  dayFrom(day: number): number | undefined;
  /** Returns the last day with a run, on or before a day. */
  dayUpTo(day: number): number | undefined;
}

/** Result of parsing a cron text: the rule, or the problem and what to write instead. */
export type ParsedCron = { readonly rule: CronRule } | { readonly problem: string };

const nicknames: Readonly<Record<string, string>> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
};

const fieldNames = "minute, hour, day of month, month and day of week";

function fieldProblem(text: string, fields: readonly string[]): string | undefined {
  const [first, ...others] = fields;
  if (first?.startsWith("@")) {
    const meaning = nicknames[first.toLowerCase()];
    return meaning === undefined
      ? `"${text}" is not a schedule: write five fields (${fieldNames}), such as "0 3 * * *"`
      : `"${text}" is a nickname: write "${meaning}"`;
  }
  if (fields.length === 6) {
    return (
      `"${text}" has six fields, and there are no seconds: write five (${fieldNames}), such as ` +
      `"${others.join(" ")}" without the first`
    );
  }
  if (fields.length !== 5) return `"${text}" doesn't have five fields (${fieldNames}): write for example "0 3 * * *"`;
  const foreign = /[?+]|W/i.exec(fields[2] ?? "") ?? /[?+]/.exec(text);
  if (foreign) return `"${text}" has "${foreign[0]}", which is not part of cron: use numbers, names, * , - / L and #`;
  const [dayOfMonth = "", dayOfWeek = ""] = [fields[2], fields[4]];
  const halfStar = (field: string): boolean => field.startsWith("*") && field !== "*";
  if ((halfStar(dayOfMonth) && dayOfWeek !== "*") || (halfStar(dayOfWeek) && dayOfMonth !== "*")) {
    return (
      `"${text}" is read by some crons as the days that fit both day fields and by others as those that fit either: ` +
      "leave one of the two as *, or write a list instead of the step, which means either"
    );
  }
  return undefined;
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^CronPattern: /, "").replace(/\.$/, "");
}

function positions(marks: readonly number[]): number[] {
  return marks.flatMap((mark, position) => (mark ? [position] : []));
}

// Loaded with the first text: many stacks have no schedule.
const croner = () => require("croner") as typeof import("croner");

function read(text: string): ParsedCron {
  const fields = text.trim().split(/\s+/);
  const problem = fieldProblem(text, fields);
  if (problem !== undefined) return { problem };
  const dayFields = fields.slice(2).join(" ");
  const { Cron, CronPattern } = croner();
  let pattern: CronPattern;
  let days: Cron;
  try {
    pattern = new CronPattern(fields.join(" "), undefined, { mode: "5-part" });
    // Croner is used only for whole days in UTC: zone.ts handles the effect of clock changes on times.
    days = new Cron(`0 0 ${dayFields}`, { mode: "5-part", utcOffset: 0 });
  } catch (error) {
    return { problem: `"${text}" is not a cron expression (${reasonOf(error)}): write for example "0 3 * * 1-5"` };
  }
  if (days.nextRun(new Date(0)) === null) {
    return { problem: `"${text}" never runs: no month it names has such a day` };
  }
  // Croner's own search takes far longer than matching one day, and most crons run every day.
  const runsOn = (day: number): boolean => days.match(new Date(day));
  const minutes = positions(pattern.minute);
  const hours = positions(pattern.hour);
  return {
    rule: {
      text,
      minutes,
      hours,
      times: hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute)),
      dayFields,
      runsOn,
      dayFrom: (day) => (runsOn(day) ? day : days.nextRun(new Date(day - dayMs / 2))?.getTime()),
      dayUpTo: (day) => (runsOn(day) ? day : days.previousRuns(1, new Date(day + dayMs / 2))[0]?.getTime()),
    },
  };
}

const readTexts = new Map<string, ParsedCron>();

/**
 * Parses a cron text of five fields: minute, hour, day of month, month, day of week (0 and 7 are Sunday). If both day
 * fields are restricted, a day that matches either counts, as in cron. `L` is the last day of a month, `5L` or `5#L`
 * its last Friday, `5#2` its second one. Seconds, nicknames such as `@reboot`, and texts that never run are refused.
 * Source: https://man7.org/linux/man-pages/man5/crontab.5.html
 */
export function parseCron(text: string): ParsedCron {
  const known = readTexts.get(text);
  if (known !== undefined) return known;
  const parsed = read(text);
  readTexts.set(text, parsed);
  return parsed;
}
