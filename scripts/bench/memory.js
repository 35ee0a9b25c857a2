"use strict";
// What Linux tells of a process; nothing where there is no /proc.

const fs = require("node:fs");

/**
 * A file of a process in /proc; empty where it has ended, or the system has none.
 *
 * @param {number | undefined} pid
 * @param {string} name
 */
function readOf(pid, name) {
  try {
    return fs.readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}

/** @param {number} pid The command line of a process, its words divided by NUL. */
const commandLineOf = (pid) => readOf(pid, "cmdline");

/** @param {number | undefined} pid The most memory that a process has held, in MiB; 0 where nothing tells. */
const peakMiBOf = (pid) => Number(/^VmHWM:\s*(\d+) kB$/m.exec(readOf(pid, "status"))?.[1] ?? 0) / 1024;

module.exports = { commandLineOf, peakMiBOf };
