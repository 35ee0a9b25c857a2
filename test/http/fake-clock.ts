import type { Clock } from "../../provider/model/clock";

/** A clock that stands still until something sleeps, which takes no real time. */
export interface FakeClock extends Clock {
  /** Durations of the sleeps, in milliseconds, in order. */
  readonly sleeps: readonly number[];
  advance(milliseconds: number): void;
  /** Times out the most recent request. */
  timeOut(): void;
}

/** Starts by default at 02:30:15.250 UTC on 21 November 2026. */
export function fakeClock(startMs = Date.UTC(2026, 10, 21, 2, 30, 15, 250)): FakeClock {
  const sleeps: number[] = [];
  const sleepers: { wakeMs: number; wake: () => void }[] = [];
  let timeOutLast = (): void => {};
  let nowMs = startMs;

  /** Wakes the earliest sleeper, after other pending work has continued. */
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
      // The wait is real: a server that never responds must not hang a test.
      return AbortSignal.any([AbortSignal.timeout(milliseconds), own.signal]);
    },
    timeOut: () => timeOutLast(),
    advance(milliseconds) {
      nowMs += milliseconds;
    },
  };
}
