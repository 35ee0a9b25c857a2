import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Intent, Journal } from "../resources/host";

function isMissingFile(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}

/**
 * Keeps each intent as a file of its own in the user's Pulumi home, so that a run that was killed leaves behind what it
 * had asked for. The files hold ids and times, no credentials.
 */
export function fileJournal(environment: Readonly<Record<string, string | undefined>>): Journal {
  const folder = join(environment["PULUMI_HOME"] ?? join(homedir(), ".pulumi"), "pulumi-snapshots", "intents");
  const fileOf = (urn: string): string => join(folder, `${createHash("sha256").update(urn).digest("hex")}.json`);
  return {
    async find(urn) {
      try {
        return JSON.parse(await readFile(fileOf(urn), "utf8")) as Intent;
      } catch (error) {
        if (isMissingFile(error)) return undefined;
        throw error;
      }
    },
    async note(intent) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = fileOf(intent.urn);
      await writeFile(`${file}.new`, `${JSON.stringify(intent, undefined, 2)}\n`, { mode: 0o600, flush: true });
      await rename(`${file}.new`, file);
    },
    async settle(urn) {
      await rm(fileOf(urn), { force: true });
    },
  };
}
