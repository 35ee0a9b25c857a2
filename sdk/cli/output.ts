import { constants } from "node:os";
import { styleText } from "node:util";
import { inByteUnits } from "../../provider";

/** The exit codes of every verb. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** The options or arguments are invalid. */
  usage: 2,
  /** The verb ran, and the answer is no. */
  no: 3,
} as const;

/** Invalid options or arguments: exit code 2. */
export class UsageError extends Error {}

/** Stopped by a signal: the exit code is 128 plus the signal's number, 130 for Ctrl-C, as in shells. */
export class InterruptedError extends Error {
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** Makes a text safe for a terminal: text from a platform can contain anything, including control characters. */
export function shown(text: string): string {
  return text.replace(/\p{C}+/gu, " ");
}

/** Writes one line to stderr, where all messages go. */
export function tell(message: string): void {
  process.stderr.write(`${shown(message)}\n`);
}

/** Writes the one JSON document of `--json`. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** One cell of a table, with its style on a terminal. */
export interface Cell {
  readonly text: string;
  readonly style?: Parameters<typeof styleText>[0];
}

function styled(stream: NodeJS.WriteStream, { style }: Cell, text: string): string {
  return style === undefined ? text : styleText(style, text, { stream });
}

/**
 * Prints rows: on a terminal as a table with a head and colours, elsewhere as one line per row with tab-separated
 * cells, for other programs to read.
 */
export function printTable(head: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const { stdout } = process;
  const clean = rows.map((row) => row.map((cell) => ({ ...cell, text: shown(cell.text) })));
  if (!stdout.isTTY) {
    for (const row of clean) stdout.write(`${row.map(({ text }) => text).join("\t")}\n`);
    return;
  }
  const all = [head.map((text): Cell => ({ text, style: "bold" })), ...clean];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.text.length ?? 0)));
  for (const row of all) {
    const cells = row.map((cell, column) => {
      const isLast = column === row.length - 1;
      return styled(stdout, cell, isLast ? cell.text : cell.text.padEnd(widths[column] ?? 0));
    });
    stdout.write(`${cells.join("  ").trimEnd()}\n`);
  }
}

/** Formats a number of bytes, such as `12.3 MiB`. */
export function bytesText(bytes: number): string {
  const { value, unit } = inByteUnits(bytes);
  return `${unit === "B" ? value : value.toFixed(1)} ${unit}`;
}

const ageUnits: readonly (readonly [number, string])[] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"],
];

/** Formats an age in its largest whole unit, such as `3 d`. */
export function ageText(milliseconds: number): string {
  const [unitMs, unit] = ageUnits.find(([each]) => Math.abs(milliseconds) >= each) ?? [1000, "s"];
  return `${Math.trunc(milliseconds / unitMs)} ${unit}`;
}
