import { mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../pulumi-cli/processes.js";
import { installedPackage } from "../support/engine";

/** The versions that the tests install with; npm is the machine's own. */
const PACKAGE_MANAGERS = {
  npm: ["npm"],
  pnpm: ["npx", "--yes", "pnpm@10.34.8"],
  yarn: ["npx", "--yes", "@yarnpkg/cli-dist@4.18.1"],
} as const;

export type PackageManager = keyof typeof PACKAGE_MANAGERS;

const INSTALL_TIMEOUT_MS = 180_000;

/** The packed package, as it would be published. */
export function tarball(): string {
  const name = readdirSync(installedPackage()).find((file) => file.endsWith(".tgz"));
  return join(installedPackage(), name ?? "");
}

/** The packages that the installed package was installed with, by name. */
export function versions(): Record<string, string> {
  return JSON.parse(readFileSync(join(installedPackage(), "package.json"), "utf8")).dependencies;
}

/** Runs a package manager in a folder, as a user would outside of any other package's scripts. */
export async function runPackageManager(name: PackageManager, args: readonly string[], cwd: string): Promise<void> {
  const [command, ...before] = PACKAGE_MANAGERS[name];
  const own = Object.entries(process.env).filter(([variable]) => !/^(npm_|INIT_CWD|NODE_PATH)/.test(variable));
  const env = { ...Object.fromEntries(own), YARN_NPM_REGISTRY_SERVER: await registry() };
  const result = await runCommand(command, [...before, ...args], { cwd, env, timeoutMs: INSTALL_TIMEOUT_MS });
  if (result.code !== 0) throw new Error(`${name} ${args.join(" ")} failed:\n${result.output}`);
}

let known: Promise<string> | undefined;

/** Yarn doesn't read npm's settings. */
function registry(): Promise<string> {
  known ??= runCommand("npm", ["config", "get", "registry"]).then(({ stdout }) => stdout.trim());
  return known;
}

/** A folder outside of the repository, whose node_modules nobody above provides. */
export function emptyFolder(files: Readonly<Record<string, unknown>> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pulumi-snapshots-program-")));
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}
