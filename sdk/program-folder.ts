import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { core } from "./core";

/** The module that the stored provider text requires. */
const RUNTIME = "pulumi-snapshots/runtime";

/** The folder in which the engine started the program and will start the provider. */
const folder = process.cwd();

const installers: readonly (readonly [lockFile: string, command: string])[] = [
  ["pnpm-lock.yaml", "pnpm add"],
  ["yarn.lock", "yarn add"],
  ["bun.lock", "bun add"],
  ["package-lock.json", "npm install"],
];

/** Returns the command that adds a dependency to the program, chosen by the nearest lock file. */
function installCommand(from: string): string {
  const found = installers.find(([lockFile]) => existsSync(join(from, lockFile)));
  if (found !== undefined) return found[1];
  const above = dirname(from);
  return above === from ? "npm install" : installCommand(above);
}

function isReachable(): boolean {
  try {
    createRequire(join(folder, "program.js")).resolve(RUNTIME);
    return true;
  } catch {
    return false;
  }
}

/** Whether the engine started the program. The Automation API and unit tests run the provider in another folder. */
function isStartedByEngine(): boolean {
  return /[\\/]@pulumi[\\/]pulumi[\\/]cmd[\\/]run[\\/]/.test(require.main?.filename ?? "");
}

let isChecked = false;

/**
 * Throws if the engine could not load the provider: the engine resolves this package from the program's folder, where a
 * package that only a dependency of the program has installed may not be found.
 */
export function refuseUnreachableProvider(): void {
  if (isChecked || !isStartedByEngine()) return;
  if (!isReachable()) {
    throw new pulumi.RunError(
      `Pulumi can't load the provider of pulumi-snapshots: the package can't be found from ${folder}, where the ` +
        "program runs. A dependency of the program has it, and the program needs it too: " +
        `${installCommand(folder)} pulumi-snapshots@${core().VERSION}`,
    );
  }
  isChecked = true;
}
