import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "../model/clock";

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds, until) => {
    await wait(milliseconds, undefined, { ...(until === undefined ? {} : { signal: until }) }).catch(
      (error: unknown) => {
        if (!until?.aborted) throw error;
      },
    );
  },
  timeout: (milliseconds) => AbortSignal.timeout(milliseconds),
};
