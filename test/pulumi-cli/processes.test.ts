import { isRunning, runCommand } from "./processes.js";

test("exit code and both streams come back", async () => {
  await expect(runCommand("/bin/sh", ["-c", "echo out; echo err >&2; exit 3"])).resolves.toMatchObject({
    code: 3,
    stdout: "out\n",
    stderr: "err\n",
    timedOut: false,
  });
});

test("a command that can't be started rejects", async () => {
  await expect(runCommand("/no/such/command", [])).rejects.toThrow("ENOENT");
});

test("when time is up, descendants in process groups of their own are killed too", async () => {
  const inOwnGroup = `
    const child = require("node:child_process").spawn("/bin/sleep", ["60"], { detached: true, stdio: "inherit" });
    console.log(child.pid);
    setTimeout(() => {}, 60_000);`;
  const result = await runCommand(process.execPath, ["-e", inOwnGroup], { timeoutMs: 1_000 });
  expect(result).toMatchObject({ code: null, signal: "SIGKILL", timedOut: true });
  const pid = Number(result.stdout);
  expect(pid).toBeGreaterThan(1);
  expect(isRunning(pid, undefined)).toBe(false);
});

test("a process that outlives the command and holds its output open is not waited for", async () => {
  const start = Date.now();
  const result = await runCommand("/bin/sh", ["-c", "/bin/sleep 20 & echo $!"]);
  process.kill(Number(result.stdout), "SIGKILL");
  expect(result.code).toBe(0);
  expect(Date.now() - start).toBeLessThan(10_000);
});
