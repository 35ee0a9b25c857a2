import { createHash } from "node:crypto";
import type { Answer, EmulatedRequest } from "../types";

/** The services of Samsung Cloud Platform that are emulated. */
export type ScpService = "virtualserver" | "backup" | "filestorage";

/** Problem with one member of a request. */
export interface Complaint {
  /** Location: `body` or `query`, then the member's name. */
  readonly loc: readonly string[];
  readonly msg: string;
}

/** Clocks and helpers that the three services share. */
export interface ScpCommon {
  now(): number;
  /** The clock that dates snapshots. */
  storageNow(): number;
  /** Error answer of a service, with its `detail` in the form that is set. */
  refuse(status: number, detail?: string | readonly Complaint[]): Answer;
  /** Minor version of the API that answers a request. */
  minor(request: EmulatedRequest): number;
  /** A new id, as 32 hex digits. */
  nextId(): string;
}

/** Invented user who performs everything that a test does. */
export const userId = "570907805e5447be84b618450ef52a0f";

/** 32 hex digits as a UUID. */
export const asUuid = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

export const digest = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 32);

/** UTC to the second. */
export const instant = (atMs: number) => `${new Date(atMs).toISOString().slice(0, 19)}Z`;

export const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** A request's body as an object; empty if it isn't one. */
export const bodyOf = (request: EmulatedRequest): Record<string, unknown> => {
  const body = request.json();
  return isObject(body) ? body : {};
};

/** Integer in a query; `absent` if it is missing, undefined if it is invalid. */
export const numberIn = (request: EmulatedRequest, name: string, least: number, absent: number) => {
  const text = request.query.get(name);
  if (text === null) return absent;
  return /^\d+$/.test(text) && Number(text) >= least ? Number(text) : undefined;
};

/** A status word that follows the clock, unless a test has set one. */
export interface Course {
  readonly readyAtMs: number;
  /** Final word. */
  readonly outcome: string;
  /** Set by a test: the word, whatever the clock says. */
  word: string | undefined;
  /** Time at which its deletion was accepted. */
  deletedAtMs: number | undefined;
}

/** Durations of status changes, in milliseconds, and the final words; Infinity: never. */
export interface Pace {
  /** How long an object created from now on is `creating`. Default 1,000. */
  creatingMs: number;
  /** Final word of an object created from now on. */
  outcome: string;
  /** How long an object is `deleting` before it no longer exists. Default 500. */
  deletingMs: number;
  /** `gone` (default), or the word at which a deletion gets stuck. */
  deleteOutcome: string;
}

/** Current word of a course; `gone` once its deletion is complete. */
export function wordOf(
  course: Course,
  pace: Pace,
  nowMs: number,
  words: { creating: string; deleting: string },
): string {
  if (course.word !== undefined) return course.word;
  if (course.deletedAtMs !== undefined) {
    return nowMs < course.deletedAtMs + pace.deletingMs ? words.deleting : pace.deleteOutcome;
  }
  return nowMs < course.readyAtMs ? words.creating : course.outcome;
}
