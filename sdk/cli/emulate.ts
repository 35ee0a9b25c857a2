import { readFile } from "node:fs/promises";
import { type Command, InvalidArgumentError } from "commander";
import type { Emulator, EmulatorOptions, RecordedRequest } from "../../emulator";
import { defined, isoText } from "../../provider";
import { printJson, tell } from "./output";
import { verb, wholeNumber } from "./verb";

/** Loads the emulator on demand: its web server is not needed by any other verb. */
function loadEmulator(): typeof import("../../emulator") {
  return require("../../emulator") as typeof import("../../emulator");
}

const DEFAULT_PORT = 7070;
const MOST_PORTS = 100;

interface Options {
  readonly port?: number;
  readonly latency: number;
  readonly faults?: string;
  readonly data?: string;
  readonly log?: true;
  readonly json?: true;
}

function portNumber(text: string): number {
  const port = wholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError("a port is at most 65535.");
  return port;
}

function untilTold(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}

function logLine(request: RecordedRequest): string {
  const { at, platform, operation, method, path, query, status, faults } = request;
  const fired = faults.length === 0 ? "" : ` [${faults.join(", ")}]`;
  return `${isoText(at)} ${platform} ${operation}: ${method} ${path}${query === "" ? "" : `?${query}`} ${status ?? "no answer"}${fired}`;
}

/** Starts on the requested port, else on the default port or the next free one. */
async function start(options: EmulatorOptions, port: number | undefined): Promise<Emulator> {
  const { startEmulator } = loadEmulator();
  if (port !== undefined) return startEmulator({ ...options, port });
  for (let next = DEFAULT_PORT; ; next++) {
    try {
      return await startEmulator({ ...options, port: next });
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!isTaken || next === DEFAULT_PORT + MOST_PORTS) throw error;
    }
  }
}

/** `pulumi-snapshots emulate`: serves the platforms' APIs from memory until SIGINT or SIGTERM. */
export function emulateCommand(): Command {
  return verb(
    "emulate",
    "Serve the platforms' APIs on one loopback port, from memory and with invented data; print the environment lines " +
      "that point the default connections at it, then its targets",
    [
      "pulumi-snapshots emulate",
      "pulumi-snapshots emulate --log --data .emulator > emulator.env &   # then: source emulator.env",
      "pulumi-snapshots emulate --port 0 --faults faults.json --json",
    ],
  )
    .option(
      "--port <number>",
      `port on 127.0.0.1; 0 for any (default: ${DEFAULT_PORT}, or the next free one)`,
      portNumber,
    )
    .option("--latency <milliseconds>", "delay of every answer", wholeNumber, 0)
    .option("--faults <file>", "a JSON list of faults, each with the platform, the operation and how often it fires")
    .option("--data <dir>", "keep the data of the platforms in a folder between starts")
    .option("--log", "write each request to stderr")
    .action(async (options: Options) => {
      const { parseFaults } = loadEmulator();
      const { faults, data } = options;
      const emulator = await start(
        {
          latencyMs: options.latency,
          faults: faults === undefined ? [] : parseFaults(await readFile(faults, "utf8"), faults),
          ...defined({ data }),
          ...(options.log ? { onRequest: (request) => tell(logLine(request)) } : {}),
        },
        options.port,
      );
      const { environment } = emulator;
      const targets = emulator.targets();
      if (options.json) printJson({ environment, targets });
      else {
        const lines = Object.entries(environment).map(([name, value]) => `export ${name}=${value}`);
        const comments = targets.map(({ platform, kind, id }) => `# ${platform} ${kind} ${id}`);
        process.stdout.write(`${[...lines, ...comments].join("\n")}\n`);
      }
      await untilTold();
      await emulator.close();
    });
}
