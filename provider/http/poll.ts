import type { Clock } from "../model/clock";
import type { Scope } from "../model/scope";

/** The first wait between two looks; each next one is twice as long, up to the longest. */
const FIRST_INTERVAL_MS = 1_000;
const LONGEST_INTERVAL_MS = 15_000;
/** How long a look that is due at the end of the time may take. */
const LAST_LOOK_MS = 5_000;

/** The scope of a look that is due by `deadlineMs`, even if that is now: an answer needs a moment. */
export function lookScope(scope: Scope, clock: Clock, deadlineMs: number = scope.deadlineMs): Scope {
  return { ...scope, deadlineMs: Math.max(deadlineMs, clock.now() + LAST_LOOK_MS) };
}

/**
 * Calls `look` until it returns something, at growing intervals of 1 to 15 s; undefined when the deadline passes first.
 * It looks once in any case, and a last time at the deadline.
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
