"use strict";
// A separate Pulumi project for the real engine, with the time that its commands take.

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { pulumiEnvironment } = require("../../test/pulumi-cli/environment.js");
const { descendants, runCommand } = require("../../test/pulumi-cli/processes.js");
const { commandLineOf, peakMiBOf } = require("./memory.js");
const { NOOP_RUNTIME, PROGRAMS } = require("./programs.js");

/** @typedef {import("./programs.js").Declared} Declared */
/** @typedef {import("./programs.js").Kind} Kind */
/** @typedef {import("../../test/pulumi-cli/engine.js").Engine} Engine */

/** Interval at which the provider process's memory is sampled, in milliseconds. */
const SAMPLE_MS = 200;

/** Time and memory of one command of the engine. */
/** @typedef {{ seconds: number, providerMiB: number | undefined }} Run */

class Workspace {
  /**
   * @param {Kind} kind
   * @param {Engine} engine
   * @param {Readonly<Record<string, string>>} variables Additional environment variables of the program.
   */
  constructor(kind, engine, variables) {
    this.engine = engine;
    this.root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-snapshots-bench-")));
    const [home, backend] = ["home", "backend"].map((name) => path.join(this.root, name));
    this.program = path.join(this.root, "program");
    for (const folder of [home, backend, this.program]) fs.mkdirSync(folder ?? "");
    const { pathEntries } = engine;
    this.env = { ...pulumiEnvironment({ pathEntries, home: home ?? "", backend: backend ?? "" }), ...variables };
    this.#write("Pulumi.yaml", "name: bench\nruntime: nodejs\n");
    this.#write("package.json", JSON.stringify({ name: "bench", private: true, main: "index.js" }));
    this.#write("index.js", PROGRAMS[kind].entry);
    this.#installPackages();
  }

  #installPackages() {
    const repository = path.resolve(__dirname, "../..");
    const modules = path.join(this.program, "node_modules");
    fs.mkdirSync(path.join(modules, "pulumi-benchmark"), { recursive: true });
    fs.writeFileSync(path.join(modules, "pulumi-benchmark/runtime.js"), NOOP_RUNTIME);
    fs.symlinkSync(repository, path.join(modules, "pulumi-snapshots"), "dir");
    for (const name of ["@pulumi", "typescript"]) {
      fs.symlinkSync(path.join(repository, "node_modules", name), path.join(modules, name), "dir");
    }
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  #write(name, text) {
    fs.writeFileSync(path.join(this.program, name), text);
  }

  /**
   * Sets the resources that the program declares from now on.
   *
   * @param {readonly Declared[]} resources
   */
  declare(resources) {
    this.#write("resources.json", JSON.stringify(resources));
  }

  /**
   * Runs a command of the engine to its end.
   *
   * @param {readonly string[]} args
   * @param {{ watchMemory?: boolean }} [options] `watchMemory`: also sample the memory of the provider's process.
   * @returns {Promise<Run & { stdout: string }>}
   * @throws {Error} with all of its output, if it fails
   */
  async run(args, { watchMemory = false } = {}) {
    let peakMiB = 0;
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const start = performance.now();
    const result = await runCommand(this.engine.command, [...args, "--non-interactive", "--color", "never"], {
      cwd: this.program,
      env: this.env,
      onStart: ({ pid }) => {
        if (pid === undefined || !watchMemory) return;
        timer = setInterval(() => {
          peakMiB = Math.max(peakMiB, providerMiB(pid));
        }, SAMPLE_MS);
      },
    });
    const seconds = (performance.now() - start) / 1000;
    clearInterval(timer);
    if (result.code !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${result.output}`);
    return { seconds, providerMiB: peakMiB === 0 ? undefined : peakMiB, stdout: result.stdout };
  }

  /** Returns the average number of bytes in the state for one resource of the program. */
  async bytesPerResource() {
    const { stdout } = await this.run(["stack", "export"]);
    /** @type {{ deployment: { resources?: { type: string }[] } }} */
    const { deployment } = JSON.parse(stdout);
    const own = (deployment.resources ?? []).filter(({ type }) => type.startsWith("pulumi-nodejs:"));
    return own.reduce((sum, resource) => sum + JSON.stringify(resource).length, 0) / own.length;
  }

  dispose() {
    fs.rmSync(this.root, { recursive: true, force: true });
  }
}

/**
 * Returns the peak memory of the dynamic provider's process below `pid`, in MiB; 0 if there is none.
 *
 * @param {number} pid
 */
function providerMiB(pid) {
  const peaks = descendants(pid)
    .filter((each) => commandLineOf(each).includes("/cmd/dynamic-provider"))
    .map(peakMiBOf);
  return peaks.find((peak) => peak > 0) ?? 0;
}

/**
 * Opens a workspace with a stack that has no resources yet.
 *
 * @param {Kind} kind
 * @param {Engine} engine
 * @param {Readonly<Record<string, string>>} variables
 */
async function openWorkspace(kind, engine, variables) {
  const workspace = new Workspace(kind, engine, variables);
  await workspace.run(["stack", "init", "bench"]);
  return workspace;
}

module.exports = { openWorkspace, Workspace };
