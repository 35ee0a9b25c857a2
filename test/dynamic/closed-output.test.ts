import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const WATCHDOG = path.resolve(__dirname, "../../dist/provider/dynamic/watchdog.js");

/** Process like the one of Pulumi's dynamic provider: uncaught errors are written to stderr. */
const PROGRAM = `
let uncaught = 0;
process.on("uncaughtException", (error) => {
  uncaught++;
  if (uncaught < 100) console.error(error.stack);
});
const { watchProcess } = require(${JSON.stringify(WATCHDOG)});
watchProcess({ engine: process.argv[2], journal: {} });
process.on("message", () => {
  // The console hears the first broken write itself, and none after it.
  for (const delayMs of [0, 20, 40]) setTimeout(() => console.error("a line"), delayMs);
  setTimeout(() => process.send(uncaught), 100);
});
process.send("ready");
`;

let folder: string;
let engine: Server;
let provider: ChildProcess;

afterEach(() => {
  provider.kill("SIGKILL");
  engine.close();
  rmSync(folder, { recursive: true });
});

test("a provider whose engine no longer reads what it writes goes on in silence", async () => {
  folder = mkdtempSync(path.join(tmpdir(), "pulumi-snapshots-output-"));
  const program = path.join(folder, "index.js");
  writeFileSync(program, PROGRAM);
  engine = createServer((socket) => socket.on("error", () => undefined)).listen(0, "127.0.0.1");
  await once(engine, "listening");
  const address = engine.address();
  const port = typeof address === "object" ? address?.port : undefined;
  provider = fork(program, [`127.0.0.1:${port}`], { silent: true });
  await once(provider, "message");
  provider.stderr?.destroy();
  provider.send("write");
  const [uncaught] = await once(provider, "message");
  expect(uncaught).toBe(0);
});
