import { readFile } from "node:fs/promises";
import { Command, InvalidArgumentError } from "commander";
import { loadEmulator } from "../../provider";

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("write a whole number.");
  return Number(text);
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

/** `pulumi-snapshots emulate`: serves the platforms' APIs from memory, until it is told to stop. */
export function emulateCommand(): Command {
  return new Command("emulate")
    .description(
      "Serve the platforms' APIs on one loopback port, from memory and with invented data, and print the environment " +
        "lines that point the default connections at it",
    )
    .option("--port <number>", "port on 127.0.0.1; 0 for any free one", portNumber, 0)
    .option("--latency <milliseconds>", "how late every answer comes", wholeNumber, 0)
    .option("--faults <file>", "a JSON list of faults, each with the platform, the operation and how often it fires")
    .option("--json", "print the environment as JSON")
    .action(async (options: { port: number; latency: number; faults?: string; json?: true }) => {
      const { parseFaults, startEmulator } = loadEmulator();
      const { faults } = options;
      const emulator = await startEmulator({
        port: options.port,
        latencyMs: options.latency,
        faults: faults === undefined ? [] : parseFaults(await readFile(faults, "utf8"), faults),
      });
      if (options.json) console.log(JSON.stringify(emulator.environment));
      else for (const [name, value] of Object.entries(emulator.environment)) console.log(`export ${name}=${value}`);
      await untilTold();
      await emulator.close();
    });
}
