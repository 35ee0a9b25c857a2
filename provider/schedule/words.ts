import type { z } from "zod";
import { listed } from "../model/listed";
import { unknownRemedy } from "../model/nearest";

/** Formats a time of day, given in minutes after midnight, as `HH:MM`. */
export function timeText(minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Formats numbers as one cron field of `size` values: `*`, a step, a range or a list. */
export function cronField(values: readonly number[], size: number): string {
  if (values.length === size) return "*";
  const [first = 0, second = 0] = values;
  const step = second - first;
  const steady = values.every((value, index) => value === first + index * step);
  if (values.length > 1 && steady && first === 0 && values.length * step === size) return `*/${step}`;
  if (values.length > 2 && steady && step === 1) return `${first}-${values.at(-1)}`;
  return values.join(",");
}

/** Returns the messages for a value that is not an object of a kind, or that has an unknown argument. */
export function objectProblem(
  kind: string,
  names: readonly string[],
): z.core.$ZodErrorMap<z.core.$ZodIssueInvalidType | z.core.$ZodIssueUnrecognizedKeys> {
  return (issue) =>
    issue.code === "unrecognized_keys"
      ? `unknown argument ${listed(issue.keys.map((key) => `"${key}"`))}; ${unknownRemedy(issue.keys, names)}`
      : `must be ${kind}`;
}
