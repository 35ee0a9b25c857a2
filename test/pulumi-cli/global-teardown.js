"use strict";
const fs = require("node:fs");

/** Removes the folder that the global setup created. The engine stays in the user's cache folder. */
module.exports = async function globalTeardown() {
  const directory = process.env["PULUMI_SNAPSHOTS_TEST_PACKAGE"];
  if (directory !== undefined) fs.rmSync(directory, { recursive: true, force: true });
};
