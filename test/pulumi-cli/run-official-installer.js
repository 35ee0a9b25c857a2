"use strict";
// Run as a process of its own, because the Automation API's installer starts a shell and curl and can't be cancelled:
// its caller can kill this process with all of them.
//
//   node run-official-installer.js <folder> <version> <milliseconds to wait for the installer's host>

const { createRequire } = require("node:module");

const INSTALLER_URL = "https://get.pulumi.com/install.sh";

/** @param {string[]} args */
async function main([root, version, reachTimeoutMs]) {
  const answer = await fetch(INSTALLER_URL, {
    method: "HEAD",
    signal: AbortSignal.timeout(Number(reachTimeoutMs)),
  }).catch((error) => {
    throw new Error(`${new URL(INSTALLER_URL).origin} can't be reached: ${error.cause?.message ?? error.message}`);
  });
  if (!answer.ok) throw new Error(`${INSTALLER_URL} answered ${answer.status}`);
  const automation = require.resolve("@pulumi/pulumi/automation");
  const { SemVer } = createRequire(automation)("semver");
  await require(automation).PulumiCommand.install({ root, version: new SemVer(version) });
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error) => {
    console.error(error.message);
    process.exit(1);
  },
);
