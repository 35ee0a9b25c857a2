"use strict";
// Releases the version in package.json: `node scripts/release.js` runs the checks and shows what would be published;
// `--publish` publishes it, from a pipeline whose identity npm can record (provenance).
// https://docs.npmjs.com/generating-provenance-statements

const { execFileSync, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "..");

/** @param {string} file */
const read = (file) => fs.readFileSync(path.join(root, file), "utf8");

/** @param {string[]} args */
const git = (args) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();

const manifest = JSON.parse(read("package.json"));
const { name, version } = manifest;

/**
 * Returns everything that prevents a release.
 *
 * @param {boolean} publishes
 * @returns {string[]}
 */
function problems(publishes) {
  const [heading = "", second = ""] = [...read("CHANGELOG.md").matchAll(/^## (.+)$/gm)].map(([, text]) => text ?? "");
  const date = new RegExp(`^${version.replaceAll(".", "\\.")} \\((\\d{4}-\\d{2}-\\d{2})\\)$`).exec(heading)?.[1];
  const lock = JSON.parse(read("package-lock.json"));
  const source = /VERSION = "(.+)"/.exec(read("provider/model/version.ts"))?.[1];
  const changed = git(["status", "--porcelain"]);
  return [
    changed !== "" && `the work tree has changes that are not committed:\n${changed}`,
    git(["tag", "--list", `v${version}`]) !== "" && `v${version} is released already: raise the version`,
    source !== version && `provider/model/version.ts says ${source}, package.json says ${version}`,
    lock.version !== version && `package-lock.json says ${lock.version}, package.json says ${version}`,
    heading === "Unreleased" && `CHANGELOG.md: call "Unreleased" ${version}, with its date: ## ${version} (YYYY-MM-DD)`,
    heading !== "Unreleased" &&
      (date === undefined || Number.isNaN(Date.parse(date))) &&
      `CHANGELOG.md begins with "${heading}", not with ## ${version} (YYYY-MM-DD)`,
    second === heading && `CHANGELOG.md has two entries "${heading}"`,
    publishes &&
      manifest.repository === undefined &&
      "package.json names no repository: npm records a provenance only for the one that it names",
  ].filter((problem) => typeof problem === "string");
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  console.log(`\n$ ${command} ${args.join(" ")}`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args[0]} ended with ${status}`);
}

function main() {
  const args = process.argv.slice(2);
  const publishes = args.includes("--publish");
  if (args.some((arg) => arg !== "--publish")) throw new Error("usage: node scripts/release.js [--publish]");
  const found = problems(publishes);
  if (found.length > 0) throw new Error(found.map((problem) => `- ${problem}`).join("\n"));
  run("npm", ["run", "verify"]);
  // Files that verify rewrote are not the files that it checked.
  if (git(["status", "--porcelain"]) !== "")
    throw new Error(`verify changed files:\n${git(["status", "--porcelain"])}`);
  if (!publishes) {
    run("npm", ["pack", "--dry-run", "--ignore-scripts"]);
    console.log(`\n${name} ${version} can be released; \`node scripts/release.js --publish\` publishes it.`);
    return;
  }
  run("npm", ["publish", "--provenance", "--access", "public", "--ignore-scripts"]);
  run("git", ["tag", "--annotate", `v${version}`, "--message", `${name} ${version}`]);
  console.log(`\nPublished ${name} ${version}. Push the tag: git push origin v${version}`);
}

try {
  main();
} catch (error) {
  console.error(`\nNot released:\n${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
