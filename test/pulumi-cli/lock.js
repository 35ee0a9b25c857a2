"use strict";
const fs = require("node:fs");
const os = require("node:os");
const { randomUUID } = require("node:crypto");
const { setTimeout: sleep } = require("node:timers/promises");
const { isRunning, startOf } = require("./processes.js");

const POLL_MS = 250;

/**
 * Runs `work` while holding a lock file, so that only one of several processes works at a time. The file names its
 * holder; a holder that no longer runs has lost the lock.
 *
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {(message: string) => void} log Called once if there is another holder to wait for.
 * @returns {Promise<T>}
 */
async function withLock(file, work, log) {
  await acquire(file, log);
  try {
    return await work();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

/**
 * @param {string} file
 * @param {(message: string) => void} log
 */
async function acquire(file, log) {
  const mine = `${file}.${randomUUID()}`;
  const holder = { pid: process.pid, start: startOf(process.pid), host: os.hostname() };
  fs.writeFileSync(mine, JSON.stringify(holder));
  try {
    for (let told = false; !linkIfAbsent(mine, file); ) {
      const found = readIfPresent(file);
      if (found === undefined) continue;
      if (!isHeld(found)) {
        removeStale(file, found);
        continue;
      }
      if (!told) log(`another run (process ${JSON.parse(found).pid}) is at it: waiting for it`);
      told = true;
      await sleep(POLL_MS);
    }
  } finally {
    fs.rmSync(mine, { force: true });
  }
}

/**
 * Creates a link, which appears with its content, unlike a file opened for writing. Returns false if `to` exists.
 *
 * @param {string} from
 * @param {string} to
 */
function linkIfAbsent(from, to) {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * @param {string} file
 * @returns {string | undefined}
 */
function readIfPresent(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/**
 * Whether the holder is running. One on another host, if a home folder is shared over a network, can't be checked and
 * counts as running.
 *
 * @param {string} text
 */
function isHeld(text) {
  try {
    const { pid, start, host } = JSON.parse(text);
    return host !== os.hostname() || isRunning(pid, start);
  } catch {
    return false;
  }
}

/**
 * Removes the lock of a dead holder. Two waiters may both see it, and the second must not remove the lock that the
 * first has just created: the file is moved aside, and put back if its content is not `judged`.
 *
 * @param {string} file
 * @param {string} judged
 */
function removeStale(file, judged) {
  const aside = `${file}.${randomUUID()}`;
  try {
    fs.renameSync(file, aside);
  } catch {
    return;
  }
  if (fs.readFileSync(aside, "utf8") !== judged) linkIfAbsent(aside, file);
  fs.rmSync(aside, { force: true });
}

module.exports = { withLock };
