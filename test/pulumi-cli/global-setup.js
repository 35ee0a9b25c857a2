"use strict";
const { ensureEngine } = require("./engine.js");
const { installPackage } = require("./installed-package.js");

/** Gets the engine and installs the package, once per run of jest; tests find both through the environment. */
module.exports = async function globalSetup() {
  process.env["PULUMI_SNAPSHOTS_TEST_ENGINE"] = JSON.stringify(await ensureEngine());
  process.env["PULUMI_SNAPSHOTS_TEST_PACKAGE"] = await installPackage();
};
