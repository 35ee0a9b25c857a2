import { createHash } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../model/errors";
import type { HolderRegistry } from "../resources/host";
import { jsonFilesIn, textOfFile } from "./folder";
import { localFolder } from "./journal";

/** The adoption of one snapshot by one resource. */
interface Entry {
  readonly urn: string;
  readonly key: string;
}

/** Parses the entry in a file; undefined if it is damaged. */
function parse(text: string): Entry | undefined {
  try {
    const { urn, key } = (JSON.parse(text) ?? {}) as Partial<Record<keyof Entry, unknown>>;
    return typeof urn === "string" && typeof key === "string" ? { urn, key } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Keeps each adoption in its own file in the user's Pulumi home, so that stacks that run at the same time don't
 * overwrite each other's. The files hold URNs and ids of snapshots, no credentials.
 */
export function fileHolders(environment: Readonly<Record<string, string | undefined>>): HolderRegistry {
  const folder = join(localFolder(environment), "holders");
  const nameOf = ({ urn, key }: Entry): string =>
    `${createHash("sha256")
      .update(JSON.stringify([urn, key]))
      .digest("hex")}.json`;
  // Caches: an entry that this process wrote stays until it is dropped, and a file's content never changes.
  const written = new Set<string>();
  const parsed = new Map<string, Entry>();

  // Writes and removals run in turn: an entry that is still being written must not appear after its removal.
  let tail: Promise<unknown> = Promise.resolve();
  function inTurn(task: () => Promise<void>): Promise<void> {
    const result = tail.then(task);
    tail = result.catch(() => undefined);
    return result;
  }

  async function write(entry: Entry): Promise<void> {
    const name = nameOf(entry);
    if (written.has(name)) return;
    const file = join(folder, name);
    const text = `${JSON.stringify(entry)}\n`;
    if ((await textOfFile(file)) !== text) await replace(file, text);
    written.add(name);
  }

  async function replace(file: string, text: string): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Another process may write the same entry.
    const part = `${file}.${process.pid}.new`;
    await writeFile(part, text, { mode: 0o600, flush: true });
    await rename(part, file);
  }

  async function readOne(name: string): Promise<Entry | undefined> {
    const known = parsed.get(name);
    if (known !== undefined) return known;
    const entry = parse((await textOfFile(join(folder, name))) ?? "");
    if (entry !== undefined) parsed.set(name, entry);
    return entry;
  }

  async function readAll(): Promise<Entry[]> {
    const entries: Entry[] = [];
    for (const name of await jsonFilesIn(folder)) {
      const entry = await readOne(name);
      if (entry !== undefined) entries.push(entry);
    }
    return entries;
  }

  // Callers that ask while the files are being read share one result.
  let reading: Promise<Entry[]> | undefined;

  return {
    note: (urn, keys) =>
      inTurn(async () => {
        for (const key of keys) await write({ urn, key });
      }),
    drop: (urn, keys) =>
      inTurn(async () => {
        for (const key of keys) {
          const name = nameOf({ urn, key });
          written.delete(name);
          await rm(join(folder, name), { force: true });
        }
      }),
    async others(urn) {
      reading ??= readAll().finally(() => {
        reading = undefined;
      });
      const entries = await reading.catch((error: unknown) => {
        throw new Error(
          `${folder} can't be read (${messageOf(error)}), so it is unknown which snapshots other resources have adopted: ` +
            "make it readable, or remove it if no resource has",
        );
      });
      const others = new Map<string, string[]>();
      for (const entry of entries) {
        if (entry.urn !== urn) others.set(entry.key, [...(others.get(entry.key) ?? []), entry.urn]);
      }
      return others;
    },
  };
}
