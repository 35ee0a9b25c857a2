import type { Clock } from "../model/clock";

/** What a platform's rate limit headers say. */
export interface RateBudget {
  /** Requests that a full window allows. */
  readonly limit: number;
  /** Requests that are left in this window. */
  readonly remaining: number;
  /** When the next window starts, in milliseconds since 1970. */
  readonly resetAtMs: number;
}

/** Keeps the requests of one connection within the platform's limits, before it has to refuse one. */
export interface Limiter {
  /** How long the rate limit asks the next request to wait, in milliseconds; 0 when it may leave. */
  heldMs(): number;
  /** Waits until a request may leave by our own spacing; resolves to how long that took, in milliseconds. */
  turn(changes: boolean): Promise<number>;
  /** Notes that a request leaves now, or as soon as it is noted. */
  sent(): void;
  /** Notes that a request has ended, and what the platform's headers said, if anything. */
  answered(budget: RateBudget | undefined): void;
}

/** A limiter that keeps requests that change something at least `spacingMs` apart and follows the platform's headers. */
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
      // The platform had not counted what was still under way when it answered.
      if (told !== undefined) budget = { ...told, remaining: told.remaining - inFlight };
    },
  };
}
