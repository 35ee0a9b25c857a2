import { createInterface } from "node:readline/promises";
import { shown } from "./output";

/** Whether a person can be asked: both stdin and stderr are a terminal. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Asks on the terminal; resolves to the typed text, or to an empty string at the end of the input. */
export async function ask(question: string, signal: AbortSignal): Promise<string> {
  // With `terminal: false`, Ctrl-C stays a signal.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  try {
    const ended = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
    return (await Promise.race([lines.question(shown(question), { signal }), ended])).trim();
  } finally {
    lines.close();
  }
}
