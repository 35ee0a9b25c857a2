import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Path of the command that `npm run build` writes. */
export const program = path.join(__dirname, "..", "..", "dist", "sdk", "cli", "index.js");

/** Compile cache that the processes share, since hundreds of them load the same code. */
export const compileCache = path.join(__dirname, "..", "..", "node_modules", ".cache", "pulumi-snapshots");

/** Options for running a command. */
export interface CommandOptions {
  readonly args: readonly string[];
  /** Whole environment besides PATH and HOME. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

/** The command as run by a user's shell, with its output so far. */
export class Command {
  readonly chunks: Buffer[] = [];
  stderr = "";
  readonly ended: Promise<number | NodeJS.Signals | null>;
  private readonly child: ChildProcess;

  constructor({ args, env = {}, cwd = process.cwd() }: CommandOptions) {
    const { PATH, HOME } = process.env;
    this.child = spawn(process.execPath, [program, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      cwd,
      env: { PATH, HOME, NODE_COMPILE_CACHE: compileCache, ...env },
    });
    this.child.stdout?.on("data", (chunk: Buffer) => this.chunks.push(chunk));
    this.child.stderr?.on("data", (chunk) => {
      this.stderr += chunk;
    });
    this.ended = new Promise((resolve) => this.child.once("close", (code, signal) => resolve(signal ?? code)));
  }

  /** Its process id. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  get stdout(): string {
    return this.bytes.toString("utf8");
  }

  /** Returns what was printed with `--json`; throws if that is not one JSON document. */
  json(): unknown {
    return JSON.parse(this.stdout);
  }

  /** Waits until the output matches; rejects with all output if the command ends first. */
  async printed(pattern: RegExp): Promise<void> {
    await this.until(() => pattern.test(this.stdout), `printing ${pattern}`);
  }

  /** Waits until a condition holds; rejects if the command ends first. */
  async until(holds: () => boolean, what: string): Promise<void> {
    let hasEnded = false;
    void this.ended.then(() => {
      hasEnded = true;
    });
    while (!holds()) {
      if (hasEnded) throw new Error(`ended without ${what}: ${this.stdout}${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  stop(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** Contents of a Pulumi stack, as a fake `pulumi` command prints them. */
export interface FakeStack {
  /** Names of the stack; default: `prod`. */
  readonly names?: readonly string[];
  /** Output of `pulumi config --json --show-secrets`. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Resources of `pulumi stack export`. */
  readonly resources?: readonly unknown[];
}

/** Puts a fake `pulumi` with one stack into a folder; returns a PATH that starts with it. */
export function fakePulumi(folder: string, { names = ["prod"], config = {}, resources = [] }: FakeStack): string {
  const bin = path.join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  const stack = { version: 3, deployment: { resources } };
  const script = `#!${process.execPath}
    const args = process.argv.slice(2);
    const stack = args[args.indexOf("--stack") + 1];
    require("node:fs").appendFileSync(${JSON.stringify(path.join(folder, "pulumi.log"))}, args.join(" ") + "\\n");
    if (!${JSON.stringify(names)}.includes(stack)) {
      console.error("error: no stack named '" + stack + "' found");
      process.exit(255);
    }
    console.log(JSON.stringify(args[0] === "config" ? ${JSON.stringify(config)} : ${JSON.stringify(stack)}));
  `;
  const file = path.join(bin, "pulumi");
  writeFileSync(file, script);
  chmodSync(file, 0o755);
  return `${bin}${path.delimiter}${process.env["PATH"]}`;
}
