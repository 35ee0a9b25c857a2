import { InterruptedError } from "./output";

/**
 * Runs a task that Ctrl-C may stop: the signal aborts it, and only `leave` is awaited after that. A second Ctrl-C ends
 * the process immediately.
 */
export async function interruptible<T>(
  run: (signal: AbortSignal) => Promise<T>,
  leave: () => Promise<void>,
): Promise<T> {
  const aborter = new AbortController();
  const stop = (signal: NodeJS.Signals): void => aborter.abort(new InterruptedError(signal));
  const stopped = new Promise<never>((_resolve, reject) => {
    aborter.signal.addEventListener("abort", () => reject(aborter.signal.reason), { once: true });
  });
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  try {
    return await Promise.race([run(aborter.signal), stopped]);
  } catch (error) {
    await leave();
    throw error;
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
}
