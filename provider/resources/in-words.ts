import { inByteUnits } from "../model/bytes";
import type { PlatformDefinition, TargetDefinition } from "../model/platform";
import type { Target } from "../model/snapshot";
import type { Properties } from "./host";
import { textOf } from "./session";

/** Largest number of items that a message names. */
const MOST_NAMED = 10;

/** A kind of target in words: `app`, `File Storage volume`. */
export function kindInWords(target: Pick<TargetDefinition, "kind" | "title"> | undefined): string {
  return target?.title ?? target?.kind ?? "target";
}

/** A target in words: `app 1745338954955`. */
export function targetInWords(definition: PlatformDefinition, { argument, kind, id }: Target): string {
  return `${kindInWords(definition.targets[argument] ?? { kind })} ${id}`;
}

/** Platform and target, as messages begin with them: `[discloud] app 1745338954955`. */
export function titleOf({ definition, target }: { readonly definition: PlatformDefinition; readonly target: Target }) {
  return `[${definition.name}] ${targetInWords(definition, target)}`;
}

/** Items as a list for a message: the first ten, and the number of the others. */
export function shortList(items: readonly string[]): string {
  const more = items.length - MOST_NAMED;
  return items.slice(0, MOST_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** A time span in short form: `38 s`, `3 min 20 s`, `1 h 5 min`. */
export function spanInWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A scheduled time without the parts that are always zero: `2026-11-21T03:00Z`. */
export function slotInWords(slot: string): string {
  return slot.replace(/:00(\.000)?Z$/, "Z");
}

/** Size of a snapshot in words, from its outputs; undefined if the platform gives none. */
export function sizeInWords(outs: Properties): string | undefined {
  const { sizeBytes, sizeGib } = outs;
  if (typeof sizeBytes === "number") return bytesInWords(sizeBytes);
  return typeof sizeGib === "number" ? `${sizeGib} GiB` : textOf(outs, "sizeText");
}

function bytesInWords(bytes: number): string {
  const { value, unit } = inByteUnits(bytes);
  return `${value < 10 && unit !== "B" ? Math.round(value * 10) / 10 : Math.round(value)} ${unit}`;
}

/** Facts in parentheses, preceded by a space; empty if there are none. */
export function inParentheses(...facts: readonly (string | undefined)[]): string {
  const known = facts.filter((fact) => fact !== undefined && fact !== "");
  return known.length === 0 ? "" : ` (${known.join(", ")})`;
}
