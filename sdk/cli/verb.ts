import { Command, InvalidArgumentError } from "commander";

/** Options shared by the verbs that send requests to a platform. */
export interface ConnectionOptions {
  readonly connection?: string;
  readonly stack?: string;
  readonly cwd?: string;
}

/** Parses a whole number. */
export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text))) {
    throw new InvalidArgumentError("write a whole number.");
  }
  return Number(text);
}

/** Creates a verb with `--json` and with examples in its help. Invalid arguments throw instead of exiting. */
export function verb(name: string, description: string, examples: readonly string[]): Command {
  return new Command(name)
    .description(description)
    .exitOverride()
    .option("--json", "print one JSON document and nothing else on stdout")
    .addHelpText("after", `\nExamples:\n${examples.map((line) => `  $ ${line}\n`).join("")}`);
}

/** Adds the options that select the credentials. */
export function withConnection(command: Command): Command {
  return command
    .option("--connection <name>", "the connection to use; default: the one named after the platform")
    .option("--stack <name>", "the Pulumi stack whose config fills what the environment lacks")
    .option("--cwd <dir>", "the folder of the stack's program; default: this one");
}
