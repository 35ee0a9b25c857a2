"use strict";
// Measurements without the engine: loading, diffing, pruning and requests.

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { request } = require("undici");
// Not part of the published declarations.
const { openRuntime } = /** @type {typeof import("../../provider/dynamic/runtime.js")} */ (
  require("../../dist/provider/dynamic/runtime.js")
);
const { startEmulator } = require("../../dist/emulator/index.js");
const { systemClock } = require("../../dist/provider/http/system-clock.js");
const { resolveConnection } = require("../../dist/provider/model/connection.js");
const { definitions, openPlatform } = require("../../dist/provider/platforms/index.js");
const { simulate } = require("../../dist/provider/schedule/index.js");
const { median, medianRatio, range, rotated } = require("./numbers.js");

/** @typedef {import("./report.js").Measure} Measure */

const DAY_MS = 24 * 60 * 60_000;
const RUNTIME = path.resolve(__dirname, "../../dist/provider/dynamic/runtime.js");
const LOADS = 15;
const DIFF_POLICIES = 100;
const DIFF_SNAPSHOTS = 90;
const LISTS_AT_ONCE = 16;

/** Measures how much longer a new process takes to load the runtime than an empty file, in milliseconds. */
function measureLoading() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-snapshots-bench-"));
  const empty = path.join(folder, "empty.js");
  fs.writeFileSync(empty, "");
  /** @type {Record<string, number[]>} */
  const taken = { [empty]: [], [RUNTIME]: [] };
  try {
    for (const round of range(LOADS)) {
      for (const file of rotated([empty, RUNTIME], round)) {
        const start = performance.now();
        execFileSync(process.execPath, [file]);
        taken[file]?.push(performance.now() - start);
      }
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
  const over = (taken[RUNTIME] ?? []).map((each, round) => each - (taken[empty]?.[round] ?? 0));
  /** @type {Measure} */
  return {
    what: "loading the runtime in a new process, over an empty module, in ms",
    value: median(over),
    most: 60,
    digits: 0,
  };
}

/** Measures the total time of all policies' diffs in a preview after a slot has passed. */
async function measureDiff() {
  const nowMs = Date.now();
  const unused = async () => undefined;
  const open = openRuntime({
    clock: systemClock,
    random: () => 0.5,
    environment: {
      SCP_ACCESS_KEY: "access",
      SCP_SECRET_KEY: "secret",
      SCP_REGION: "kr-west1",
      SCP_VIRTUALSERVER_URL: "http://127.0.0.1:1",
    },
    journal: { find: unused, others: async () => [], note: unused, settle: unused, confirm: unused },
    warn: unused,
    inform: unused,
    announce: () => {},
  });
  const provider = open("BackupPolicy");
  const isoAt = (/** @type {number} */ instantMs) => new Date(instantMs).toISOString();
  const cases = [];
  for (const policy of range(DIFF_POLICIES)) {
    const inputs = {
      ...{
        __provider: "text",
        __urn: `urn:pulumi:a::b::c::policy-${policy}`,
        platform: "scp",
        volumeId: `v-${policy}`,
      },
      ...{ schedules: [{ cron: "0 3 * * *" }], retention: { keepDaily: DIFF_SNAPSHOTS } },
    };
    const checked = /** @type {Record<string, unknown>} */ ((await provider.check?.({}, inputs))?.inputs);
    const dueMs = Date.parse(String(checked["dueAt"]));
    const snapshots = range(DIFF_SNAPSHOTS).map((day) => ({
      id: `snapshot-${policy}-${day}`,
      status: "available",
      createdAt: isoAt(nowMs - day * DAY_MS),
      slot: isoAt(dueMs - day * DAY_MS),
    }));
    const outs = {
      ...{ ...checked, dueAt: isoAt(dueMs - DAY_MS), policyId: "0123abcd", runBy: "up", status: "active", snapshots },
      ...{ pruned: [], pruneQueue: [], createdAt: isoAt(nowMs - 365 * DAY_MS) },
    };
    cases.push({ id: `scp/volume/v-${policy}/policy/0123abcd`, outs, news: checked });
  }
  const start = performance.now();
  for (const { id, outs, news } of cases) await provider.diff?.(id, outs, news);
  /** @type {Measure} */
  return {
    what: `diff of ${DIFF_POLICIES} policies with ${DIFF_SNAPSHOTS} snapshots each, in ms`,
    value: performance.now() - start,
    most: 100,
    digits: 0,
  };
}

/** @param {number} size @returns The time that a retention takes on so many snapshots, in seconds. */
function simulateOn(size) {
  const nowMs = Date.UTC(2026, 10, 21, 4);
  const snapshots = range(size).map((hour) => {
    const createdAt = new Date(nowMs - hour * 60 * 60_000).toISOString();
    return { id: `snapshot-${hour}`, status: /** @type {const} */ ("available"), createdAt };
  });
  const retention = { keepLast: 10, keepHourly: 48, keepDaily: 30, keepWeekly: 12, keepMonthly: 24, keepYearly: 10 };
  const start = performance.now();
  simulate(retention, snapshots, { nowMs, timezone: "Europe/Lisbon" });
  return (performance.now() - start) / 1000;
}

function measureRetention() {
  const sizes = [10_000, 100_000, 1_000_000];
  const seconds = sizes.map(simulateOn);
  /** @type {Measure} */
  const measure = {
    what: "retention of 100,000 snapshots, in s",
    value: seconds[1],
    most: 0.5,
    why: "a third of it is reading the snapshots' instants, and a fifth garbage collection",
  };
  return { measure, rows: sizes.map((size, index) => [size.toLocaleString("en"), `${seconds[index]?.toFixed(2)} s`]) };
}

/**
 * Measures what the client adds to a list request compared with undici alone.
 *
 * @param {{ n: number, rounds: number }} options
 */
async function measureWayOut({ n, rounds }) {
  const emulator = await startEmulator();
  emulator.discloud.rateLimit.limit = Number.MAX_SAFE_INTEGER;
  emulator.discloud.addApp("bench");
  emulator.discloud.addSnapshot("bench");
  const { discloud } = definitions;
  const environment = emulator.environment;
  const resolved = resolveConnection("discloud", discloud.connectionFields, "discloud", {
    config: () => undefined,
    environment,
  });
  if ("problems" in resolved) throw new Error(resolved.problems.join("; "));
  const platform = openPlatform(resolved.connection, { clock: systemClock, random: Math.random });
  const target = { argument: "appId", kind: "app", id: "bench" };
  const headers = { "api-token": environment["DISCLOUD_TOKEN"] ?? "" };
  const ways = {
    client: () => platform.list(target, { deadlineMs: Date.now() + 60_000, announce: () => {} }),
    bare: async () => {
      const { body } = await request(`${environment["DISCLOUD_API_URL"]}/snapshot/bench`, { headers });
      return body.json();
    },
  };
  /** @type {Record<keyof typeof ways, number[]>} */
  const taken = { client: [], bare: [] };
  try {
    for (const round of range(rounds + 1)) {
      for (const way of rotated(/** @type {const} */ (["client", "bare"]), round)) {
        const start = performance.now();
        const send = async () => {
          for (const _ of range(Math.ceil(n / LISTS_AT_ONCE))) await ways[way]();
        };
        await Promise.all(range(LISTS_AT_ONCE).map(send));
        // The first round warms up the compiler.
        if (round > 0) taken[way].push(performance.now() - start);
      }
    }
  } finally {
    await emulator.close();
  }
  /** @type {Measure} */
  return { what: `${n} lists through the client ÷ bare undici`, value: medianRatio(taken.client, taken.bare) };
}

/** @param {{ n: number, rounds: number, log: (message: string) => void }} options */
async function measureProcess({ n, rounds, log }) {
  const loading = measureLoading();
  log(`${loading.what}: ${loading.value?.toFixed(0)}`);
  const diff = await measureDiff();
  log(`${diff.what}: ${diff.value?.toFixed(0)}`);
  const retention = measureRetention();
  log(`${retention.measure.what}: ${retention.measure.value?.toFixed(2)}`);
  const wayOut = await measureWayOut({ n, rounds });
  log(`${wayOut.what}: ${wayOut.value?.toFixed(2)}`);
  return { measures: [loading, diff, retention.measure, wayOut], retention: retention.rows };
}

module.exports = { measureProcess };
