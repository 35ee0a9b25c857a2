import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { descendants } from "../pulumi-cli/processes.js";
import type { Stack } from "./stack";

/** The engine starts the provider below shells and launchers, so that only its command line tells which one it is. */
export function commandLine(pid: number): string {
  try {
    return existsSync("/proc/self/cmdline")
      ? readFileSync(`/proc/${pid}/cmdline`, "utf8")
      : execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  } catch {
    return "";
  }
}

/** Waits for something that the engine or a platform does, five minutes at most. */
export async function until(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 300_000;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error(`waited five minutes in vain until ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Runs `pulumi up`, kills the provider's process as soon as something is true, and waits for the end of the run. */
export async function upWithProviderKilled({ workspace }: Stack, when: () => boolean): Promise<void> {
  let engine = 0;
  const running = workspace.up(["--skip-preview"], { onStart: (pid) => (engine = pid) });
  await until(when);
  const provider = descendants(engine).filter((pid) => commandLine(pid).includes("dynamic-provider"));
  expect(provider.length).toBeGreaterThan(0);
  for (const pid of provider) process.kill(pid, "SIGKILL");
  expect((await running).code).not.toBe(0);
}
