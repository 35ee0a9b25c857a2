import type { Clock } from "../model/clock";

/** Rate limit as stated by a platform's headers. */
export interface RateBudget {
  /** Number of requests allowed in a window. */
  readonly limit: number;
  /** Number of requests left in this window. */
  readonly remaining: number;
  /** Start of the next window, in milliseconds since 1970. */
  readonly resetAtMs: number;
}

/** Keeps the requests of one connection within the platform's limits, so that none has to be refused. */
export interface Limiter {
  /** How long the rate limit requires the next request to wait, in milliseconds; 0 if it may be sent. */
  heldMs(): number;
  /** Waits until our own spacing allows a request; resolves to the time waited, in milliseconds. */
  turn(changes: boolean): Promise<number>;
  /** Counts a request that is about to be sent. */
  sent(): void;
  /** Records that a request has ended, and the rate limit that its answer stated, if any. */
  answered(budget: RateBudget | undefined): void;
}

/** Creates a limiter that keeps changes at least `spacingMs` apart and follows the platform's headers. */
export function createLimiter(clock: Clock, spacingMs: number): Limiter {
  let nextChangeMs = 0;
  let inFlight = 0;
  let budget: RateBudget | undefined;
  return {
    heldMs() {
      if (budget === undefined) return 0;
      const waitMs = budget.resetAtMs - clock.now();
      if (waitMs <= 0) {
        budget = undefined;
        return 0;
      }
      return budget.remaining < 1 ? waitMs : 0;
    },
    async turn(changes) {
      const startMs = clock.now();
      if (!changes) return 0;
      while (nextChangeMs > clock.now()) await clock.sleep(nextChangeMs - clock.now());
      nextChangeMs = clock.now() + spacingMs;
      return clock.now() - startMs;
    },
    sent() {
      inFlight++;
      if (budget !== undefined) budget = { ...budget, remaining: budget.remaining - 1 };
    },
    answered(told) {
      inFlight--;
      // The platform had not yet counted the requests that were in flight when it answered.
      if (told !== undefined) budget = { ...told, remaining: told.remaining - inFlight };
    },
  };
}
