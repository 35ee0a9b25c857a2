"use strict";
// Runs the demo and writes it as an animated image for the README: `npm run build && node scripts/record-demo.js`.

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { COLUMNS, terminalSvg } = require("./demo/svg.js");

const REPOSITORY = path.resolve(__dirname, "..");
const PICTURE = path.join(REPOSITORY, "docs/demo.svg");

const TITLE = "npm run demo";
const DESCRIPTION =
  "A recording of npm run demo: Pulumi takes snapshots on five platforms, survives a lost answer, takes a nightly " +
  "backup, prunes the one before and destroys what is its own. It ends with the count in the platforms' memory.";

/** @returns {Promise<import("./demo/svg.js").Line[]>} */
function record() {
  const env = { ...process.env, FORCE_COLOR: "1", COLUMNS: String(COLUMNS) };
  const child = spawn(process.execPath, [path.join(__dirname, "demo")], { env, stdio: ["ignore", "pipe", "inherit"] });
  const start = Date.now();
  /** @type {import("./demo/svg.js").Line[]} */
  const lines = [{ atMs: 0, text: `$ ${TITLE}` }];
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (data) => {
    process.stdout.write(data);
    const whole = `${rest}${data}`.split("\n");
    rest = whole.pop() ?? "";
    for (const text of whole) lines.push({ atMs: Date.now() - start, text });
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(lines);
      else reject(new Error(`the demo ended with ${code}`));
    });
  });
}

record().then(
  (lines) => {
    fs.writeFileSync(PICTURE, terminalSvg(lines, { title: TITLE, description: DESCRIPTION }));
    console.log(`\nwrote ${path.relative(process.cwd(), PICTURE)}`);
  },
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
