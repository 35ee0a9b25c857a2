"use strict";
// Information about a process from Linux's /proc; empty where there is none.

const fs = require("node:fs");

/**
 * Reads a file of a process in /proc; empty if the process has ended or the system has no /proc.
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

/** @param {number} pid @returns The command line of a process, its words separated by NUL. */
const commandLineOf = (pid) => readOf(pid, "cmdline");

/** @param {number | undefined} pid @returns The peak memory of a process, in MiB; 0 where it is unknown. */
const peakMiBOf = (pid) => Number(/^VmHWM:\s*(\d+) kB$/m.exec(readOf(pid, "status"))?.[1] ?? 0) / 1024;

module.exports = { commandLineOf, peakMiBOf };
