import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ActiveFault } from "../../emulator";
import { descendants, isRunning } from "../pulumi-cli/processes.js";
import type { CommandResult } from "../support/engine";
import type { Stack } from "./stack";

/** Command line of a process: only this identifies the provider, which the engine starts below shells and launchers. */
function commandLine(pid: number): string {
  try {
    return existsSync("/proc/self/cmdline")
      ? readFileSync(`/proc/${pid}/cmdline`, "utf8")
      : execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  } catch {
    return "";
  }
}

/** Waits for something that the engine or a platform does, at most five minutes. */
export async function until(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 5 * 60_000;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error(`waited five minutes in vain until ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Processes to kill: the provider, the command that started it, or both. */
export const victims = ["provider", "CLI", "both"] as const;
export type Victim = (typeof victims)[number];

/** Run of `pulumi up` that hangs in requests of its provider. */
export interface Run {
  readonly ended: Promise<CommandResult>;
  readonly engine: number;
  /** Process of the dynamic provider, and the shell that started it. */
  readonly provider: readonly number[];
  /** All processes of the run, none of which may outlive the test. */
  readonly processes: readonly number[];
  /** The stack's state file while the requests are held. */
  readonly state: string;
  /** Output so far. */
  output(): string;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Starts `pulumi up` and waits until every hold has caught its request. */
export async function runInto({ workspace }: Stack, holds: readonly ActiveFault[]): Promise<Run> {
  let engine = 0;
  let output = "";
  let isOver = false;
  const ended = workspace
    .up(["--skip-preview", "--parallel", "64"], {
      onStart: (pid) => (engine = pid),
      onOutput: (text) => (output = text),
    })
    .finally(() => (isOver = true));
  await until(() => isOver || holds.every(({ holding }) => holding === 1));
  if (isOver) throw new Error(`the run ended before all requests had come:\n${(await ended).output}`);
  // Nothing finishes while all are held: the engine writes the state for at most another moment.
  let state = "";
  await until(() => {
    state = workspace.storedState();
    return isJson(state);
  });
  const processes = descendants(engine);
  const provider = processes.filter((pid) => /dynamic-provider|pulumi-resource-pulumi-nodejs/.test(commandLine(pid)));
  return { ended, engine, provider, processes, state, output: () => output };
}

/** Kills without warning, like a machine that runs out of memory, and waits until the killed processes have ended. */
export async function kill(victim: Victim, { engine, provider }: Run): Promise<void> {
  const processes = provider.filter((pid) => /dynamic-provider/.test(commandLine(pid)));
  expect(processes.length).toBeGreaterThan(0);
  const killed = [...(victim === "CLI" ? [] : processes), ...(victim === "provider" ? [] : [engine])];
  for (const pid of killed) process.kill(pid, "SIGKILL");
  await until(() => !killed.some((pid) => isRunning(pid, undefined)));
}

/** Waits until the run has ended and no process of its provider is left. */
export async function endOf({ ended, provider }: Run): Promise<CommandResult> {
  const result = await ended;
  await until(() => provider.every((pid) => !isRunning(pid, undefined)));
  return result;
}

/** Waits until the killed run is over, and frees the stack for the next one. */
export async function clearUp(stack: Stack, victim: Victim, run: Run): Promise<void> {
  await endOf(run);
  if (victim === "provider") return;
  const { workspace } = stack;
  const cancel = await workspace.pulumi(["cancel", "--yes"]);
  if (cancel.code === 0) return;
  // The kill may hit the engine while it writes its state file or the attributes beside it ("EOF"), both in place.
  expect(cancel.output).toContain("failed to load checkpoint");
  workspace.restoreState(run.state);
  await workspace.pulumi(["cancel", "--yes"], { expectCode: 0 });
}

/** Journal entries that the provider keeps on this machine. */
export function intents({ workspace }: Stack): string[] {
  const folder = join(workspace.home, "pulumi-snapshots/intents");
  return existsSync(folder) ? readdirSync(folder) : [];
}
