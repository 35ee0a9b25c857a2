"use strict";
// Demonstrates the provider on the real engine, from the first `up` to `destroy`: `npm run demo`.
// The platforms are emulated, the state is in a separate folder, and both are removed at the end.

const fs = require("node:fs");
const path = require("node:path");
const { startEmulator } = require("../../dist/emulator/index.js");
const { ensureEngine } = require("../../test/pulumi-cli/engine.js");
const { pulumiEnvironment } = require("../../test/pulumi-cli/environment.js");
const { movedClock } = require("../../test/pulumi-cli/moved-clock.js");
const { descendants, isRunning, killTree, runCommand } = require("../../test/pulumi-cli/processes.js");
const { openLedger } = require("./memory.js");
const { messagesOf, rowsOf, wrapped } = require("./output.js");
const { STORY } = require("./story.js");

const REPOSITORY = path.resolve(__dirname, "../..");
const EXAMPLE = path.join(REPOSITORY, "examples/quickstart");

const isColored = process.env["NO_COLOR"] === undefined && (process.stdout.isTTY || process.env["FORCE_COLOR"] === "1");

const width = Number(process.env["COLUMNS"]) || process.stdout.columns || 100;

/** @type {NodeJS.Signals | undefined} */
let interruptedBy;
/** @type {import("node:child_process").ChildProcess | undefined} */
let running;

async function main() {
  const engine = await ensureEngine();
  stopIfInterrupted();
  const start = Date.now();
  fs.mkdirSync(path.join(REPOSITORY, ".demo"), { recursive: true });
  const root = fs.mkdtempSync(path.join(REPOSITORY, ".demo", "run-"));
  const clock = movedClock(Date.now());
  const emulator = await startEmulator({ now: clock.now });
  // Readers should not wait for backups to run.
  Object.assign(emulator.snapshooter.timing, { pendingMs: 0, runningMs: 0 });
  try {
    const [program, home, backend] = /** @type {[string, string, string]} */ (
      ["program", "home", "backend"].map((name) => path.join(root, name))
    );
    copyExample(program);
    for (const folder of [home, backend]) fs.mkdirSync(folder);
    const env = {
      ...pulumiEnvironment({ pathEntries: engine.pathEntries, home, backend }),
      ...emulator.environment,
      ...clock.env,
      // The examples' tests already type-check the program; otherwise every command would do so again.
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      NODE_COMPILE_CACHE: path.join(root, "compiled"),
    };
    say(
      `The real Pulumi engine ${engine.version} and five emulated platforms, all on this machine. The engine's output is ` +
        "cut down to the rows that matter.",
    );
    await pulumi(engine.command, ["stack", "init", "demo"], { cwd: program, env }, () => {});
    const count = openLedger(emulator);
    for (const [index, { title, look, args, before, says, wire }] of STORY.entries()) {
      stopIfInterrupted();
      console.log(`\n${bold(`${index + 1}. ${title}`)}`);
      say(look);
      console.log(bold(`$ pulumi ${args.join(" ")}`));
      before?.({ emulator, clock });
      const seen = emulator.requests.length;
      const output = await pulumi(engine.command, commandLine(args), { cwd: program, env }, console.log);
      emulator.faults.clear();
      for (const { owner, message } of messagesOf(output)) if (says?.test(message)) say(`${owner}: ${message}`, "  ");
      if (wire !== undefined) printWire(emulator.requests.slice(seen), wire);
    }
    conclude(count(asked()), Math.round((Date.now() - start) / 1000));
  } finally {
    await emulator.close();
    clock.dispose();
    fs.rmSync(root, { recursive: true, force: true });
    removeIfEmpty(path.dirname(root));
  }
}

/** Counts the snapshots that the whole story requests, by platform. */
function asked() {
  /** @type {Record<string, number>} */
  const sums = {};
  for (const { asks = {} } of STORY) {
    for (const [platform, number] of Object.entries(asks)) sums[platform] = (sums[platform] ?? 0) + number;
  }
  return sums;
}

/**
 * Adds flags that hide the parts of the engine's output that the demo does not need.
 *
 * @param {readonly string[]} args
 */
function commandLine(args) {
  const changes = args[0] === "preview" ? [] : ["--yes", "--skip-preview", "--suppress-progress"];
  return [...args, ...changes, "--suppress-outputs", "--color", isColored ? "always" : "never"];
}

/**
 * Copies the example. The copy resolves the SDK and the compiler from the repository's node_modules above it, and the
 * package itself through a link to the repository.
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
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @param {(line: string) => void} print Called with the relevant rows.
 */
async function pulumi(command, args, options, print) {
  const result = await runCommand(command, [...args, "--non-interactive"], {
    ...options,
    onOutput: rowsOf(print),
    onStart: (child) => {
      running = child;
    },
  });
  running = undefined;
  stopIfInterrupted();
  if (result.code === 0) return result.output;
  throw new Error(`pulumi ${args[0]} ended with ${result.code ?? result.signal}:\n${result.output}`);
}

/**
 * Prints the requests that one platform received while a command ran.
 *
 * @param {readonly import("../../dist/emulator/index.js").RecordedRequest[]} requests
 * @param {string} platform
 */
function printWire(requests, platform) {
  for (const { method, operation, status, committed } of requests.filter((each) => each.platform === platform)) {
    const answer =
      status === undefined ? colored("33", `${committed ? "taken, and " : ""}the answer is lost`) : String(status);
    console.log(`  ${platform} was asked: ${method.padEnd(5)} ${operation.padEnd(20)} ${answer}`);
  }
}

/**
 * @param {readonly import("./memory.js").Account[]} accounts
 * @param {number} seconds
 */
function conclude(accounts, seconds) {
  console.log(`\n${bold("What the platforms remember")} (${seconds} s later; from their memory, not from Pulumi's)`);
  console.log(`${"".padEnd(24)}asked for  taken  deleted  older ones`);
  for (const { title, asked: wanted, taken, deleted, foreign, strays } of accounts) {
    const numbers = [String(wanted).padStart(9), String(taken).padStart(7), String(deleted).padStart(9)];
    console.log(`${title.padEnd(24)}${numbers.join("")}  ${strays === 0 ? `${foreign} untouched` : `${strays} GONE`}`);
  }
  const sum = (/** @type {"asked" | "taken" | "twice" | "strays"} */ what) =>
    accounts.reduce((total, account) => total + account[what], 0);
  const isRight = sum("asked") === sum("taken") && sum("twice") + sum("strays") === 0;
  const count = `${sum("asked")} asked for, ${sum("taken")} on the platforms, ${sum("twice")} twice`;
  console.log(`\n${colored(isRight ? "1;32" : "1;31", count)}`);
  if (!isRight) process.exitCode = 1;
}

/**
 * @param {string} text
 * @param {string} [indent]
 */
function say(text, indent = "") {
  for (const line of wrapped(`${indent}${text}`, width, `${indent}${indent}`)) console.log(line);
}

/** @param {string} text */
function bold(text) {
  return colored("1", text);
}

/**
 * @param {string} codes Terminal color codes, separated by semicolons.
 * @param {string} text
 */
function colored(codes, text) {
  return isColored ? `\u001b[${codes}m${text}\u001b[0m` : text;
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
    // A terminal's Ctrl-C also reaches the engine directly, and a second one would make it stop without cleanup.
    if (signal !== "SIGINT") running?.kill("SIGINT");
  });
}

main().then(
  () => process.exit(),
  (error) => {
    console.error(`\nThe demo stopped: ${error.message}`);
    for (const pid of descendants(process.pid)) if (isRunning(pid, undefined)) killTree(pid);
    process.exit(interruptedBy === undefined ? 1 : 130);
  },
);
