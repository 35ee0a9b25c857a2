import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { messageOf } from "../model/errors";
import type { Intent, Journal } from "../resources/host";

/** How long a provider waits for an answer after its engine has gone; one that takes a snapshot may take ten minutes. */
export const ANSWER_WITHIN_MS = 11 * 60_000;
/** How long a run waits by itself for the provider of an earlier one. */
const OTHER_WITHIN_MS = 5_000;
const NEXT_LOOK_MS = 250;

/** The process that has sent a request and may still learn its outcome, and until when. */
interface Sender {
  /** A journal may be carried from one container to the next, where the same number is another process. */
  readonly host: string;
  readonly pid: number;
  readonly untilMs: number;
}

function isStillThere({ host, pid, untilMs }: Sender): boolean {
  if (host !== hostname() || pid === process.pid || Date.now() > untilMs) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

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

  async function read(file: string): Promise<(Intent & { readonly sender?: Sender }) | undefined> {
    let text: string;
    try {
      text = await readFile(file, "utf8");
    } catch (error) {
      if (isMissingFile(error)) return undefined;
      throw error;
    }
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new Error(
        `${file} can't be read (${messageOf(error)}): it noted a request for a snapshot that an earlier run did not end. ` +
          "Look on the platform whether it was made, then remove the file",
      );
    }
  }

  /** With what a process has left that was killed while it wrote. */
  async function remove(file: string): Promise<void> {
    await Promise.all([file, `${file}.new`].map((each) => rm(each, { force: true })));
  }

  return {
    async find(urn) {
      const startMs = Date.now();
      for (;;) {
        const noted = await inTurn(urn, () => read(join(folder, nameOf(urn))));
        if (noted === undefined) return undefined;
        const { sender, ...intent } = noted;
        if (sender === undefined || !isStillThere(sender)) return intent;
        if (Date.now() - startMs >= OTHER_WITHIN_MS) {
          throw new Error(
            `the provider of an earlier run (process ${sender.pid}) still waits for the answer to its request of ` +
              `${intent.unfinished.requestedAt} for this snapshot. It ends by itself: run pulumi up again then, at the ` +
              `latest at ${new Date(sender.untilMs).toISOString()}`,
          );
        }
        await wait(NEXT_LOOK_MS);
      }
    },
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
        // An answer that is out may still say what was made: a later run must not look for it before.
        const isOpen = intent.made === undefined && intent.unfinished.answer === undefined;
        const sender: Sender = { host: hostname(), pid: process.pid, untilMs: Date.now() + 2 * ANSWER_WITHIN_MS };
        const noted = isOpen ? { ...intent, sender } : intent;
        await writeFile(`${file}.new`, `${JSON.stringify(noted, undefined, 2)}\n`, { mode: 0o600, flush: true });
        await rename(`${file}.new`, file);
      }),
    settle: (urn) => inTurn(urn, () => remove(join(folder, nameOf(urn)))),
    confirm: (urn, isHeld) =>
      inTurn(urn, async () => {
        const file = join(folder, nameOf(urn));
        const made = (await read(file))?.made;
        if (made !== undefined && isHeld(made)) await remove(file);
      }),
  };
}
