"use strict";
// Measures a download with its checks against curl without checks and with a SHA-256.

const { fork, spawn } = require("node:child_process");
const { createHash } = require("node:crypto");
const { once } = require("node:events");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { peakMiBOf } = require("./memory.js");
const { median, range, rotated } = require("./numbers.js");

/** @typedef {import("./report.js").Measure} Measure */

const COMMAND_LINE = path.resolve(__dirname, "../../dist/sdk/cli/index.js");
const ID = "discloud/app/bench/20261121-030000";
const MEBIBYTES = 1024;
/** A smaller size, whose peak memory should be the same. */
const QUARTER_MEBIBYTES = MEBIBYTES / 4;
const SAMPLE_MS = 100;

/** @param {number} mebibytes */
async function startStorage(mebibytes) {
  const storage = fork(path.join(__dirname, "storage.js"), [String(mebibytes)]);
  const [port] = await once(storage, "message");
  return { url: `http://127.0.0.1:${port}`, stop: () => storage.disconnect() };
}

/**
 * Runs a command to its end.
 *
 * @param {readonly string[]} command
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<{ seconds: number, peakMiB: number }>} `peakMiB` is 0 where the system does not report it.
 */
async function time([file = "", ...args], env = {}) {
  const start = performance.now();
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "inherit"] });
  let peakMiB = 0;
  const timer = setInterval(() => {
    peakMiB = Math.max(peakMiB, peakMiBOf(child.pid));
  }, SAMPLE_MS);
  const [code] = await once(child, "exit");
  clearInterval(timer);
  if (code !== 0) throw new Error(`${file} ${args.join(" ")} failed`);
  return { seconds: (performance.now() - start) / 1000, peakMiB };
}

/** Measures the SHA-256 of as many bytes, without a download, in seconds. */
function hashSeconds() {
  const chunk = Buffer.alloc(64 * 1024);
  const start = performance.now();
  const hash = createHash("sha256");
  for (let bytes = 0; bytes < MEBIBYTES * 1024 * 1024; bytes += chunk.length) hash.update(chunk);
  hash.digest();
  return (performance.now() - start) / 1000;
}

/** @param {{ rounds: number, log: (message: string) => void }} options */
async function measureDownload({ rounds, log }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-snapshots-bench-"));
  const file = path.join(folder, "archive.zip");
  /** @param {string} url */
  const ours = (url) =>
    time([process.execPath, COMMAND_LINE, "download", ID, "-o", file, "--force", "--json"], {
      DISCLOUD_API_URL: url,
      DISCLOUD_TOKEN: "token",
    });
  /** @param {string} url */
  const curl = (url) => time(["curl", "-sf", "-o", file, `${url}/archive.zip`]);
  /** @param {string} url */
  const hashing = (url) => time(["bash", "-c", `curl -sf ${url}/archive.zip | tee ${file} | sha256sum`]);
  const ways = { ours, curl, hashing };
  /** @type {Record<keyof typeof ways, number[]>} */
  const taken = { ours: [], curl: [], hashing: [] };
  /** @type {number[]} */
  const peaks = [];
  const storage = await startStorage(MEBIBYTES);
  const small = await startStorage(QUARTER_MEBIBYTES);
  try {
    for (const round of range(rounds)) {
      for (const way of rotated(/** @type {const} */ (["ours", "curl", "hashing"]), round)) {
        const { seconds, peakMiB } = await ways[way](storage.url);
        taken[way].push(seconds);
        if (way === "ours" && peakMiB > 0) peaks.push(peakMiB);
        fs.rmSync(file);
        log(`1 GiB by ${way}: ${seconds.toFixed(1)} s`);
      }
    }
    const quarter = await ours(small.url);
    /** @param {readonly number[]} others */
    const speedOver = (others) => median(taken.ours.map((seconds, round) => (others[round] ?? Number.NaN) / seconds));
    const peak = peaks.length === 0 ? undefined : Math.max(...peaks);
    /** @type {Measure[]} */
    return [
      {
        what: "speed of `download`, 1 GiB on loopback, ÷ curl's, which checks nothing",
        value: speedOver(taken.curl),
        least: 0.8,
        why:
          `the SHA-256 alone takes ${hashSeconds().toFixed(1)} s, and curl ${median(taken.curl).toFixed(1)} s for everything; ` +
          "a network that is slower than the hash is the bound for both",
      },
      { what: "the same ÷ curl through `tee` and `sha256sum`", value: speedOver(taken.hashing), least: 0.8 },
      { what: "memory of `download`, 1 GiB, at most, in MiB", value: peak, most: 200, digits: 0 },
      {
        what: "the same ÷ that of 256 MiB",
        value: peak === undefined ? undefined : peak / quarter.peakMiB,
        most: 1.25,
      },
    ];
  } finally {
    storage.stop();
    small.stop();
    fs.rmSync(folder, { recursive: true });
  }
}

module.exports = { measureDownload };
