import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { messageOf } from "../model/errors";
import type { Intent, Journal } from "../resources/host";

function isMissingFile(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}

/**
 * Keeps each intent as a file of its own in the user's Pulumi home, so that a run that was killed leaves behind what it
 * had asked for. The files hold ids and times, no credentials and no triggers.
 */
export function fileJournal(environment: Readonly<Record<string, string | undefined>>): Journal {
  const folder = join(environment["PULUMI_HOME"] ?? join(homedir(), ".pulumi"), "pulumi-snapshots", "intents");
  const nameOf = (urn: string): string => `${createHash("sha256").update(urn).digest("hex")}.json`;
  // What is done to one file is done in turn: a confirmation must not remove the note that comes after it.
  const turns = new Map<string, Promise<unknown>>();
  function inTurn<T>(urn: string, task: () => Promise<T>): Promise<T> {
    const result = (turns.get(urn) ?? Promise.resolve()).then(task, task);
    turns.set(
      urn,
      result.catch(() => undefined),
    );
    return result;
  }

  async function read(file: string): Promise<Intent | undefined> {
    let text: string;
    try {
      text = await readFile(file, "utf8");
    } catch (error) {
      if (isMissingFile(error)) return undefined;
      throw error;
    }
    try {
      return JSON.parse(text) as Intent;
    } catch (error) {
      throw new Error(
        `${file} can't be read (${messageOf(error)}): it noted a request for a snapshot that an earlier run did not end. ` +
          "Look on the platform whether it was made, then remove the file",
      );
    }
  }

  return {
    find: (urn) => inTurn(urn, () => read(join(folder, nameOf(urn)))),
    async others(urn) {
      const names = await readdir(folder).catch((error: unknown) => {
        if (isMissingFile(error)) return [];
        throw error;
      });
      const others = names.filter((name) => name.endsWith(".json") && name !== nameOf(urn));
      const intents = await Promise.all(others.map((name) => read(join(folder, name)).catch(() => undefined)));
      return intents.filter((intent) => intent !== undefined);
    },
    note: (intent) =>
      inTurn(intent.urn, async () => {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const file = join(folder, nameOf(intent.urn));
        await writeFile(`${file}.new`, `${JSON.stringify(intent, undefined, 2)}\n`, { mode: 0o600, flush: true });
        await rename(`${file}.new`, file);
      }),
    settle: (urn) => inTurn(urn, () => rm(join(folder, nameOf(urn)), { force: true })),
    confirm: (urn, isHeld) =>
      inTurn(urn, async () => {
        const file = join(folder, nameOf(urn));
        const made = (await read(file))?.made;
        if (made !== undefined && isHeld(made)) await rm(file, { force: true });
      }),
  };
}
