"use strict";
// Clock that tests and the demo move: for the emulated platforms, and for the processes that use their time.

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

/**
 * Clock for the provider's process and for the platforms, apart from the system's.
 *
 * @typedef {object} MovedClock
 * @property {() => number} now The platforms' time, in milliseconds since 1970.
 * @property {Record<string, string>} env Environment that makes a command's processes use this clock.
 * @property {(hours: number) => void} advance Moves the time of platforms and processes forward.
 * @property {(minutes: number) => void} setFast Sets how far the machine's clock is ahead of the platforms'; default 0.
 * @property {() => void} dispose
 */

/** Program that shifts a Node.js process's clock by the number of milliseconds in a file. */
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

/**
 * Creates a clock that starts at an instant, for the platforms and for every process with its `env`.
 *
 * @param {number} startMs
 * @returns {MovedClock}
 */
function movedClock(startMs) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "clock-"));
  const [preload, file] = [path.join(folder, "preload.cjs"), path.join(folder, "offset")];
  let offsetMs = startMs - Date.now();
  let fastMs = 0;
  const write = () => fs.writeFileSync(file, String(offsetMs + fastMs));
  fs.writeFileSync(preload, PRELOAD);
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
    dispose: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}

module.exports = { movedClock };
