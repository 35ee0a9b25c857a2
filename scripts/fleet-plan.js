"use strict";
// Computes the cost of backing up many targets from documented limits and the measured growth of a stack. Pure: no I/O.

/** Number of stacks that the operator handles at a time, unless MAX_CONCURRENT_RECONCILES is set. */
const AT_A_TIME = 10;

/**
 * Cost of one slot of a target on a platform: requests of an `up` that takes its snapshot, as counted with the
 * emulator, and the documented limit that applies to one account.
 */
const COSTS = [
  { what: "Discloud apps", requests: 2, limit: "60 requests a minute", minutesEach: 2 / 60 },
  { what: "Virtus Cloud apps or databases", requests: 3, limit: "one create in 5 s", minutesEach: 5 / 60 },
  { what: "volumes of Samsung Cloud Platform", requests: 3, limit: "none documented" },
  { what: "watched: DS Cloud apps, SnapShooter jobs", requests: 1, limit: "none documented" },
];

/** @param {number} value */
const grouped = (value) => value.toLocaleString("en-US");

/** @param {number} minutes */
function durationText(minutes) {
  if (minutes < 1) return `${Math.max(1, Math.round(minutes * 60))} s`;
  if (minutes < 120) return `${Math.round(minutes)} min`;
  return `${(minutes / 60).toFixed(1)} h`;
}

/**
 * Returns the cost of one slot of all targets by platform, if all targets are in one account.
 *
 * @param {number} targets
 */
function platformRows(targets) {
  const rows = COSTS.map(({ what, requests, limit, minutesEach }) => [
    what,
    grouped(targets * requests),
    limit,
    minutesEach === undefined ? "" : durationText(targets * minutesEach),
  ]);
  return [[`${grouped(targets)} targets`, "requests for one slot", "documented limit", "at that limit"], ...rows];
}

/**
 * Returns the ways to divide the targets into stacks.
 *
 * @param {number} targets
 * @param {readonly { size: number, seconds: number }[]} growth Seconds that one `up` took, by the number of new
 * resources.
 */
function stackRows(targets, growth) {
  const rows = growth.map(({ size, seconds }) => {
    const stacks = Math.ceil(targets / size);
    return [
      grouped(size),
      grouped(stacks),
      `${seconds.toFixed(1)} s`,
      durationText((stacks * seconds) / 60),
      durationText((Math.ceil(stacks / AT_A_TIME) * seconds) / 60),
      grouped(Math.min(size, targets)),
    ];
  });
  const times = ["one `up`", "all, one after another", `all, ${AT_A_TIME} at a time`];
  return [["targets in a stack", "stacks", ...times, "fail together"], ...rows];
}

/**
 * Reads the growth of this package's `up` from the page that `npm run bench` writes; undefined if the page has none.
 *
 * @param {string} page docs/performance.md
 */
function growthOf(page) {
  const lines = page.split("\n");
  const cellsOf = (/** @type {string | undefined} */ line) => (line ?? "").split("|").map((cell) => cell.trim());
  const titles = cellsOf(lines.find((line) => /^\| command \| program \|/.test(line)));
  const row = cellsOf(lines.find((line) => /^\| up \| pulumi-snapshots \|/.test(line)));
  const growth = titles.flatMap((title, index) => {
    const size = /^(\d+) resources$/.exec(title)?.[1];
    const seconds = /^([\d.]+) s/.exec(row[index] ?? "")?.[1];
    return size === undefined || seconds === undefined ? [] : [{ size: Number(size), seconds: Number(seconds) }];
  });
  return growth.length === 0 ? undefined : growth;
}

module.exports = { growthOf, platformRows, stackRows };
