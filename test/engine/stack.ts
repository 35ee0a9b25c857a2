import {
  type Emulator,
  type EmulatorOptions,
  type FaultRule,
  type RecordedRequest,
  startEmulator,
} from "../../emulator";
import { definitions, type PlatformDefinition } from "../../provider";
import { type CommandResult, createWorkspace, type ResourceState, type Workspace } from "../support/engine";

/**
 * Resource of the program: its arguments, and beside them its options, its type (default: Snapshot), and the id by
 * which it is only read.
 */
export type Declared = Record<string, unknown> & {
  get?: string;
  opts?: Record<string, unknown>;
  resource?: "BackupPolicy" | "Restore";
};

/** A plain JavaScript program that declares one resource per entry of resources.json. */
const PROGRAM = {
  "Pulumi.yaml": { name: "snap", runtime: "nodejs" },
  "package.json": { name: "snap", private: true, main: "index.js" },
  "index.js": `
    const resources = require("pulumi-snapshots");
    for (const [name, { get, opts, resource = "Snapshot", ...args }] of Object.entries(require("./resources.json"))) {
      if (get === undefined) new resources[resource](name, args, opts);
      else resources[resource].get(name, get, args, opts);
    }`,
};

/** Stack on the real engine with an emulator's platforms. */
export interface Stack {
  readonly emulator: Emulator;
  readonly workspace: Workspace;
  /** Writes the resources that the program declares from now on. */
  declare(resources: Record<string, Declared>): void;
  /** State of the Snapshot with this name; fails the test unless there is exactly one. */
  snapshot(name: string): Promise<ResourceState>;
  /** State of all BackupPolicies, by name. */
  policies(): Promise<Record<string, ResourceState>>;
  /** State of all Snapshots by name, without those that a replacement has yet to delete. */
  snapshots(): Promise<Record<string, ResourceState>>;
  dispose(): Promise<void>;
}

export interface StackOptions {
  emulator?: EmulatorOptions;
  /** Files that override those of the program. */
  files?: Record<string, unknown>;
  /** Default: the variables that point every default connection at the emulator. */
  env?: (emulator: Emulator) => Record<string, string>;
  resources?: Record<string, Declared>;
  /** The folder from whose node_modules the program takes its packages; default: the installed package's. */
  parent?: string;
}

export async function createStack(options: StackOptions = {}): Promise<Stack> {
  const emulator = await startEmulator(options.emulator);
  try {
    const workspace = await createWorkspace({
      files: { ...PROGRAM, "resources.json": options.resources ?? {}, ...options.files },
      ...(options.parent === undefined ? {} : { parent: options.parent }),
      env: options.env === undefined ? { ...emulator.environment } : options.env(emulator),
    });
    return {
      emulator,
      workspace,
      declare: (resources) => workspace.write({ "resources.json": resources }),
      async snapshot(name) {
        const found = (await workspace.resources(":Snapshot")).filter(({ urn }) => urn.endsWith(`::${name}`));
        expect(found.map(({ urn }) => urn)).toHaveLength(1);
        return found[0] as ResourceState;
      },
      async snapshots() {
        const all = (await workspace.resources(":Snapshot")).filter((each) => each.delete !== true);
        return Object.fromEntries(all.map((each) => [each.urn.split("::").at(-1) ?? "", each]));
      },
      async policies() {
        const all = await workspace.resources(":BackupPolicy");
        return Object.fromEntries(all.map((each) => [each.urn.split("::").at(-1) ?? "", each]));
      },
      async dispose() {
        workspace.dispose();
        await emulator.close();
      },
    };
  } catch (error) {
    await emulator.close();
    throw error;
  }
}

/** Fields of a connection to an emulator's platform, in plain text. */
export function connectionTo({ environment }: Emulator, platform: string): Record<string, string | undefined> {
  const { connectionFields } = definitions[platform as keyof typeof definitions] as PlatformDefinition;
  const fields = Object.entries(connectionFields).map(([field, known]) => [field, environment[known.environment]]);
  return { platform, ...Object.fromEntries(fields.filter(([, value]) => value !== undefined)) };
}

/** Returns a function that lists the changes requested since its last call, as `platform operation target`. */
export function changesSeenBy(emulator: Emulator): () => string[] {
  const next = requestsSeenBy(emulator);
  return () =>
    next()
      .filter(({ changes }) => changes)
      .map(({ platform, operation, target }) => `${platform} ${operation} ${target}`)
      .sort();
}

/** Returns a function that lists the requests since its last call. */
export function requestsSeenBy(emulator: Emulator): () => readonly RecordedRequest[] {
  let seen = 0;
  return () => {
    const requests = emulator.requests.slice(seen);
    seen = emulator.requests.length;
    return requests;
  };
}

/** Diagnostics that a command shows under one resource, at the end of its output; each is one paragraph. */
export function diagnosticsOf({ stdout }: CommandResult, name: string): string[] {
  const [, ...blocks] = stdout.split(/^Diagnostics:$/m);
  const lines = blocks.join("\n").split("\n");
  const start = lines.findIndex((line) => line.startsWith("  ") && line.trimEnd().endsWith(`(${name}):`));
  if (start < 0) return [];
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^( {0,3})\S/.test(line));
  return rest
    .slice(0, end < 0 ? undefined : end)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** Diagnostics of a resource, without those that report what was done. */
export function concernsOf(result: CommandResult, name: string): string[] {
  return diagnosticsOf(result, name).filter((line) => !/^(took snapshot|adopted|recovered|deleted) /.test(line));
}

/** Diagnostics without the warning about this machine's clock, for tests that move the platforms' clock. */
export function besideClocks(diagnostics: readonly string[]): string[] {
  return diagnostics.filter((line) => !line.includes("this machine's clock shows"));
}

/** Runs a callback with faults in force, one after another. */
export async function withFaults<T>(
  emulator: Emulator,
  rules: readonly FaultRule[],
  run: () => Promise<T>,
): Promise<T> {
  for (const rule of rules) emulator.faults.add(rule);
  try {
    return await run();
  } finally {
    emulator.faults.clear();
  }
}
