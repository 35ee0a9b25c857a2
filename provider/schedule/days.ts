import { oncePer } from "../model/once-per";
import type { CronRule } from "./cron";

const dayMs = 86_400_000;

/**
 * Days of a cron rule in comparable form: one mark for each day of the reference years, 1 if it runs. Rules with the
 * same marks always run on the same days.
 */
export type DayMarks = Uint8Array;

interface ReferenceDay {
  /** Its midnight in UTC, in milliseconds since 1970. */
  readonly day: number;
  /** 0 (Sunday) to 6. */
  readonly weekday: number;
  /** Position among the same weekdays of its month, from 1. */
  readonly nth: number;
  readonly lastInMonth: boolean;
}

let reference: readonly ReferenceDay[] | undefined;

function referenceDays(): readonly ReferenceDay[] {
  reference ??= makeReferenceDays();
  return reference;
}

/** Lists the days of 14 years that represent all: to a cron rule, years differ only in length and first weekday. */
function makeReferenceDays(): readonly ReferenceDay[] {
  const kinds = new Map<string, number>();
  for (let year = 2001; year <= 2028; year += 1) {
    const days = (Date.UTC(year + 1, 0) - Date.UTC(year, 0)) / dayMs;
    kinds.set(`${days} ${new Date(Date.UTC(year, 0)).getUTCDay()}`, year);
  }
  return [...kinds.values()].flatMap((year) => {
    const days: ReferenceDay[] = [];
    for (let day = Date.UTC(year, 0); day < Date.UTC(year + 1, 0); day += dayMs) {
      const date = new Date(day);
      days.push({
        day,
        weekday: date.getUTCDay(),
        nth: Math.ceil(date.getUTCDate() / 7),
        lastInMonth: new Date(day + 7 * dayMs).getUTCMonth() !== date.getUTCMonth(),
      });
    }
    return days;
  });
}

const marksOfFields = new Map<string, DayMarks>();

/** Returns the days on which a rule runs. */
export function daysOf(rule: CronRule): DayMarks {
  const known = marksOfFields.get(rule.dayFields);
  if (known !== undefined) return known;
  const marks = Uint8Array.from(referenceDays(), ({ day }) => (rule.runsOn(day) ? 1 : 0));
  marksOfFields.set(rule.dayFields, marks);
  return marks;
}

/** Returns the days that are in either. */
export function unionOf(one: DayMarks, other: DayMarks): DayMarks {
  return one === other ? one : one.map((mark, index) => (mark || other[index] ? 1 : 0));
}

/** Whether both have the same days. */
export function sameDays(one: DayMarks, other: DayMarks): boolean {
  return one === other || one.every((mark, index) => mark === other[index]);
}

/** A repetition by weekdays. */
export type WeekRule =
  | { readonly every: "day" }
  | { readonly every: "week"; readonly weekday: number }
  | { readonly every: "month"; readonly weekday: number; readonly nth: 1 | 2 | 3 | 4 | "last" };

function fits(rule: WeekRule, day: ReferenceDay): boolean {
  if (rule.every === "day") return true;
  if (rule.weekday !== day.weekday) return false;
  return rule.every === "week" || (rule.nth === "last" ? day.lastInMonth : day.nth === rule.nth);
}

function holds(marks: DayMarks, rule: WeekRule): boolean {
  return referenceDays().every((day, index) => marks[index] === 1 || !fits(rule, day));
}

/** Returns the fewest repetitions that together give these days, Monday first; undefined if none do. */
export const weekRulesOf = oncePer((marks: DayMarks): readonly WeekRule[] | undefined => {
  if (holds(marks, { every: "day" })) return [{ every: "day" }];
  const rules: WeekRule[] = [];
  for (const weekday of [1, 2, 3, 4, 5, 6, 0]) {
    const weekly: WeekRule = { every: "week", weekday };
    if (holds(marks, weekly)) {
      rules.push(weekly);
      continue;
    }
    for (const nth of [1, 2, 3, 4, "last"] as const) {
      const monthly: WeekRule = { every: "month", weekday, nth };
      if (holds(marks, monthly)) rules.push(monthly);
    }
  }
  const made = referenceDays().map((day) => (rules.some((rule) => fits(rule, day)) ? 1 : 0));
  return rules.length > 0 && made.every((mark, index) => mark === marks[index]) ? rules : undefined;
});

/** Returns the weekday (0 is Sunday) shared by all the days; undefined if there are several. */
export function onlyWeekdayOf(marks: DayMarks): number | undefined {
  const weekdays = new Set(
    referenceDays()
      .filter((_, index) => marks[index] === 1)
      .map(({ weekday }) => weekday),
  );
  return weekdays.size === 1 ? [...weekdays][0] : undefined;
}
