"use strict";
// Measurements with the real engine. All platforms are emulated.

const { setTimeout: wait } = require("node:timers/promises");
const { request } = require("undici");
const { startEmulator } = require("../../dist/emulator/index.js");
const { median, medianRatio, range, rotated } = require("./numbers.js");
const { PROGRAMS } = require("./programs.js");
const { openWorkspace } = require("./workspace.js");

/** @typedef {import("./programs.js").Declared} Declared */
/** @typedef {import("./programs.js").Kind} Kind */
/** @typedef {import("../../test/pulumi-cli/engine.js").Engine} Engine */
/** @typedef {import("../../dist/emulator/index.js").Emulator} Emulator */
/** @typedef {import("./report.js").Measure} Measure */
/** @typedef {import("./workspace.js").Workspace} Workspace */

/** Number of apps that the snapshots are spread over. */
const APPS = 20;
const LATENCY_MS = 200;
/** Long enough for concurrent requests to overlap, however busy the machine is. */
const LONG_LATENCY_MS = 2_000;

const COMMANDS = {
  up: ["up", "--yes", "--skip-preview"],
  again: ["up", "--yes", "--skip-preview"],
  preview: ["preview"],
  refresh: ["refresh", "--yes", "--skip-preview"],
  destroy: ["destroy", "--yes", "--skip-preview"],
};
/** @typedef {keyof typeof COMMANDS} Command */
const commands = /** @type {Command[]} */ (Object.keys(COMMANDS));

/** @param {number} index */
const appOf = (index) => `bench-${index % APPS}`;

/**
 * Starts an emulator with the apps and one snapshot each, by default without Discloud's rate limit.
 *
 * @param {{ latencyMs?: number, isLimited?: boolean }} [options]
 */
async function startPlatforms({ latencyMs = 0, isLimited = false } = {}) {
  const emulator = await startEmulator({ latencyMs });
  if (!isLimited) emulator.discloud.rateLimit.limit = Number.MAX_SAFE_INTEGER;
  for (const index of range(APPS)) {
    emulator.discloud.addApp(appOf(index));
    emulator.discloud.addSnapshot(appOf(index));
  }
  return emulator;
}

/** @param {number} size @returns {Declared[]} Snapshots that adopt their app's newest one. */
function adopting(size) {
  return range(size).map((index) => ({
    name: `snapshot-${index}`,
    args: { platform: "discloud", appId: appOf(index), adopt: "latest" },
  }));
}

/** @param {number} size @returns {Declared[]} */
function creating(size) {
  return range(size).map((index) => ({
    name: `created-${index}`,
    args: { platform: "discloud", appId: appOf(index), triggers: { release: "1" } },
  }));
}

/** @param {number} size @returns {Declared[]} */
function policies(size) {
  const schedules = [{ cron: "0 3 * * *" }];
  return range(size).map((index) => ({
    resource: "BackupPolicy",
    name: `policy-${index}`,
    args: { platform: "discloud", appId: appOf(index), schedules },
  }));
}

/**
 * Counts the emulator's list requests during a run.
 *
 * @param {Emulator} emulator
 * @param {() => Promise<unknown>} run
 */
async function countLists(emulator, run) {
  const before = emulator.requests.length;
  await run();
  return emulator.requests.slice(before).filter(({ operation }) => operation.startsWith("list-")).length;
}

/**
 * Times the engine's commands in sequence, each on every program before the next; the programs take turns.
 *
 * @param {object} options
 * @param {Engine} options.engine
 * @param {readonly Kind[]} options.kinds
 * @param {number} options.size
 * @param {number} options.rounds
 * @param {readonly Command[]} [options.only]
 * @param {(message: string) => void} options.log
 */
async function timeCommands({ engine, kinds, size, rounds, only = commands, log }) {
  const emulator = await startPlatforms();
  /** @type {Map<Kind, Workspace>} */
  const workspaces = new Map();
  const none = () => ({ product: [], storedText: [], dynamic: [] });
  /** @type {Record<Command, Record<Kind, number[]>>} */
  const seconds = { up: none(), again: none(), preview: none(), refresh: none(), destroy: none() };
  const bytes = /** @type {Record<Kind, number>} */ ({});
  try {
    for (const kind of kinds) {
      const workspace = await openWorkspace(kind, engine, emulator.environment);
      workspaces.set(kind, workspace);
      workspace.declare([]);
      // The first command of a program also warms up the file system's caches.
      await workspace.run(COMMANDS.up);
      workspace.declare(adopting(size));
    }
    for (const round of range(rounds)) {
      for (const command of only) {
        for (const kind of rotated(kinds, round)) {
          const run = await /** @type {Workspace} */ (workspaces.get(kind)).run(COMMANDS[command]);
          seconds[command][kind].push(run.seconds);
          log(`${size} resources, ${command}, ${kind}: ${run.seconds.toFixed(1)} s`);
        }
        if (command === "up" && round === 0) {
          for (const [kind, workspace] of workspaces) bytes[kind] = await workspace.bytesPerResource();
        }
      }
    }
    return { seconds, bytes };
  } finally {
    for (const workspace of workspaces.values()) workspace.dispose();
    await emulator.close();
  }
}

/**
 * Compares a stack's commands with the engine's minimum for as many dynamic resources.
 *
 * @param {{ engine: Engine, n: number, rounds: number, log: (message: string) => void }} options
 */
async function measureCommands({ engine, n, rounds, log }) {
  const kinds = /** @type {const} */ (["product", "storedText", "dynamic"]);
  const { seconds, bytes } = await timeCommands({ engine, kinds, size: n, rounds, log });
  const ratio = (/** @type {Command} */ command, /** @type {Kind} */ floor) =>
    medianRatio(seconds[command].product, seconds[command][floor]);
  const bytesRatio = bytes.product / bytes.storedText;
  const writing = `the engine writes the whole state after every step, and a Snapshot's part of it is ${bytesRatio.toFixed(2)} times as long`;
  const reading =
    "each resource is read from its platform, whereas the no-op returns what it was given; a fixed part of it is loading " +
    "zod and undici in the provider's process";
  const beside =
    "the program itself takes no longer than the no-op's; beside it, the provider's process loads zod and its own code, and " +
    "takes messages of three times as many properties";
  /** @type {Measure[]} */
  const measures = [
    { what: `up of ${n} that adopt ÷ no-op, stored text`, value: ratio("up", "storedText"), most: 1.15, why: writing },
    {
      what: `up of ${n} that adopt ÷ no-op, pulumi.dynamic.Resource`,
      value: ratio("up", "dynamic"),
      most: 0.65,
      why: "most of an up is the engine's own work on each step, which is the same for every provider",
    },
    {
      what: `up without changes, ${n} ÷ no-op, stored text`,
      value: ratio("again", "storedText"),
      most: 1.1,
      why: beside,
    },
    { what: `preview, ${n} ÷ no-op, stored text`, value: ratio("preview", "storedText"), most: 1.1, why: beside },
    { what: `refresh, ${n} ÷ no-op, stored text`, value: ratio("refresh", "storedText"), most: 1.1, why: reading },
    { what: `destroy, ${n} ÷ no-op, stored text`, value: ratio("destroy", "storedText"), most: 1.1, why: writing },
    { what: "state bytes a Snapshot ÷ no-op, stored text", value: bytesRatio, most: 1.5 },
  ];
  const times = commands.map((command) => [
    command === "again" ? "up without changes" : command,
    ...kinds.map((kind) => `${median(seconds[command][kind]).toFixed(1)} s`),
  ]);
  return { measures, times };
}

/**
 * Counts the list requests to the platform, and measures the provider's memory.
 *
 * @param {{ engine: Engine, n: number, log: (message: string) => void }} options
 */
async function measureLists({ engine, n, log }) {
  const emulator = await startPlatforms();
  const targets = Math.min(APPS, n);
  /** @type {Workspace[]} */
  const workspaces = [];
  const open = async (/** @type {Kind} */ kind, /** @type {Declared[]} */ declared) => {
    const workspace = await openWorkspace(kind, engine, emulator.environment);
    workspaces.push(workspace);
    workspace.declare(declared);
    return workspace;
  };
  try {
    const once = await open("product", adopting(n));
    const upLists = await countLists(emulator, () => once.run(COMMANDS.up));
    log(`up of ${n}: ${upLists} lists`);
    const twice = await open("product", adopting(2 * n));
    const { providerMiB } = await twice.run(COMMANDS.up, { watchMemory: true });
    const refreshLists = await countLists(emulator, () => twice.run(COMMANDS.refresh));
    log(`refresh of ${2 * n}: ${refreshLists} lists`);
    const floor = await open("storedText", adopting(2 * n));
    const { providerMiB: floorMiB } = await floor.run(COMMANDS.up, { watchMemory: true });
    const mixed = await open("product", [...adopting(n), ...policies(Math.ceil(0.4 * n))]);
    await mixed.run(COMMANDS.up);
    const mixedLists = await countLists(emulator, () => mixed.run(COMMANDS.refresh));
    log(`refresh of ${n} and ${Math.ceil(0.4 * n)} policies: ${mixedLists} lists`);
    const moreMiB = providerMiB === undefined || floorMiB === undefined ? undefined : providerMiB - floorMiB;
    /** @type {Measure[]} */
    return [
      {
        what: `refresh of ${2 * n} Snapshots of ${targets} apps: lists`,
        value: refreshLists,
        most: targets,
        digits: 0,
      },
      { what: `up of ${n} that adopt, ${targets} apps: lists`, value: upLists, most: targets, digits: 0 },
      {
        what: `refresh of ${Math.ceil(0.4 * n)} policies and ${n} Snapshots of ${targets} apps: lists`,
        value: mixedLists,
        most: targets,
        digits: 0,
      },
      {
        what: `memory of the provider with ${2 * n} resources, over the no-op one, in MiB`,
        value: moreMiB,
        most: 40,
        digits: 0,
        why:
          "after a garbage collection it holds 10 MiB more than the no-op; the rest is room for short-lived objects, which V8 " +
          "takes as the machine has it and does not give back",
      },
    ];
  } finally {
    for (const workspace of workspaces) workspace.dispose();
    await emulator.close();
  }
}

/**
 * Sends lists and creates with bare undici, within the rate limit, one after another on each app.
 *
 * @param {Emulator} emulator
 * @param {readonly Declared[]} declared
 * @param {"app" | "create"} listsBefore Whether a list precedes each app or each create.
 */
async function sendBare(emulator, declared, listsBefore) {
  const { DISCLOUD_API_URL: url = "", DISCLOUD_TOKEN: token = "" } = emulator.environment;
  const { limit } = emulator.discloud.rateLimit;
  // The platform's window starts when its first request arrives.
  const windowMs = emulator.discloud.rateLimit.windowMs + 100;
  const start = performance.now();
  let [windowStart, left] = [start, limit];
  const takeFromLimit = async () => {
    while (left === 0) {
      await wait(windowStart + windowMs - performance.now());
      if (performance.now() >= windowStart + windowMs) [windowStart, left] = [performance.now(), limit];
    }
    left--;
  };
  const appIds = declared.map(({ args }) => String(args["appId"]));
  await Promise.all(
    [...new Set(appIds)].map(async (appId) => {
      const creates = appIds.filter((each) => each === appId).map(() => "POST");
      const methods = listsBefore === "app" ? ["GET", ...creates] : creates.flatMap((create) => ["GET", create]);
      for (const method of methods) {
        await takeFromLimit();
        const { body, statusCode } = await request(`${url}/snapshot/${appId}`, {
          method,
          headers: { "api-token": token },
        });
        await body.text();
        if (statusCode !== 200) throw new Error(`${method} of ${appId} answered ${statusCode}`);
      }
    }),
  );
  return (performance.now() - start) / 1000;
}

/**
 * Returns the maximum number of creates that the platforms had in flight together.
 *
 * @param {Emulator} emulator
 * @param {number} latencyMs
 */
function mostInFlight(emulator, latencyMs) {
  const posts = emulator.requests.filter(({ operation }) => operation === "create-snapshot");
  // An answer is sent a fixed time after its request arrived.
  const beside = posts.map(({ at }) => posts.filter((other) => other.at <= at && at < other.at + latencyMs).length);
  return Math.max(0, ...beside);
}

/**
 * Measures creates on a platform with latency and a rate limit: their time, and how many are in flight together.
 *
 * @param {{ engine: Engine, n: number, rounds: number, log: (message: string) => void }} options
 */
async function measureCreates({ engine, n, rounds, log }) {
  const size = Math.ceil(n / 5);
  const declared = creating(size);
  const targets = Math.min(APPS, size);
  const up = [...COMMANDS.up, "--parallel", String(Math.max(size, APPS))];
  /** Times an `up` on new platforms, whose rate limit is unused. */
  const timeUp = async (
    /** @type {Kind} */ kind,
    /** @type {Declared[]} */ resources,
    { latencyMs = LATENCY_MS, isLimited = true } = {},
  ) => {
    const emulator = await startPlatforms({ latencyMs, isLimited });
    const workspace = await openWorkspace(kind, engine, emulator.environment);
    try {
      workspace.declare(resources);
      const { seconds } = await workspace.run(up);
      return { seconds, inFlight: mostInFlight(emulator, latencyMs) };
    } finally {
      workspace.dispose();
      await emulator.close();
    }
  };
  /** @type {number[]} */
  const taken = [];
  const floors = { app: /** @type {number[]} */ ([]), create: /** @type {number[]} */ ([]) };
  for (const round of range(rounds)) {
    const kinds = /** @type {const} */ (["product", "storedText"]);
    for (const kind of rotated(kinds, round)) {
      const { seconds } = await timeUp(kind, declared);
      if (kind === "product") taken.push(seconds);
      else {
        for (const listsBefore of /** @type {const} */ (["app", "create"])) {
          const emulator = await startPlatforms({ latencyMs: LATENCY_MS, isLimited: true });
          floors[listsBefore].push(seconds + (await sendBare(emulator, declared, listsBefore)));
          await emulator.close();
        }
      }
    }
    const [ofApps, ofCreates] = [floors.app.at(-1)?.toFixed(1), floors.create.at(-1)?.toFixed(1)];
    log(`${size} creates: ${taken.at(-1)?.toFixed(1)} s, floors ${ofApps} s and ${ofCreates} s`);
  }
  const slow = { latencyMs: LONG_LATENCY_MS, isLimited: false };
  const onOneApp = range(4).map((index) => ({ name: `one-${index}`, args: creating(1)[0]?.args ?? {} }));
  /** @type {Measure[]} */
  return [
    {
      what: `${size} creates on ${targets} apps, ${LATENCY_MS} ms latency ÷ the no-op's up and the bare requests: a list and a create each`,
      value: medianRatio(taken, floors.create),
      most: 1.1,
    },
    {
      what: "the same ÷ with one list for each app",
      value: medianRatio(taken, floors.app),
      most: 1.1,
      why:
        "the list is read again right before each create, since only the list shows which snapshot is new if the answer is lost; " +
        "a rate limit of 60 requests a minute counts those lists, too",
    },
    {
      what: "creates on one app in flight together",
      value: (await timeUp("product", onOneApp, slow)).inFlight,
      most: 1,
      digits: 0,
    },
    {
      what: `creates on ${APPS} apps in flight together`,
      value: (await timeUp("product", creating(APPS), slow)).inFlight,
      least: APPS,
      digits: 0,
    },
  ];
}

/**
 * Measures how the commands' times grow with the stack, as a multiple of the first size's.
 *
 * @param {{ engine: Engine, n: number, log: (message: string) => void }} options
 */
async function measureGrowth({ engine, n, log }) {
  const kinds = /** @type {const} */ (["product", "storedText"]);
  const shown = /** @type {const} */ (["up", "refresh", "destroy"]);
  const sizes = [Math.ceil(n / 5), n, 4 * n];
  /** @type {Awaited<ReturnType<typeof timeCommands>>["seconds"][]} */
  const runs = [];
  for (const size of sizes) {
    runs.push((await timeCommands({ engine, kinds, size, rounds: 1, only: shown, log })).seconds);
  }
  const rows = shown.flatMap((command) =>
    kinds.map((kind) => {
      const seconds = runs.map((run) => run[command][kind][0] ?? Number.NaN);
      return [
        command,
        PROGRAMS[kind].title,
        ...seconds.map((each) => `${each.toFixed(1)} s (${(each / (seconds[0] ?? 1)).toFixed(1)})`),
      ];
    }),
  );
  return { sizes, rows };
}

module.exports = { measureCommands, measureCreates, measureGrowth, measureLists };
