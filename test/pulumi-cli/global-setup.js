"use strict";
const { ensureEngine } = require("./engine.js");
const { installPackage } = require("./installed-package.js");

/** Once per run of jest: gets the engine and installs the package, and tells the tests where through the environment. */
module.exports = async function globalSetup() {
  process.env["PULUMI_SNAPSHOTS_TEST_ENGINE"] = JSON.stringify(await ensureEngine());
  process.env["PULUMI_SNAPSHOTS_TEST_PACKAGE"] = await installPackage();
};
