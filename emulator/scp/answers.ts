import { createHash } from "node:crypto";
import type { Answer, EmulatedRequest } from "../types";

/** The services of Samsung Cloud Platform that are emulated. */
export type ScpService = "virtualserver" | "backup" | "filestorage";

/** What is wrong with one member of a request. */
export interface Complaint {
  /** Where it is: `body` or `query`, then the member's name. */
  readonly loc: readonly string[];
  readonly msg: string;
}

/** What the three services share. */
export interface ScpCommon {
  now(): number;
  /** The clock that dates snapshots. */
  storageNow(): number;
  /** A service's own refusal, with its `detail` in the form that is set. */
  refuse(status: number, detail?: string | readonly Complaint[]): Answer;
  /** The minor version that a request is answered by. */
  minor(request: EmulatedRequest): number;
  /** A new id, as 32 hex digits. */
  nextId(): string;
}

/** Who does everything that a test does: an invented user. */
export const userId = "570907805e5447be84b618450ef52a0f";

/** 32 hex digits as a UUID. */
export const asUuid = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

export const digest = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 32);

/** UTC to the second. */
export const instant = (atMs: number) => `${new Date(atMs).toISOString().slice(0, 19)}Z`;

export const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** A request's body as an object, empty where it isn't one. */
export const bodyOf = (request: EmulatedRequest): Record<string, unknown> => {
  const body = request.json();
  return isObject(body) ? body : {};
};

/** A whole number in a query; the default where it is absent, undefined where it is wrong. */
export const numberIn = (request: EmulatedRequest, name: string, least: number, absent: number) => {
  const text = request.query.get(name);
  if (text === null) return absent;
  return /^\d+$/.test(text) && Number(text) >= least ? Number(text) : undefined;
};

/** A status word that follows the clock, unless a test has set one. */
export interface Course {
  readonly readyAtMs: number;
  /** The word that it arrives at. */
  readonly outcome: string;
  /** Set by a test: the word, whatever the clock says. */
  word: string | undefined;
  /** When its deletion was accepted. */
  deletedAtMs: number | undefined;
}

/** How fast things move on, and where they arrive; Infinity: never. */
export interface Pace {
  /** How long something made from now on is `creating`. Default 1,000. */
  creatingMs: number;
  /** The word at which something made from now on arrives. */
  outcome: string;
  /** How long something is `deleting` before it is gone. Default 500. */
  deletingMs: number;
  /** `gone`, the default, or the word at which a deletion gets stuck. */
  deleteOutcome: string;
}

/** The word of a course now; `gone` once its deletion is through. */
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
