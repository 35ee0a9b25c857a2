import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Engine } from "../pulumi-cli/engine.js";
import { pulumiEnvironment } from "../pulumi-cli/environment.js";
import { type CommandResult, runCommand } from "../pulumi-cli/processes.js";

export type { CommandResult, Engine };

/** Enough for a busy machine with two cores; a command that takes this long hangs, and so does a test. */
const COMMAND_TIMEOUT_MS = 5 * 60_000;
jest.setTimeout(10 * 60_000);

/** Name of every workspace's stack. */
export const STACK = "dev";

export interface WorkspaceOptions {
  /** Path in the program's folder → content. Content other than text is written as JSON. */
  files?: Record<string, unknown>;
  /** Folder that is copied first, without its node_modules; `files` override its files. */
  directory?: string;
  /** Environment variables for every command, which override the hermetic ones. */
  env?: Record<string, string>;
  /**
   * Folder in which the program's folder is created, and from whose node_modules it takes its packages.
   * Default: the installed package's, see `installedPackage`.
   */
  parent?: string;
}

export interface PulumiOptions {
  /** Environment variables for this command, which override the workspace's. */
  env?: Record<string, string>;
  /** Time after which the command and all its descendants are killed. Default: 5 minutes. */
  timeoutMs?: number;
  /** Expected exit code; throws with the command's whole output if it is another one. Default: any code is a result. */
  expectCode?: number;
  /** Called with the process id of `pulumi` once it runs, for tests that send it a signal. */
  onStart?: (pid: number) => void;
  /** Called with all output so far, whenever there is more. */
  onOutput?: (output: string) => void;
}

/** One resource of a stack's state. */
export interface ResourceState {
  urn: string;
  type: string;
  id?: string;
  custom: boolean;
  external?: boolean;
  delete?: boolean;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  initErrors?: string[];
}

export interface StackState {
  version: number;
  deployment: { resources?: ResourceState[]; pending_operations?: unknown[] };
}

/** Engine that the global setup has found. */
export function engine(): Engine {
  return JSON.parse(fromGlobalSetup("PULUMI_SNAPSHOTS_TEST_ENGINE"));
}

/** Folder where the global setup has installed the packed package, `@pulumi/pulumi` and `typescript`. */
export function installedPackage(): string {
  return fromGlobalSetup("PULUMI_SNAPSHOTS_TEST_PACKAGE");
}

/** Compile cache that all commands share: each starts Node.js once or twice to load the same SDK. */
function compileCache(): string {
  return join(installedPackage(), "compile-cache");
}

function fromGlobalSetup(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(
      `${name} is not set: this test needs globalSetup: "test/pulumi-cli/global-setup.js" in jest.config.js`,
    );
  }
  return value;
}

/**
 * Creates a Pulumi project in a temporary folder with its own state folder, and initialises its stack.
 *
 * @throws when the program has no Pulumi.yaml, or the engine refuses it
 */
export async function createWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const parent = join(options.parent ?? installedPackage(), "workspaces");
  mkdirSync(parent, { recursive: true });
  const root = mkdtempSync(join(parent, "workspace-"));
  try {
    const workspace = new Workspace(root, options.env ?? {});
    for (const folder of [workspace.directory, workspace.home, workspace.backend]) mkdirSync(folder);
    if (options.directory !== undefined) workspace.copy(options.directory);
    workspace.write(options.files ?? {});
    await workspace.pulumi(["stack", "init", STACK], { expectCode: 0 });
    return workspace;
  } catch (error) {
    rmSync(root, { recursive: true, force: true });
    throw error;
  }
}

/** Pulumi project on which the real engine runs. Created by `createWorkspace`. */
export class Workspace {
  /** The program's folder. */
  readonly directory: string;
  readonly home: string;
  readonly backend: string;

  constructor(
    private readonly root: string,
    private readonly extraEnv: Record<string, string>,
  ) {
    this.directory = join(root, "program");
    this.home = join(root, "home");
    this.backend = join(root, "backend");
  }

  /** Whole environment of this workspace's commands, for code that runs `pulumi` itself (the Automation API). */
  get env(): Record<string, string> {
    const { pathEntries } = engine();
    const hermetic = pulumiEnvironment({ pathEntries, home: this.home, backend: this.backend });
    return { ...hermetic, NODE_COMPILE_CACHE: compileCache(), ...this.extraEnv } as Record<string, string>;
  }

  /** Copies a folder's content into the program's folder, without node_modules. */
  copy(directory: string): void {
    cpSync(directory, this.directory, { recursive: true, filter: (from) => !from.endsWith("node_modules") });
  }

  /** Writes files into the program's folder: path → content; content other than text is written as JSON. */
  write(files: Record<string, unknown>): void {
    for (const [name, content] of Object.entries(files)) {
      const file = join(this.directory, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, typeof content === "string" ? content : `${JSON.stringify(content, undefined, 2)}\n`);
    }
  }

  /** Runs `pulumi` with these arguments in the program's folder. */
  async pulumi(args: readonly string[], options: PulumiOptions = {}): Promise<CommandResult> {
    const result = await runCommand(engine().command, [...args, "--non-interactive", "--color", "never"], {
      cwd: this.directory,
      env: { ...this.env, ...options.env },
      timeoutMs: options.timeoutMs ?? COMMAND_TIMEOUT_MS,
      onStart: (child) => child.pid !== undefined && options.onStart?.(child.pid),
      ...(options.onOutput === undefined ? {} : { onOutput: options.onOutput }),
    });
    if (options.expectCode !== undefined && result.code !== options.expectCode) {
      const ended = result.timedOut ? "did not end in time" : `ended with ${result.code ?? result.signal}`;
      throw new Error(`pulumi ${args.join(" ")} ${ended}, not with ${options.expectCode}:\n${result.output}`);
    }
    return result;
  }

  /** `pulumi up --yes`, preview included: add `--skip-preview` to leave it out. */
  up(args: readonly string[] = [], options?: PulumiOptions): Promise<CommandResult> {
    return this.pulumi(["up", "--yes", ...args], options);
  }

  preview(args: readonly string[] = [], options?: PulumiOptions): Promise<CommandResult> {
    return this.pulumi(["preview", ...args], options);
  }

  refresh(args: readonly string[] = [], options?: PulumiOptions): Promise<CommandResult> {
    return this.pulumi(["refresh", "--yes", ...args], options);
  }

  destroy(args: readonly string[] = [], options?: PulumiOptions): Promise<CommandResult> {
    return this.pulumi(["destroy", "--yes", ...args], options);
  }

  /** Sets a value in the stack's config; `path` reads the key as a property path, like `snapshots:discloud.token`. */
  async config(key: string, value: string, options: { secret?: boolean; path?: boolean } = {}): Promise<void> {
    const flags = [options.path ? "--path" : [], options.secret ? "--secret" : "--plaintext"].flat();
    // Not through `pulumi()`: arguments after the `--` must be last, and the flags it adds are not needed here.
    const result = await runCommand(engine().command, ["config", "set", ...flags, "--", key, value], {
      cwd: this.directory,
      env: this.env,
      timeoutMs: COMMAND_TIMEOUT_MS,
    });
    if (result.code !== 0) throw new Error(`pulumi config set ${key} failed:\n${result.output}`);
  }

  /**
   * Replaces the stack's whole config, in plain text, objects included: one write instead of one command a value.
   * Credentials for a loopback address may be in plain text.
   */
  setConfig(values: Record<string, unknown>): void {
    const file = `Pulumi.${STACK}.yaml`;
    const before = readFileSync(join(this.directory, file), "utf8").replace(/^config:[\s\S]*$/m, "");
    // JSON is YAML.
    this.write({ [file]: `${before}config: ${JSON.stringify(values)}\n` });
  }

  /** Stack as last stored by the engine, secrets encrypted. */
  async state(): Promise<StackState> {
    const { version, checkpoint } = JSON.parse(this.storedState());
    return { version, deployment: checkpoint.latest ?? {} };
  }

  /** The stack's state file, as text. */
  storedState(): string {
    return readFileSync(this.stateFile(), "utf8");
  }

  /** Replaces the stack's state file by an earlier one, and removes the attributes that the engine keeps beside it. */
  restoreState(earlier: string): void {
    writeFileSync(this.stateFile(), earlier);
    rmSync(`${this.stateFile()}.attrs`, { force: true });
  }

  private stateFile(): string {
    const stacks = join(this.backend, ".pulumi/stacks");
    const [project = ""] = readdirSync(stacks);
    return join(stacks, project, `${STACK}.json`);
  }

  /** Resources of a type in the stack (its whole token or the end of it), without the stack itself and providers. */
  async resources(type = ""): Promise<ResourceState[]> {
    const { deployment } = await this.state();
    return (deployment.resources ?? []).filter((each) => each.type.endsWith(type) && !each.type.startsWith("pulumi:"));
  }

  /** All files of the state folder, also history, checkpoints and backups, as one text to search for leaks. */
  stateText(): string {
    return readdirSync(this.backend, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
      .join("\n");
  }

  /** Removes the workspace's folder. The stack's resources are not destroyed. */
  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
