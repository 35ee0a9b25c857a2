"use strict";
// Runs all checks of the repository one after another, and prints how long each took: `npm run verify`. With
// `--outputFile=FILE` it writes how many tests passed and failed to FILE, in the form of jest's own result.
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

/**
 * @typedef {object} Part
 * @property {string} name
 * @property {string[]} command
 * @property {boolean} [isTest] Run by jest, even after earlier tests failed.
 * @property {string} [missing] What this machine lacks to run it, and how to install it.
 */

/**
 * Counts from jest's result, under jest's own names.
 *
 * @typedef {object} Counts
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numRuntimeErrorTestSuites Test files that could not even start.
 */

/**
 * @param {string} name
 * @param {string} project Name of a project in jest.config.js.
 * @param {...string} options
 * @returns {Part}
 */
const tests = (name, project, ...options) => ({
  name,
  command: ["npx", "jest", "--selectProjects", project, ...options],
  isTest: true,
});

const chromium = process.env["CHROMIUM"] || "/usr/bin/chromium";
const noChromium = `there is no Chromium at ${chromium}: apt-get install chromium, or name another one in CHROMIUM`;

/** @type {Part[]} */
const PARTS = [
  { name: "lint", command: ["npm", "run", "--silent", "lint"] },
  { name: "build", command: ["npm", "run", "--silent", "build"] },
  { name: "types", command: ["npm", "run", "--silent", "types"] },
  { name: "generated files", command: ["node", "scripts/generate-docs.js", "--check"] },
  tests("unit tests", "unit"),
  {
    ...tests("browser tests", "browser", "--maxWorkers=1"),
    ...(fs.existsSync(chromium) ? {} : { missing: noChromium }),
  },
  // The matrix itself starts a process per core.
  tests("matrix", "matrix", "--maxWorkers=1"),
  tests("engine tests", "engine"),
];

function main() {
  const outputFile = process.argv[2]?.replace(/^--outputFile=/, "");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-snapshots-verify-"));
  /** @type {Counts} */
  const counts = { numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 0 };
  const lines = [];
  try {
    for (const part of PARTS) {
      if (part.missing !== undefined) {
        lines.push(`${part.name}: not run, ${part.missing}`);
        continue;
      }
      const start = Date.now();
      const isPassed = run(part, folder, counts);
      lines.push(`${part.name}: ${Math.round((Date.now() - start) / 1000)} s${isPassed ? "" : ", failed"}`);
      if (isPassed) continue;
      process.exitCode = 1;
      if (!part.isTest) break;
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
  if (outputFile !== undefined) fs.writeFileSync(outputFile, JSON.stringify(counts));
  console.log(`\n${lines.join("\n")}`);
}

/**
 * Runs a part and adds jest's counts to the totals.
 *
 * @param {Part} part
 * @param {string} folder Folder for jest's result.
 * @param {Counts} counts
 * @returns {boolean} Whether it passed.
 */
function run({ name, command: [command = "", ...args], isTest }, folder, counts) {
  console.log(`\n--- ${name}`);
  const file = path.join(folder, `${name}.json`);
  const all = isTest ? [...args, "--json", `--outputFile=${file}`] : args;
  const { status, error } = spawnSync(command, all, { stdio: "inherit" });
  if (error !== undefined) console.error(error.message);
  if (fs.existsSync(file)) {
    const result = JSON.parse(fs.readFileSync(file, "utf8"));
    counts.numPassedTests += result.numPassedTests;
    counts.numFailedTests += result.numFailedTests;
    counts.numRuntimeErrorTestSuites += result.numRuntimeErrorTestSuites;
  }
  return status === 0;
}

main();
