import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "../model/clock";

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds) => {
    await wait(milliseconds);
  },
  timeout: (milliseconds) => AbortSignal.timeout(milliseconds),
};
