import { createHash } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Journal, JournalEntry } from "../creation";
import { messageOf } from "../model/errors";
import { readRequest } from "../resources/request";
import { jsonFilesIn, textOfFile } from "./folder";
import { isRunning } from "./processes";

/** How long a provider without its engine waits for an answer, in milliseconds; a create may take ten minutes. */
export const ANSWER_WITHIN_MS = 11 * 60_000;
/** How long a run waits for the provider of an earlier run, in milliseconds. */
const OTHER_WITHIN_MS = 5_000;
const NEXT_LOOK_MS = 250;

/** The process that sent a request and may still receive its outcome, until `untilMs`. */
interface Sender {
  /** Host name: a journal may move from one container to another, where the same pid is a different process. */
  readonly host: string;
  readonly pid: number;
  readonly untilMs: number;
}

/** An entry as stored in its file. */
interface Stored extends JournalEntry {
  /** Hash of the program's folder and backend: stacks with the same name in two backends have the same URNs. */
  readonly origin?: string;
  readonly sender?: Sender;
}

function isStillRunning({ host, pid, untilMs }: Sender): boolean {
  return host === hostname() && pid !== process.pid && Date.now() <= untilMs && isRunning(pid);
}

/** Returns the provider's own folder in the user's Pulumi home: `PULUMI_HOME`, else `~/.pulumi`. */
export function localFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const home = environment["PULUMI_HOME"];
  return join(home === undefined || home === "" ? join(homedir(), ".pulumi") : home, "pulumi-snapshots");
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Parses a stored entry of any version; undefined for anything else. */
function parseEntry(text: string): Stored | undefined {
  const stored: unknown = JSON.parse(text);
  if (typeof stored !== "object" || stored === null) return undefined;
  const { wish, unfinished, requestHash = wish, request = unfinished, ...rest } = stored as Record<string, unknown>;
  const read = readRequest(request);
  if (typeof rest["urn"] !== "string" || typeof requestHash !== "string" || read === undefined) return undefined;
  return { ...(rest as unknown as Stored), requestHash, request: read };
}

/**
 * Keeps each entry in its own file in the user's Pulumi home, so that a killed run leaves a record of what it
 * requested. The files hold ids and times, no credentials and no triggers. `folder` is the program's.
 */
export function fileJournal(
  environment: Readonly<Record<string, string | undefined>>,
  folder: string = process.cwd(),
): Journal {
  const entries = join(localFolder(environment), "intents");
  const origin = hashOf(JSON.stringify([folder, environment["PULUMI_BACKEND_URL"] ?? ""]));
  // Without an owner id: version 0.1 kept one file per URN.
  const nameOf = (urn: string, ownerId = ""): string => `${hashOf(urn)}${ownerId === "" ? "" : `-${ownerId}`}.json`;
  // Operations on one resource's files run in turn: a confirmation must not remove an entry written after it.
  const turns = new Map<string, Promise<unknown>>();
  function inTurn<T>(urn: string, task: () => Promise<T>): Promise<T> {
    const result = (turns.get(urn) ?? Promise.resolve()).then(task, task);
    turns.set(
      urn,
      result.catch(() => undefined),
    );
    return result;
  }

  async function read(name: string): Promise<Stored | undefined> {
    const file = join(entries, name);
    const text = await textOfFile(file);
    if (text === undefined) return undefined;
    let problem = "it holds no journal entry";
    try {
      const entry = parseEntry(text);
      if (entry !== undefined) return entry;
    } catch (error) {
      problem = messageOf(error);
    }
    throw new Error(
      `${file} can't be read (${problem}): it recorded a request for a snapshot that an earlier run did not finish. ` +
        "Check on the platform whether the snapshot exists, then remove the file",
    );
  }

  const names = () => jsonFilesIn(entries);
  const namesOf = async (urn: string) => {
    const hash = hashOf(urn);
    return (await names()).filter((name) => name.startsWith(hash));
  };
  // Files that this process may have to confirm: those that existed at its first look, and those that it wrote.
  const noted = new Map<string, Set<string>>();
  const keep = (name: string) => {
    const [hash = ""] = name.split(/[-.]/);
    noted.set(hash, (noted.get(hash) ?? new Set()).add(name));
  };
  let looked: Promise<void> | undefined;
  async function notedOf(urn: string): Promise<Iterable<string>> {
    looked ??= names().then(
      (all) => all.forEach(keep),
      (error: unknown) => {
        looked = undefined;
        throw error;
      },
    );
    await looked;
    return noted.get(hashOf(urn)) ?? [];
  }

  /** Removes an entry's file, and the partial one of a process that was killed while writing. */
  async function remove(name: string): Promise<void> {
    const file = join(entries, name);
    await Promise.all([file, `${file}.new`].map((each) => rm(each, { force: true })));
  }

  async function entryOf(urn: string, ownerId: string | undefined): Promise<Stored | undefined> {
    const all = (await Promise.all((await namesOf(urn)).map(read))).filter((entry) => entry !== undefined);
    const own = all.filter((entry) =>
      entry.ownerId === undefined || ownerId === undefined
        ? entry.origin === undefined || entry.origin === origin
        : entry.ownerId === ownerId,
    );
    return own.sort((one, other) => (one.request.requestedAt < other.request.requestedAt ? 1 : -1))[0];
  }

  return {
    async find(urn, ownerId) {
      const startMs = Date.now();
      for (;;) {
        const stored = await inTurn(urn, () => entryOf(urn, ownerId));
        if (stored === undefined) return undefined;
        const { sender, origin: _origin, ...entry } = stored;
        if (sender === undefined || !isStillRunning(sender)) return entry;
        if (Date.now() - startMs >= OTHER_WITHIN_MS) {
          throw new Error(
            `the provider of an earlier run (process ${sender.pid}) is still waiting for the answer to its request of ` +
              `${entry.request.requestedAt} for this resource. It ends on its own, at the latest at ` +
              `${new Date(sender.untilMs).toISOString()}: run the same command again then`,
          );
        }
        await wait(NEXT_LOOK_MS);
      }
    },
    async others(urn, ownerId) {
      const all = await Promise.all((await names()).map((name) => read(name).catch(() => undefined)));
      return all.filter(
        (entry) => entry !== undefined && (entry.urn !== urn || (ownerId !== undefined && entry.ownerId !== ownerId)),
      ) as Stored[];
    },
    note: (entry) =>
      inTurn(entry.urn, async () => {
        await mkdir(entries, { recursive: true, mode: 0o700 });
        const name = nameOf(entry.urn, entry.ownerId);
        const file = join(entries, name);
        // The request is still in flight: its answer may name the snapshot, and a later run must not search before it.
        const isOpen = entry.made === undefined && entry.request.answer === undefined;
        const sender: Sender = { host: hostname(), pid: process.pid, untilMs: Date.now() + 2 * ANSWER_WITHIN_MS };
        const stored: Stored = { ...entry, origin, ...(isOpen ? { sender } : {}) };
        await writeFile(`${file}.new`, `${JSON.stringify(stored, undefined, 2)}\n`, { mode: 0o600, flush: true });
        await rename(`${file}.new`, file);
        keep(name);
      }),
    settle: (urn, ownerId) => inTurn(urn, () => remove(nameOf(urn, ownerId))),
    confirm: (urn, isHeld) =>
      inTurn(urn, async () => {
        for (const name of await notedOf(urn)) {
          const made = (await read(name))?.made;
          if (made !== undefined && isHeld(made)) await remove(name);
        }
      }),
  };
}
