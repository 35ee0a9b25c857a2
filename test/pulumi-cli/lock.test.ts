import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { withLock } from "./lock.js";
import { isRunning, startOf } from "./processes.js";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lock-test-"));
  file = join(folder, "lock");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const quiet = () => {};

/** Returns the pid of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return child.pid as number;
}

test("the work runs under the lock, its result comes back, and nothing is left", async () => {
  const held = await withLock(file, async () => JSON.parse(readFileSync(file, "utf8")), quiet);
  expect(held).toMatchObject({ pid: process.pid, host: hostname() });
  expect(readdirSync(folder)).toEqual([]);
});

test("work that fails gives the lock back", async () => {
  await expect(withLock(file, () => Promise.reject(new Error("no luck")), quiet)).rejects.toThrow("no luck");
  expect(readdirSync(folder)).toEqual([]);
});

test("a live holder is waited for, and the waiting said once", async () => {
  const script = `const fs = require("node:fs");
    require(process.argv[1]).withLock(process.argv[2], async () => {
      console.log("held");
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      fs.writeFileSync(process.argv[2] + ".finished", "");
    }, console.log);`;
  const holder = spawn(process.execPath, ["-e", script, require.resolve("./lock.js"), file]);
  await once(holder.stdout, "data");
  const said: string[] = [];
  const finished = await withLock(
    file,
    async () => existsSync(`${file}.finished`),
    (message) => said.push(message),
  );
  expect(finished).toBe(true);
  expect(said).toEqual([`another run (process ${holder.pid}) is at it: waiting for it`]);
});

test.each<[string, () => Promise<string>]>([
  ["no longer runs", async () => JSON.stringify({ pid: await deadPid(), host: hostname() })],
  [
    "has a pid that now belongs to another process",
    async () => JSON.stringify({ pid: process.pid, start: "1", host: hostname() }),
  ],
  ["can't be read", async () => "{"],
])("the lock of a holder that %s is broken", async (_, content) => {
  writeFileSync(file, await content());
  await expect(withLock(file, async () => "done", quiet)).resolves.toBe("done");
});

test("many waiters behind a dead holder get the lock one after the other", async () => {
  writeFileSync(file, JSON.stringify({ pid: await deadPid(), host: hostname() }));
  const script = `const fs = require("node:fs");
    require(process.argv[1]).withLock(process.argv[2], async () => {
      fs.writeFileSync(process.argv[2] + ".busy", "", { flag: "wx" });
      await new Promise((resolve) => setTimeout(resolve, 50));
      fs.rmSync(process.argv[2] + ".busy");
    }, () => {});`;
  const runs = [1, 2, 3, 4].map(() => spawn(process.execPath, ["-e", script, require.resolve("./lock.js"), file]));
  const codes = await Promise.all(runs.map(async (run) => (await once(run, "exit"))[0]));
  expect(codes).toEqual([0, 0, 0, 0]);
});

test("a process counts as running by pid and start together", () => {
  expect(isRunning(process.pid, startOf(process.pid))).toBe(true);
  expect(isRunning(process.pid, undefined)).toBe(true);
});
