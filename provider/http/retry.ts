import type { SnapshotsError } from "../model/errors";

/** Facts that a retry decision depends on. */
export interface RetryQuestion {
  /** Number of attempts that have failed so far, from 1. */
  readonly attempt: number;
  readonly error: SnapshotsError;
  /** Time since the first attempt failed, in milliseconds. */
  readonly elapsedMs: number;
  /** Whether repeating the request can't change anything on the platform. */
  readonly readOnly: boolean;
  /** Wait after a 429 without `Retry-After`, in milliseconds. */
  readonly rateLimitDelayMs: number;
  /** How long a refusal for a busy target is waited out, in milliseconds. Default: ten minutes. */
  readonly longestBusyMs?: number | undefined;
  /** A number in [0, 1), so that many clients don't retry at the same moment. */
  readonly random: number;
}

/** Largest number of attempts for a read, or for a rate-limited request. */
const MOST_ATTEMPTS = 5;
const FIRST_DELAY_MS = 500;
const FIRST_RATE_LIMIT_DELAY_MS = 10_000;
const LONGEST_DELAY_MS = 30_000;
const BUSY_DELAY_MS = 2_000;
/** Someone else's snapshot of the target ends within this time; a target that is busy for longer needs a person. */
const LONGEST_BUSY_MS = 10 * 60_000;
/** How long a refusal that only a person can end is waited out, in milliseconds, unless `customTimeouts` is set. */
export const PERSON_MS = 2 * 60_000;

function backoffMs(firstMs: number, attempt: number, random: number): number {
  const delayMs = Math.min(firstMs * 2 ** (attempt - 1), LONGEST_DELAY_MS);
  return Math.round(delayMs * (0.75 + random / 2));
}

/**
 * Returns the wait before a failed request is sent again, in milliseconds, or undefined to let the error stand. A read
 * is repeated after a lost, late, broken or 5xx answer and after a 429. A change is repeated only if it certainly was
 * not executed: never connected, busy (409, for at most ten minutes or the time that the platform's client sets), or
 * rate limited (429). The platform's `Retry-After` can lengthen the wait, but never shorten it below our own backoff.
 */
export function retryDelayMs(question: RetryQuestion): number | undefined {
  const { attempt, error, readOnly, random } = question;
  if (!readOnly && error.executed !== "no") return undefined;
  const ownMs = backoffMs(error.kind === "conflict" ? BUSY_DELAY_MS : FIRST_DELAY_MS, attempt, random);
  const askedMs = error.retryAfterMs === undefined ? undefined : Math.max(error.retryAfterMs, ownMs);
  switch (error.kind) {
    case "conflict":
      return readOnly || question.elapsedMs + ownMs > (question.longestBusyMs ?? LONGEST_BUSY_MS) ? undefined : ownMs;
    case "rateLimited":
      if (attempt >= MOST_ATTEMPTS) return undefined;
      // The first 429 may be due to a mere burst, even if the platform's documented wait is long.
      return (
        askedMs ??
        (attempt === 1
          ? Math.min(question.rateLimitDelayMs, FIRST_RATE_LIMIT_DELAY_MS)
          : Math.max(question.rateLimitDelayMs, ownMs))
      );
    case "unavailable":
    case "timeout":
    case "unexpectedAnswer":
      // The gateway or platform that gave an odd answer to a change may still have passed the request on.
      if (!readOnly && error.kind !== "unavailable") return undefined;
      if (attempt >= MOST_ATTEMPTS) return undefined;
      return askedMs ?? ownMs;
    default:
      return undefined;
  }
}

/**
 * Reads a `Retry-After` header in both its forms, seconds and HTTP date: milliseconds from `nowMs`, which is the time
 * of the answer's own `Date` if it has one. Undefined if the header is missing, malformed, or requires no wait; if it
 * was sent twice, the longer wait counts. Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  const parts = (header ?? "").split(",").map((part) => part.trim());
  const waitMs = parts.every((part) => /^\d+(\.\d+)?$/.test(part))
    ? Math.ceil(Math.max(...parts.map(Number)) * 1000)
    : (httpDateMs(header) ?? nowMs) - nowMs;
  return waitMs > 0 ? waitMs : undefined;
}

/**
 * Reads an HTTP date, as in the headers `Date` and `Retry-After`: milliseconds since 1970, or undefined if it is
 * missing or malformed. Source: https://www.rfc-editor.org/rfc/rfc9110#http.date
 */
export function httpDateMs(header: string | undefined): number | undefined {
  // Date.parse alone accepts nearly anything: "-5" and "12, 12" are dates in 2001.
  if (!/^\s*[A-Z][a-z]+, \d\d[ -][A-Z][a-z]{2}[ -]\d{2,4} \d\d:\d\d:\d\d GMT\s*$/.test(header ?? "")) return undefined;
  const instantMs = Date.parse(header ?? "");
  return Number.isNaN(instantMs) ? undefined : instantMs;
}
