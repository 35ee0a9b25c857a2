"use strict";
const { execFileSync, spawn } = require("node:child_process");
const fs = require("node:fs");

/**
 * Result of a child process, and all it printed.
 *
 * @typedef {object} CommandResult
 * @property {number | null} code Exit code; null when a signal ended it.
 * @property {NodeJS.Signals | null} signal The signal that ended it, if one did.
 * @property {boolean} timedOut Whether it was killed because its time was up.
 * @property {string} stdout
 * @property {string} stderr
 * @property {string} output Both streams in the order in which they arrived.
 */

/**
 * @typedef {object} CommandOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] The whole environment of the child; default: this process's.
 * @property {number} [timeoutMs] After this long the child and all its descendants are killed; default: never.
 * @property {"pipe" | "inherit"} [stdio] "inherit" shows the output as it comes and collects none; default "pipe".
 * @property {(child: import("node:child_process").ChildProcess) => void} [onStart]
 * @property {(output: string) => void} [onOutput] Called with all of `output` so far, whenever there is more.
 */

/** Whether there is a /proc, as on Linux; macOS has none. */
const HAS_PROC = fs.existsSync("/proc/self/stat");

/** How long a finished command may keep its output open through a process that outlives it. */
const OUTPUT_GRACE_MS = 2_000;

/**
 * Runs a command to its end. Rejects only if the command can't be started; any exit code is a result.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<CommandResult>}
 */
function runCommand(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const stdio = options.stdio ?? "pipe";
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", stdio, stdio],
    });
    let stdout = "";
    let stderr = "";
    let output = "";
    let timedOut = false;
    child.stdout?.setEncoding("utf8").on("data", (text) => {
      stdout += text;
      output += text;
      options.onOutput?.(output);
    });
    child.stderr?.setEncoding("utf8").on("data", (text) => {
      stderr += text;
      output += text;
      options.onOutput?.(output);
    });
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            if (child.pid !== undefined) killTree(child.pid);
          }, options.timeoutMs);
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("exit", () => {
      const grace = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, OUTPUT_GRACE_MS);
      child.once("close", () => clearTimeout(grace));
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, timedOut, stdout, stderr, output });
    });
    options.onStart?.(child);
  });
}

/**
 * Kills a process and all its descendants, even those that moved to a process group of their own, as the dynamic
 * provider's process does.
 *
 * @param {number} pid
 */
function killTree(pid) {
  for (const each of [pid, ...descendants(pid)]) {
    try {
      process.kill(each, "SIGKILL");
    } catch {
      // It has ended in the meantime.
    }
  }
}

/**
 * @param {number} pid
 * @returns {number[]} All processes below it, parents first.
 */
function descendants(pid) {
  const table = processTable();
  const found = [pid];
  for (const parent of found) {
    for (const [child, itsParent] of table) if (itsParent === parent) found.push(child);
  }
  return found.slice(1);
}

/** @returns {[pid: number, parent: number][]} */
function processTable() {
  if (HAS_PROC) {
    return fs
      .readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        const fields = statFields(Number(name));
        return fields === undefined ? [] : [/** @type {[number, number]} */ ([Number(name), Number(fields[1])])];
      });
  }
  return execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => {
      const [pid, parent] = line.trim().split(/\s+/).map(Number);
      return [pid ?? 0, parent ?? 0];
    });
}

/**
 * Fields of /proc/PID/stat from the third on: the second, the name, may itself contain spaces and brackets.
 * https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 *
 * @param {number} pid
 * @returns {string[] | undefined}
 */
function statFields(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

/**
 * Start time of a process, in the system's own form: with the pid it identifies a process, since pids are reused.
 *
 * @param {number} pid
 * @returns {string | undefined} undefined when there is no such process.
 */
function startOf(pid) {
  if (HAS_PROC) return statFields(pid)?.[19];
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

/**
 * @param {number} pid
 * @param {string | undefined} start Result of `startOf` when the pid was recorded; undefined: any start matches.
 */
function isRunning(pid, start) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EPERM") return false;
  }
  // A zombie has ended and waits for its parent to notice.
  if (HAS_PROC && statFields(pid)?.[0] === "Z") return false;
  return start === undefined || startOf(pid) === start;
}

module.exports = { descendants, isRunning, killTree, runCommand, startOf };
