"use strict";
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { runCommand } = require("./processes.js");

const REPOSITORY = path.resolve(__dirname, "../..");
const NPM_TIMEOUT_MS = 10 * 60_000;

/**
 * Packs the repository as it would be published and installs the tarball as a user does, with the SDK and the compiler
 * beside it. Programs in subfolders find all of them.
 *
 * @param {(message: string) => void} [log] Default: a line on stderr.
 * @returns {Promise<string>} A new folder with `node_modules`, outside of the repository. The caller removes it.
 * @throws {Error} when `dist` has not been built, or npm fails
 */
async function installPackage(log = (message) => void process.stderr.write(`[installed package] ${message}\n`)) {
  const { main, devDependencies } = JSON.parse(fs.readFileSync(path.join(REPOSITORY, "package.json"), "utf8"));
  if (!fs.existsSync(path.join(REPOSITORY, main))) {
    throw new Error(`${main} is missing: the package must be built before it is tested (npm run build)`);
  }
  const start = Date.now();
  const directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-snapshots-installed-")));
  try {
    log("packing the package and installing it as a user does");
    const packed = await npm(["pack", "--ignore-scripts", "--json", "--pack-destination", directory], REPOSITORY);
    const [tarball] = fs.readdirSync(directory).filter((name) => name.endsWith(".tgz"));
    if (tarball === undefined) throw new Error(`npm pack made no tarball:\n${packed}`);
    const manifest = {
      name: "programs",
      private: true,
      dependencies: {
        "pulumi-snapshots": `file:${tarball}`,
        "@pulumi/pulumi": devDependencies["@pulumi/pulumi"],
        "@types/node": devDependencies["@types/node"],
        typescript: devDependencies.typescript,
      },
    };
    fs.writeFileSync(path.join(directory, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
    await npm(["install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"], directory);
    log(`done in ${Math.round((Date.now() - start) / 1000)} s`);
    return directory;
  } catch (error) {
    fs.rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

/**
 * @param {string[]} args
 * @param {string} cwd
 */
async function npm(args, cwd) {
  const result = await runCommand("npm", args, { cwd, env: outsideOfNpm(process.env), timeoutMs: NPM_TIMEOUT_MS });
  if (result.timedOut) throw new Error(`npm ${args[0]} did not end within ${NPM_TIMEOUT_MS / 60_000} minutes`);
  if (result.code !== 0) throw new Error(`npm ${args.join(" ")} failed:\n${result.output}`);
  return result.stdout;
}

/**
 * Returns the environment without the variables in which `npm run` describes its package: a nested npm would use them.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function outsideOfNpm(env) {
  const told = /^(npm_package_|npm_lifecycle_|npm_command$|npm_config_local_prefix$|npm_config_json$|INIT_CWD$)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !told.test(name)));
}

module.exports = { installPackage };
