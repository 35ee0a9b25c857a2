import { mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../pulumi-cli/processes.js";
import { installedPackage } from "../support/engine";

/** Versions of the package managers that the tests use; npm is the machine's own. */
const PACKAGE_MANAGERS = {
  npm: ["npm"],
  pnpm: ["npx", "--yes", "pnpm@10.34.8"],
  yarn: ["npx", "--yes", "@yarnpkg/cli-dist@4.18.1"],
} as const;

export type PackageManager = keyof typeof PACKAGE_MANAGERS;

const INSTALL_TIMEOUT_MS = 180_000;

/** Path of the packed package, as it would be published. */
export function tarball(): string {
  const name = readdirSync(installedPackage()).find((file) => file.endsWith(".tgz"));
  return join(installedPackage(), name ?? "");
}

/** Versions of the packages that were installed beside the package, by name. */
export function versions(): Record<string, string> {
  return JSON.parse(readFileSync(join(installedPackage(), "package.json"), "utf8")).dependencies;
}

/** Runs a package manager in a folder, as a user would outside of any package's scripts. */
export async function runPackageManager(name: PackageManager, args: readonly string[], cwd: string): Promise<void> {
  const [command, ...before] = PACKAGE_MANAGERS[name];
  const own = Object.entries(process.env).filter(([variable]) => !/^(npm_|INIT_CWD|NODE_PATH)/.test(variable));
  const env = { ...Object.fromEntries(own), YARN_NPM_REGISTRY_SERVER: await registry() };
  const result = await runCommand(command, [...before, ...args], { cwd, env, timeoutMs: INSTALL_TIMEOUT_MS });
  if (result.code !== 0) throw new Error(`${name} ${args.join(" ")} failed:\n${result.output}`);
}

let known: Promise<string> | undefined;

/** URL of npm's registry, since Yarn doesn't read npm's settings. */
function registry(): Promise<string> {
  known ??= runCommand("npm", ["config", "get", "registry"]).then(({ stdout }) => stdout.trim());
  return known;
}

/** Creates a folder outside of the repository, with no node_modules in any folder above it. */
export function emptyFolder(files: Readonly<Record<string, unknown>> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pulumi-snapshots-program-")));
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}
