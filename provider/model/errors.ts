/**
 * Kind of a failure, by what a caller can do about it.
 *
 * - `notFound`: the platform reports that it does not exist (alone never a proof of absence)
 * - `unauthorized`, `forbidden`: the credential or its permissions must be fixed
 * - `invalid`: the request is wrong and stays wrong
 * - `conflict`: the target is busy; the request was not executed
 * - `rateLimited`: too many requests for now; the request was not executed
 * - `quota`: a daily or plan allowance is used up; waiting minutes does not help
 * - `unavailable`: no usable answer because of the network or a 5xx
 * - `unexpectedAnswer`: an answer that the platform's documents do not describe
 * - `timeout`: no answer, or no final state, before the deadline
 * - `unsupported`: the platform's API has no such operation
 */
export type ErrorKind =
  | "notFound"
  | "unauthorized"
  | "forbidden"
  | "invalid"
  | "conflict"
  | "rateLimited"
  | "quota"
  | "unavailable"
  | "unexpectedAnswer"
  | "timeout"
  | "unsupported";

/** Kinds of errors after which the request certainly was not executed: it was refused or never sent. */
const REFUSALS: ReadonlySet<ErrorKind> = new Set([
  "notFound",
  "unauthorized",
  "forbidden",
  "invalid",
  "conflict",
  "rateLimited",
  "quota",
  "unsupported",
]);

/** Facts about a failed call, besides its message. */
export interface ErrorFacts {
  readonly kind: ErrorKind;
  /**
   * Whether the platform may have executed the request: `no` only if it certainly did not. Default, by kind: `maybe`
   * for `unavailable`, `unexpectedAnswer` and `timeout`, `no` for all others.
   */
  readonly executed?: "no" | "maybe";
  /** HTTP status, if there was an answer. */
  readonly status?: number;
  /** The `code` in the platform's error body, if it has one. */
  readonly code?: string;
  /** How long the platform asks to wait before the next attempt, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The platform's own id of the request, for its support. */
  readonly requestId?: string;
  readonly cause?: unknown;
}

/**
 * The one error that the core throws. Its message is `[platform] operation target: what happened`, redacted and cut.
 */
export class SnapshotsError extends Error {
  readonly kind: ErrorKind;
  readonly executed: "no" | "maybe";
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;

  constructor(message: string, facts: ErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = "SnapshotsError";
    this.kind = facts.kind;
    this.executed = facts.executed ?? (REFUSALS.has(facts.kind) ? "no" : "maybe");
    this.status = facts.status;
    this.code = facts.code;
    this.retryAfterMs = facts.retryAfterMs;
    this.requestId = facts.requestId;
  }
}

/** Whether `error` is a {@link SnapshotsError} of one of `kinds` (of any kind if none is given). */
export function isSnapshotsError(error: unknown, ...kinds: ErrorKind[]): error is SnapshotsError {
  return error instanceof SnapshotsError && (kinds.length === 0 || kinds.includes(error.kind));
}

/** Returns the message of anything that can be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
