"use strict";
// The quick start, from nothing to nothing, on the real engine: `npm run demo`.
// The platforms are the emulator's, the state is in a folder of its own, and both are gone at the end.

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { ensureEngine } = require("../test/pulumi-cli/engine.js");
const { pulumiEnvironment } = require("../test/pulumi-cli/environment.js");
const { descendants, isRunning, killTree, runCommand } = require("../test/pulumi-cli/processes.js");

const REPOSITORY = path.resolve(__dirname, "..");
const EXAMPLE = path.join(REPOSITORY, "examples/quickstart");
const EMULATOR_START_MS = 20_000;
const EMULATOR_END_MS = 5_000;

/** Each with what a reader should look for in the engine's output. */
const COMMANDS = [
  { args: ["stack", "init", "demo"] },
  { args: ["config", "set", "release", "1.0.0"] },
  {
    args: ["up", "--yes"],
    why: "Takes one snapshot on each platform that can; adopts the latest where none can be made.",
  },
  { args: ["config", "set", "release", "1.1.0"] },
  { args: ["preview", "--diff"], why: "A changed trigger wants new snapshots: old => new." },
  { args: ["up", "--yes"], why: "Takes them." },
  { args: ["refresh", "--yes", "--expect-no-changes"], why: "Asks the platforms: nothing has changed." },
  {
    args: ["destroy", "--yes"],
    why: "Deletes where the platform can and the program says so; lets go of the rest, and says what stays.",
  },
];

/** @type {NodeJS.Signals | undefined} */
let interruptedBy;
/** @type {import("node:child_process").ChildProcess | undefined} */
let running;

async function main() {
  const engine = await ensureEngine();
  stopIfInterrupted();
  fs.mkdirSync(path.join(REPOSITORY, ".demo"), { recursive: true });
  const root = fs.mkdtempSync(path.join(REPOSITORY, ".demo", "run-"));
  /** @type {Emulator | undefined} */
  let emulator;
  try {
    const [program, home, backend] = ["program", "home", "backend"].map((name) => path.join(root, name));
    if (program === undefined || home === undefined || backend === undefined) return;
    copyExample(program);
    for (const folder of [home, backend]) fs.mkdirSync(folder);
    announce("pulumi-snapshots emulate --port 0", "Serves the platforms' APIs on this machine, from memory.");
    emulator = await startEmulator();
    const { pathEntries } = engine;
    const env = { ...pulumiEnvironment({ pathEntries, home, backend }), ...emulator.env };
    for (const { args, why } of COMMANDS) {
      stopIfInterrupted();
      announce(`pulumi ${args.join(" ")}`, why);
      await pulumi(engine.command, args, program, env);
    }
    console.log("\nThat was all of it. Nothing is left running, and the state folder is removed.");
  } finally {
    await emulator?.stop();
    fs.rmSync(root, { recursive: true, force: true });
    removeIfEmpty(path.dirname(root));
  }
}

/**
 * The copy finds the SDK and the compiler in the repository's node_modules, above it; the package itself, which is
 * the repository, by a link.
 *
 * @param {string} program
 */
function copyExample(program) {
  const filter = (/** @type {string} */ from) => path.basename(from) !== "node_modules";
  fs.cpSync(EXAMPLE, program, { recursive: true, filter });
  fs.mkdirSync(path.join(program, "node_modules"));
  fs.symlinkSync(REPOSITORY, path.join(program, "node_modules/pulumi-snapshots"), "dir");
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} env
 */
async function pulumi(command, args, cwd, env) {
  const result = await runCommand(command, [...args, "--non-interactive"], {
    cwd,
    env,
    stdio: "inherit",
    onStart: (child) => {
      running = child;
    },
  });
  running = undefined;
  stopIfInterrupted();
  if (result.code !== 0) throw new Error(`pulumi ${args[0]} ended with ${result.code ?? result.signal}`);
}

/** @typedef {{ env: Record<string, string>, stop: () => Promise<void> }} Emulator */

/**
 * @returns {Promise<Emulator>}
 */
function startEmulator() {
  const args = [path.join(REPOSITORY, "dist/sdk/cli/index.js"), "emulate", "--port", "0"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.pid !== undefined && killTree(child.pid), EMULATOR_END_MS);
    await ended;
    clearTimeout(timer);
  };
  return new Promise((resolve, reject) => {
    let text = "";
    const timer = setTimeout(() => {
      fail(new Error(`the emulator did not say its addresses within ${EMULATOR_START_MS / 1000} s`));
    }, EMULATOR_START_MS);
    const fail = (/** @type {Error} */ error) => {
      clearTimeout(timer);
      stop().then(() => reject(error));
    };
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("exit", (code, signal) => {
      fail(new Error(`the emulator ended with ${code ?? signal} before it said its addresses`));
    });
    /** @type {NodeJS.Timeout | undefined} */
    let quiet;
    child.stdout.setEncoding("utf8").on("data", (data) => {
      text += data;
      process.stdout.write(data);
      clearTimeout(quiet);
      const env = exportedVariables(text);
      if (Object.keys(env).length === 0) return;
      // The lines come together; a moment without another one means that they are complete.
      quiet = setTimeout(() => {
        clearTimeout(timer);
        child.removeAllListeners("exit");
        resolve({ env, stop });
      }, 300);
    });
  });
}

/**
 * @param {string} text Lines like `export NAME=value`, as for a shell, value in quotes or not.
 * @returns {Record<string, string>}
 */
function exportedVariables(text) {
  const lines = text.matchAll(/^export ([A-Z][A-Z0-9_]*)=(?:'([^'\n]*)'|"([^"\n]*)"|(\S*))\s*$/gm);
  return Object.fromEntries([...lines].map(([, name, single, double, bare]) => [name, single ?? double ?? bare]));
}

/**
 * @param {string} command
 * @param {string} [why]
 */
function announce(command, why) {
  console.log(`\n${why === undefined ? "" : `# ${why}\n`}$ ${command}`);
}

function stopIfInterrupted() {
  if (interruptedBy !== undefined) throw new Error(`interrupted by ${interruptedBy}`);
}

/** @param {string} folder */
function removeIfEmpty(folder) {
  if (fs.readdirSync(folder).length === 0) fs.rmdirSync(folder);
}

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.on(signal, () => {
    if (interruptedBy !== undefined) {
      if (running?.pid !== undefined) killTree(running.pid);
      return;
    }
    interruptedBy = signal;
    // A terminal's Ctrl-C reaches the engine by itself, and a second one would make it drop what it is doing.
    if (signal !== "SIGINT") running?.kill("SIGINT");
  });
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(`\nThe demo stopped: ${error.message}`);
    for (const pid of descendants(process.pid)) if (isRunning(pid, undefined)) killTree(pid);
    process.exit(interruptedBy === undefined ? 1 : 130);
  },
);
