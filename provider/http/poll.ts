import type { Clock } from "../model/clock";
import type { Scope } from "../model/scope";

/** First interval between two looks, in milliseconds; each next one is twice as long, up to the longest. */
const FIRST_INTERVAL_MS = 1_000;
const LONGEST_INTERVAL_MS = 15_000;
/** How long a look that is due at the deadline may take, in milliseconds. */
const LAST_LOOK_MS = 5_000;

/** Returns the scope of a look due by `deadlineMs`, with at least 5 s from now for its answer. */
export function lookScope(scope: Scope, clock: Clock, deadlineMs: number = scope.deadlineMs): Scope {
  return { ...scope, deadlineMs: Math.max(deadlineMs, clock.now() + LAST_LOOK_MS) };
}

/**
 * Calls `look` until it returns something, at growing intervals of 1 to 15 s; undefined if the deadline passes first.
 * Looks at least once, and a last time at the deadline.
 */
export async function poll<T>(
  look: () => Promise<T | undefined>,
  clock: Clock,
  deadlineMs: number,
): Promise<T | undefined> {
  for (let intervalMs = FIRST_INTERVAL_MS; ; intervalMs = Math.min(intervalMs * 2, LONGEST_INTERVAL_MS)) {
    const seen = await look();
    if (seen !== undefined) return seen;
    const leftMs = deadlineMs - clock.now();
    if (leftMs <= 0) return undefined;
    await clock.sleep(Math.min(intervalMs, leftMs));
  }
}
