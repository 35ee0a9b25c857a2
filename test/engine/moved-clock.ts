import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Moves what a Node.js process takes for the present by as many milliseconds as a file holds. */
const PRELOAD = `
  const { readFileSync } = require("node:fs");
  const SystemDate = Date;
  const now = () => SystemDate.now() + Number(readFileSync(process.env.MOVED_CLOCK, "utf8"));
  globalThis.Date = class Date extends SystemDate {
    constructor(...args) {
      if (args.length === 0) super(now());
      else super(...args);
    }
    static now() {
      return now();
    }
  };`;

/** A clock of its own for the provider's process, and the same for the platforms. */
export interface MovedClock {
  /** The platforms' time, in milliseconds since 1970. */
  readonly now: () => number;
  /** What a command's processes need to live in this time. */
  readonly env: Record<string, string>;
  /** Moves everybody's time. */
  advance(hours: number): void;
  /** How far the machine's clock is ahead of the platforms', in minutes; default 0. */
  setFast(minutes: number): void;
  dispose(): void;
}

/** Starts at an instant for the platforms and for every process with its `env`. */
export function movedClock(startMs: number): MovedClock {
  const folder = mkdtempSync(join(tmpdir(), "clock-"));
  const [preload, file] = [join(folder, "preload.cjs"), join(folder, "offset")];
  let offsetMs = startMs - Date.now();
  let fastMs = 0;
  const write = () => writeFileSync(file, String(offsetMs + fastMs));
  writeFileSync(preload, PRELOAD);
  write();
  return {
    now: () => Date.now() + offsetMs,
    env: { NODE_OPTIONS: `--require=${preload}`, MOVED_CLOCK: file },
    advance(hours) {
      offsetMs += hours * 3_600_000;
      write();
    },
    setFast(minutes) {
      fastMs = minutes * 60_000;
      write();
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
