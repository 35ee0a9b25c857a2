"use strict";
const path = require("node:path");

/** Variables of the user's environment that a program needs; no credentials, no Pulumi settings. */
const INHERITED = [
  "HOME",
  "LANG",
  "LC_ALL",
  "LOGNAME",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
  "TERM",
  "TMPDIR",
  "TZ",
  "USER",
];

/**
 * Returns an environment in which `pulumi` touches nothing of the user's: its own home, its own state folder, no
 * account, no downloads. Node.js is the one of the development dependencies, whatever the machine's own is.
 *
 * @param {object} options
 * @param {string[]} options.pathEntries The engine's folders.
 * @param {string} options.home Folder for PULUMI_HOME.
 * @param {string} options.backend Folder for the state; it must exist.
 * @param {NodeJS.ProcessEnv} [options.from] Default: this process's.
 * @returns {NodeJS.ProcessEnv}
 */
function pulumiEnvironment({ pathEntries, home, backend, from = process.env }) {
  const node = path.join(path.dirname(require.resolve("node/package.json")), "bin");
  return {
    ...Object.fromEntries(INHERITED.filter((name) => from[name] !== undefined).map((name) => [name, from[name]])),
    PATH: [node, ...pathEntries, from["PATH"] ?? ""].join(path.delimiter),
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: "only for a throw-away state folder",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

module.exports = { pulumiEnvironment };
