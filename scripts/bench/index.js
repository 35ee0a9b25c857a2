"use strict";
// Measures the package in ratios to the minimum that the engine and the network allow: `npm run bench`.
// Options: --n <resources, default 500> --rounds <default 3> --growth <the middle of its three sizes, default --n>
// --only <commands|lists|creates|download|process|growth>, which prints that part and writes nothing.

const fs = require("node:fs");
const path = require("node:path");
const { parseArgs } = require("node:util");
const { ensureEngine } = require("../../test/pulumi-cli/engine.js");
const { measureDownload } = require("./download-measures.js");
const { measureCommands, measureCreates, measureGrowth, measureLists } = require("./engine-measures.js");
const { measureProcess } = require("./process-measures.js");
const { pageOf } = require("./report.js");

const REPOSITORY = path.resolve(__dirname, "../..");
const PAGE = path.join(REPOSITORY, "docs/performance.md");

async function main() {
  const { values } = parseArgs({
    options: {
      n: { type: "string", default: "500" },
      rounds: { type: "string", default: "3" },
      growth: { type: "string" },
      only: { type: "string" },
    },
  });
  const [n, rounds, growth] = [Number(values.n), Number(values.rounds), Number(values.growth ?? values.n)];
  if (![n, rounds, growth].every(Number.isInteger) || Math.min(n, growth) < 5 || rounds < 1) {
    throw new Error("--n and --growth are whole numbers from 5 on, and --rounds one from 1 on");
  }
  const wants = (/** @type {string} */ part) => values.only === undefined || values.only === part;
  const engine = await ensureEngine();
  const log = (/** @type {string} */ message) => void process.stderr.write(`[bench] ${message}\n`);
  const options = { engine, n, rounds, log };
  const started = wants("process") ? await measureProcess(options) : undefined;
  const commands = wants("commands") ? await measureCommands(options) : undefined;
  const lists = wants("lists") ? await measureLists(options) : [];
  const creates = wants("creates") ? await measureCreates(options) : [];
  const download = wants("download") ? await measureDownload(options) : [];
  const grown = wants("growth") ? await measureGrowth({ ...options, n: growth }) : undefined;
  const page = pageOf(
    {
      measures: [...lists, ...(commands?.measures ?? []), ...creates, ...download, ...(started?.measures ?? [])],
      ...(commands === undefined ? {} : { times: commands.times }),
      ...(grown === undefined ? {} : { growth: grown }),
      ...(started === undefined ? {} : { retention: started.retention }),
    },
    { n, rounds, versions: versionsOf(engine.version) },
  );
  if (values.only === undefined) fs.writeFileSync(PAGE, page);
  console.log(page);
}

/** @param {string} engineVersion */
function versionsOf(engineVersion) {
  const versionIn = (/** @type {string} */ folder) =>
    String(JSON.parse(fs.readFileSync(path.join(REPOSITORY, folder, "package.json"), "utf8")).version);
  return {
    "pulumi-snapshots": versionIn("."),
    pulumi: engineVersion,
    "@pulumi/pulumi": versionIn("node_modules/@pulumi/pulumi"),
    "Node.js": versionIn("node_modules/node"),
  };
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
