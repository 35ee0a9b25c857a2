import type { Clock } from "../../provider/model/clock";

/** A clock that stands still until something sleeps, which takes no real time. */
export interface FakeClock extends Clock {
  /** How long each sleep was, in milliseconds, in order. */
  readonly sleeps: readonly number[];
  advance(milliseconds: number): void;
  /** Lets the time of the request that has left last run out. */
  timeOut(): void;
}

/** Starts at half past two on 21 November 2026, UTC, a quarter of a second past a full one. */
export function fakeClock(startMs = Date.UTC(2026, 10, 21, 2, 30, 15, 250)): FakeClock {
  const sleeps: number[] = [];
  const sleepers: { wakeMs: number; wake: () => void }[] = [];
  let timeOutLast = (): void => {};
  let nowMs = startMs;

  /** Wakes the first one to wake; what else is under way has gone on meanwhile. */
  function tick(): void {
    sleepers.sort((a, b) => a.wakeMs - b.wakeMs);
    const first = sleepers.shift();
    if (first === undefined) return;
    nowMs = Math.max(nowMs, first.wakeMs);
    first.wake();
  }

  return {
    sleeps,
    now: () => nowMs,
    sleep(milliseconds) {
      sleeps.push(milliseconds);
      return new Promise((wake) => {
        sleepers.push({ wakeMs: nowMs + milliseconds, wake });
        setImmediate(tick);
      });
    },
    timeout(milliseconds) {
      const endMs = nowMs + milliseconds;
      const own = new AbortController();
      timeOutLast = () => {
        nowMs = Math.max(nowMs, endMs);
        own.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
      };
      // What is waited for is real: a server that never answers must not hang a test.
      return AbortSignal.any([AbortSignal.timeout(milliseconds), own.signal]);
    },
    timeOut: () => timeOutLast(),
    advance(milliseconds) {
      nowMs += milliseconds;
    },
  };
}
