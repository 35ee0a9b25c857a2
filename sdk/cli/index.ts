#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { messageOf, VERSION } from "../../provider";
import { adoptCommand } from "./adopt";
import { doctorCommand } from "./doctor";
import { downloadCommand } from "./download";
import { emulateCommand } from "./emulate";
import { listCommand } from "./list";
import { EXIT, InterruptedError, tell, UsageError } from "./output";
import { policyCommand } from "./policy-test";
import { reportCommand } from "./report";
import { restoreCommand } from "./restore";
import { verifyCommand } from "./verify";

const program = new Command("pulumi-snapshots")
  .description("Snapshots and backups as code: the tools beside the Pulumi provider")
  .version(VERSION)
  .exitOverride()
  .addHelpText(
    "after",
    "\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 it ran and the answer is no, 130 stopped with Ctrl-C.",
  )
  .addCommand(listCommand())
  .addCommand(downloadCommand())
  .addCommand(verifyCommand())
  .addCommand(restoreCommand())
  .addCommand(adoptCommand())
  .addCommand(policyCommand())
  .addCommand(reportCommand())
  .addCommand(doctorCommand())
  .addCommand(emulateCommand());

function exitCodeOf(error: unknown): number {
  // Commander has already printed the help, the version or the error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  for (const line of messageOf(error).split("\n")) tell(`pulumi-snapshots: ${line}`);
  return error instanceof UsageError ? EXIT.usage : EXIT.failed;
}

// A reader that closes the pipe early, such as `head`, is not an error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(process.exitCode ?? EXIT.done);
  throw error;
});

program.parseAsync().catch((error: unknown) => {
  // Exits without waiting for pending work.
  if (error instanceof InterruptedError) process.exit(error.exitCode);
  process.exitCode = exitCodeOf(error);
});
