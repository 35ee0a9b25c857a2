#!/usr/bin/env node
import { Command } from "commander";
import { VERSION } from "../../provider";
import { emulateCommand } from "./emulate";

const program = new Command("pulumi-snapshots")
  .description("Snapshots and backups as code: the tools beside the Pulumi provider")
  .version(VERSION)
  .addCommand(emulateCommand());

program.parseAsync().catch((error: unknown) => {
  console.error(`pulumi-snapshots: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
