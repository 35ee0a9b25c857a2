import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const FILE = "changes.jsonl";

const deed = { at: z.number(), platform: z.string(), target: z.string().optional() };

/**
 * A change of a platform's data: a request that was carried out, or an action of somebody else. Platforms are
 * deterministic: the same changes at the same times give the same data, so nothing else has to be kept.
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

/** A change of a platform's data. */
export type Change = z.output<typeof changeSchema>;

/** An emulator's memory on disk: one line per change. */
export interface Memory {
  /** Changes of earlier starts, in order. */
  readonly changes: readonly Change[];
  /** Stores a change before its answer is sent. */
  add(change: Change): void;
}

/** Returns the headers that hold no credentials. */
export function keptHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      (entry): entry is [string, string] =>
        typeof entry[1] === "string" && !/authorization|token|key|signature|cookie/i.test(entry[0]),
    ),
  );
}

/** Opens the memory in a folder, which is created if missing; throws if its file holds something else. */
export function openMemory(folder: string): Memory {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, FILE);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  // A line without its end was being written when the machine stopped: its answer was never sent.
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
