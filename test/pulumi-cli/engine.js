"use strict";
// Provides the Pulumi engine for the tests and the demo: from PATH, else from the official installer, else built from
// its published Go modules. The last two are kept in the user's cache folder and shared by all runs.

const { createHash } = require("node:crypto");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { withLock } = require("./lock.js");
const { runCommand } = require("./processes.js");

/**
 * @typedef {object} Engine
 * @property {string} command Path of `pulumi`.
 * @property {string} version For example "3.259.0".
 * @property {string[]} pathEntries Folders to put first on PATH, so that the engine finds its own helpers.
 * @property {"path" | "installer" | "built"} source
 */

/**
 * @typedef {object} EngineOptions
 * @property {(message: string) => void} [log] Default: a line on stderr.
 * @property {NodeJS.ProcessEnv} [env] Source of PATH, HOME and XDG_CACHE_HOME; default: this process's.
 * @property {string} [cacheDirectory] Default: `pulumi-snapshots` in the user's cache folder.
 * @property {number} [reachTimeoutMs] How long to wait for the installer's host; default 5 s.
 * @property {number} [installTimeoutMs] How long the installer may take in all; default 5 minutes.
 */

/**
 * Oldest `pulumi` that is accepted from PATH. The tests use `--run-program` on `up --refresh` (since 3.169.0) and
 * import files that carry outputs; older engines were not tried.
 */
const MINIMUM_VERSION = "3.200.0";

const ENGINE_MODULE = path.join(__dirname, "engine");
const HOST_MODULE = path.join(__dirname, "nodejs-host");

/** Version of the engine that is installed or built, from its go.mod: the newest one published as a Go module. */
const ENGINE_VERSION = requiredVersion(ENGINE_MODULE, "github.com/pulumi/pulumi/pkg/v3");

/**
 * Version of the language host for Node.js: later ones are not published as a Go module, and this one works with the
 * engine.
 */
const HOST_VERSION = requiredVersion(HOST_MODULE, "github.com/pulumi/pulumi/sdk/v3");

const GO_VERSION = /^go (\S+)$/m.exec(fs.readFileSync(path.join(ENGINE_MODULE, "go.mod"), "utf8"))?.[1] ?? "1.25";

/**
 * Executables of an engine. `pulumi` looks for the other two beside itself, and warns if it has to search PATH for
 * them.
 */
const EXECUTABLES = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

const MANIFEST = "manifest.json";
const VERSION_TIMEOUT_MS = 30_000;
const BUILD_TIMEOUT_MS = 60 * 60_000;
const PROGRESS_EVERY_MS = 60_000;

/**
 * Finds, installs or builds an engine. Several processes may call it concurrently: one works, the others wait for it.
 *
 * @param {EngineOptions} [options]
 * @returns {Promise<Engine>}
 * @throws {Error} that names the three ways to get an engine, and why each of them failed here
 */
async function ensureEngine(options = {}) {
  const env = options.env ?? process.env;
  const log = options.log ?? ((message) => void process.stderr.write(`[pulumi engine] ${message}\n`));
  const directory = path.join(options.cacheDirectory ?? userCacheDirectory(env), cacheKey());

  const onPath = await engineOnPath(env);
  if ("engine" in onPath) return onPath.engine;
  const kept = await keptEngine(directory);
  if ("engine" in kept) return kept.engine;

  fs.mkdirSync(path.dirname(directory), { recursive: true });
  return withLock(
    `${directory}.lock`,
    async () => {
      const keptNow = await keptEngine(directory);
      if ("engine" in keptNow) return keptNow.engine;
      if (keptNow.problem !== undefined)
        log(`the one in ${directory} is not usable (${keptNow.problem}): making it anew`);
      removePartial(directory);

      const installed = await attempt(directory, "installer", (partial) => install(partial, { ...options, env, log }));
      if ("engine" in installed) return installed.engine;
      log(`the official installer is of no use here: ${installed.problem}`);

      const built = await attempt(directory, "built", (partial) => build(partial, { env, log }));
      if ("engine" in built) return built.engine;
      throw new Error(waysToGetAnEngine([onPath.problem, installed.problem, built.problem]));
    },
    log,
  );
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ engine: Engine } | { problem: string }>}
 */
async function engineOnPath(env) {
  const command = findOnPath("pulumi", env);
  if (command === undefined) return { problem: "there is no `pulumi` on PATH" };
  const said = await versionOf(command, env);
  if ("problem" in said) return said;
  if (!isAtLeast(said.version, MINIMUM_VERSION)) return { problem: `${command} is ${said.version}` };
  const beside = path.dirname(fs.realpathSync(command));
  const missing = EXECUTABLES.find(
    (name) => !isExecutable(path.join(beside, name)) && findOnPath(name, env) === undefined,
  );
  if (missing !== undefined) return { problem: `${command} has no ${missing} beside it or on PATH` };
  return { engine: { command, version: said.version, pathEntries: [path.dirname(command)], source: "path" } };
}

/**
 * Checks the engine that an earlier run left. Anything that is missing, truncated or doesn't run makes it unusable.
 *
 * @param {string} directory
 * @returns {Promise<{ engine: Engine } | { problem: string | undefined }>} no problem: there is nothing yet
 */
async function keptEngine(directory) {
  if (!fs.existsSync(directory)) return { problem: undefined };
  const bin = path.join(directory, "bin");
  try {
    const manifest = JSON.parse(fs.readFileSync(path.join(directory, MANIFEST), "utf8"));
    for (const [name, size] of Object.entries(manifest.sizes)) {
      if (fs.statSync(path.join(bin, name)).size !== size)
        return { problem: `${name} is not of the size it was made with` };
    }
    const command = path.join(bin, "pulumi");
    const said = await versionOf(command, process.env);
    if ("problem" in said) return said;
    if (said.version !== ENGINE_VERSION) return { problem: `${command} is ${said.version}` };
    return { engine: { command, version: said.version, pathEntries: [bin], source: manifest.source } };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

/**
 * Makes an engine in a folder of its own and moves it into place only when it is complete.
 *
 * @param {string} directory
 * @param {"installer" | "built"} source
 * @param {(partial: string) => Promise<void>} make Fills `bin` in the folder that it is given.
 * @returns {Promise<{ engine: Engine } | { problem: string }>}
 */
async function attempt(directory, source, make) {
  const partial = fs.mkdtempSync(`${directory}.partial-`);
  try {
    await make(partial);
    const bin = path.join(partial, "bin");
    const sizes = Object.fromEntries(EXECUTABLES.map((name) => [name, fs.statSync(path.join(bin, name)).size]));
    fs.writeFileSync(path.join(partial, MANIFEST), `${JSON.stringify({ source, sizes }, undefined, 2)}\n`);
    fs.chmodSync(partial, 0o755);
    fs.rmSync(directory, { recursive: true, force: true });
    fs.renameSync(partial, directory);
    const made = await keptEngine(directory);
    return "engine" in made ? made : { problem: made.problem ?? `${directory} is gone again` };
  } catch (error) {
    return { problem: messageOf(error) };
  } finally {
    fs.rmSync(partial, { recursive: true, force: true });
  }
}

/**
 * @param {string} partial
 * @param {EngineOptions & { env: NodeJS.ProcessEnv, log: (message: string) => void }} options
 */
async function install(partial, { env, log, reachTimeoutMs = 5_000, installTimeoutMs = 5 * 60_000 }) {
  log(`there is no usable pulumi on PATH: trying the official installer for ${ENGINE_VERSION}`);
  const script = path.join(__dirname, "run-official-installer.js");
  const result = await runCommand(process.execPath, [script, partial, ENGINE_VERSION, String(reachTimeoutMs)], {
    // Without it Node's own fetch ignores HTTPS_PROXY.
    env: { ...env, NODE_USE_ENV_PROXY: "1" },
    timeoutMs: installTimeoutMs,
  });
  if (result.timedOut) throw new Error(`the official installer did not end within ${installTimeoutMs / 1000} s`);
  if (result.code !== 0) throw new Error(lastLines(result.stderr));
}

/**
 * @param {string} partial
 * @param {{ env: NodeJS.ProcessEnv, log: (message: string) => void }} options
 */
async function build(partial, { env, log }) {
  const go = findOnPath("go", env);
  if (go === undefined) throw new Error("there is no `go` on PATH");
  await checkGo(go, env);
  const bin = path.join(partial, "bin");
  fs.mkdirSync(bin);

  log(
    `building the Pulumi engine ${ENGINE_VERSION} from its Go modules: ` +
      "about 7 minutes on 2 cores the first time, half a minute with a warm Go build cache",
  );
  const start = Date.now();
  const seconds = () => Math.round((Date.now() - start) / 1000);
  const progress = setInterval(() => log(`still building, ${seconds()} s so far`), PROGRESS_EVERY_MS);
  try {
    await goBuild(go, HOST_MODULE, HOST_VERSION, bin, env);
    await goBuild(go, ENGINE_MODULE, ENGINE_VERSION, bin, env);
  } finally {
    clearInterval(progress);
  }
  // A shell script that starts the SDK of the program it serves, so any version works.
  const launcher = "pulumi-resource-pulumi-nodejs";
  fs.copyFileSync(
    path.join(path.dirname(require.resolve("@pulumi/pulumi/package.json")), launcher),
    path.join(bin, launcher),
  );
  fs.chmodSync(path.join(bin, launcher), 0o755);
  log(`done in ${seconds()} s`);
}

/**
 * Checks Go's version in the module's folder, where Go may switch to the newer toolchain that go.mod requires.
 *
 * @param {string} go
 * @param {NodeJS.ProcessEnv} env
 */
async function checkGo(go, env) {
  const result = await runCommand(go, ["version"], { cwd: ENGINE_MODULE, env: goEnvironment(env) });
  if (result.code !== 0) throw new Error(`\`go version\` failed: ${lastLines(result.output)}`);
  const version = /\bgo(\d+\.\d+(?:\.\d+)?)/.exec(result.stdout)?.[1];
  if (version === undefined || !isAtLeast(version, GO_VERSION)) {
    throw new Error(`${go} is ${version ?? result.stdout.trim()}, older than ${GO_VERSION}`);
  }
}

/**
 * @param {string} go
 * @param {string} module
 * @param {string} version
 * @param {string} bin
 * @param {NodeJS.ProcessEnv} env
 */
async function goBuild(go, module, version, bin, env) {
  const stamp = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
  const result = await runCommand(
    go,
    [
      "build",
      "-buildvcs=false",
      "-tags",
      "osusergo,grpcnotrace",
      "-ldflags",
      `-s -w ${stamp}`,
      "-o",
      `${bin}${path.sep}`,
      "tool",
    ],
    { cwd: module, env: goEnvironment(env), timeoutMs: BUILD_TIMEOUT_MS },
  );
  if (result.timedOut) throw new Error(`\`go build\` did not end within ${BUILD_TIMEOUT_MS / 60_000} minutes`);
  if (result.code !== 0) throw new Error(`\`go build\` failed: ${lastLines(result.output)}`);
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function goEnvironment(env) {
  return { ...env, GOWORK: "off" };
}

/**
 * @param {readonly (string | undefined)[]} problems Reasons why each of the three failed.
 */
function waysToGetAnEngine(problems) {
  const ways = [
    `Install Pulumi ${MINIMUM_VERSION} or newer and put it on PATH: https://www.pulumi.com/docs/install/`,
    "Let this machine reach https://get.pulumi.com: the official installer is then run for you",
    `Install Go ${GO_VERSION} or newer and put it on PATH: https://go.dev/doc/install; the engine is then built for you`,
  ];
  const lines = ways.flatMap((way, index) => [
    `  ${index + 1}. ${way}`,
    `     (now: ${(problems[index] ?? "not tried").replaceAll("\n", "\n      ")})`,
  ]);
  return ["There is no Pulumi engine to work with. Each of these three ways gives one:", ...lines].join("\n");
}

/**
 * @param {string} command
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ version: string } | { problem: string }>}
 */
async function versionOf(command, env) {
  try {
    const result = await runCommand(command, ["version"], {
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeoutMs: VERSION_TIMEOUT_MS,
    });
    const version = parseVersion(result.stdout);
    if (result.code === 0 && version !== undefined) return { version };
    return { problem: `\`${command} version\` failed: ${lastLines(result.output) || `exit code ${result.code}`}` };
  } catch (error) {
    return { problem: `\`${command} version\` failed: ${messageOf(error)}` };
  }
}

/**
 * @param {string} text Output of `pulumi version`, like "v3.259.0".
 * @returns {string | undefined} The three numbers, without the leading v and any suffix.
 */
function parseVersion(text) {
  return /^v?(\d+\.\d+\.\d+)(?:[-+]\S*)?$/m.exec(text.trim())?.[1];
}

/**
 * @param {string} version
 * @param {string} minimum
 */
function isAtLeast(version, minimum) {
  const [have, need] = [version, minimum].map((text) => text.split(".").map(Number));
  for (let index = 0; index < 3; index++) {
    const difference = (have?.[index] ?? 0) - (need?.[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Name of the cache folder: everything that the engine in it was made from. */
function cacheKey() {
  const hash = createHash("sha256");
  for (const module of [ENGINE_MODULE, HOST_MODULE]) {
    for (const file of ["go.mod", "go.sum"]) hash.update(fs.readFileSync(path.join(module, file)));
  }
  const sdk = JSON.parse(fs.readFileSync(require.resolve("@pulumi/pulumi/package.json"), "utf8")).version;
  const machine = `${process.platform}-${process.arch}`;
  return `engine-${ENGINE_VERSION}-host-${HOST_VERSION}-sdk-${sdk}-${machine}-${hash.digest("hex").slice(0, 8)}`;
}

/** @param {NodeJS.ProcessEnv} env */
function userCacheDirectory(env) {
  const base = env["XDG_CACHE_HOME"] || path.join(env["HOME"] || os.homedir(), ".cache");
  return path.join(base, "pulumi-snapshots");
}

/**
 * Removes what killed runs have left. Only the holder of the lock calls it, so none of it is in use.
 *
 * @param {string} directory
 */
function removePartial(directory) {
  const parent = path.dirname(directory);
  for (const name of fs.readdirSync(parent)) {
    if (name.startsWith(`${path.basename(directory)}.partial-`)) {
      fs.rmSync(path.join(parent, name), { recursive: true, force: true });
    }
  }
}

/**
 * @param {string} module
 * @param {string} dependency
 */
function requiredVersion(module, dependency) {
  const text = fs.readFileSync(path.join(module, "go.mod"), "utf8");
  const version = new RegExp(`^\\s*(?:require )?${dependency} v(\\S+)`, "m").exec(text)?.[1];
  if (version === undefined) throw new Error(`${module}/go.mod does not require ${dependency}`);
  return version;
}

/**
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined}
 */
function findOnPath(name, env) {
  const folders = (env["PATH"] ?? "").split(path.delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => path.resolve(folder, name)).find(isExecutable);
}

/** @param {string} file */
function isExecutable(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** @param {string} text */
function lastLines(text) {
  return text.trim().split("\n").slice(-5).join("\n");
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

module.exports = { ENGINE_VERSION, MINIMUM_VERSION, cacheKey, ensureEngine, isAtLeast, parseVersion };
