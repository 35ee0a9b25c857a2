import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const FILE = "changes.jsonl";

const deed = { at: z.number(), platform: z.string(), target: z.string().optional() };

/**
 * Something that changed what a platform holds: a request that was carried out, or somebody else's deed. Platforms do the
 * same again when they are asked for the same at the same time, so these are all that has to be kept.
 */
const changeSchema = z.discriminatedUnion("what", [
  z.strictObject({
    what: z.literal("request"),
    at: z.number(),
    platform: z.string(),
    operation: z.string(),
    method: z.string(),
    path: z.string(),
    params: z.record(z.string(), z.string()),
    headers: z.record(z.string(), z.string()),
    body: z.string(),
    joins: z.boolean(),
  }),
  z.strictObject({ what: z.literal("foreign"), ...deed }),
  z.strictObject({ what: z.literal("expiry"), ...deed }),
]);

/** Something that changed what a platform holds. */
export type Change = z.output<typeof changeSchema>;

/** The memory of an emulator on disk: one line a change. */
export interface Memory {
  /** The changes of earlier starts, in order. */
  readonly changes: readonly Change[];
  /** Keeps a change before its answer leaves. */
  add(change: Change): void;
}

/** Headers that hold no credential. */
export function keptHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      (entry): entry is [string, string] =>
        typeof entry[1] === "string" && !/authorization|token|key|signature|cookie/i.test(entry[0]),
    ),
  );
}

/** Opens the memory in a folder, which is made where it is not there; throws where its file holds something else. */
export function openMemory(folder: string): Memory {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, FILE);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  // A line whose end is missing was being written when the machine stopped: its answer never left.
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  if (whole !== text) truncateSync(file, Buffer.byteLength(whole));
  const changes = whole
    .split("\n")
    .slice(0, -1)
    .map((line, index): Change => {
      try {
        return changeSchema.parse(JSON.parse(line));
      } catch (error) {
        throw new Error(`${file}: line ${index + 1} is not a change of an emulator's memory`, { cause: error });
      }
    });
  return { changes, add: (change) => appendFileSync(file, `${JSON.stringify(change)}\n`) };
}
