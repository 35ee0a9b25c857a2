import type { SnapshotsError } from "../model/errors";

/** What a retry decision depends on. */
export interface RetryQuestion {
  /** How many attempts have failed so far, from 1. */
  readonly attempt: number;
  readonly error: SnapshotsError;
  /** How long ago the first attempt failed, in milliseconds. */
  readonly elapsedMs: number;
  /** Whether repeating the request can't change anything on the platform. */
  readonly readOnly: boolean;
  /** What the platform asks to wait after a 429 that doesn't say so itself, in milliseconds. */
  readonly rateLimitDelayMs: number;
  /** How long a refusal for a busy target is waited for, in milliseconds. Default: ten minutes. */
  readonly longestBusyMs?: number | undefined;
  /** A number in [0, 1), so that many clients don't come back at the same moment. */
  readonly random: number;
}

/** How often a read, or a request that was refused for now, is sent before its error stands. */
const MOST_ATTEMPTS = 5;
const FIRST_DELAY_MS = 500;
const FIRST_RATE_LIMIT_DELAY_MS = 10_000;
const LONGEST_DELAY_MS = 30_000;
const BUSY_DELAY_MS = 2_000;
/** A snapshot that someone else takes of the target ends within this time; a target that stays busy needs a person. */
const LONGEST_BUSY_MS = 10 * 60_000;
/** How long a refusal is waited for that only a person can end, unless the resource's `customTimeouts` say otherwise. */
export const PERSON_MS = 2 * 60_000;

function backoffMs(firstMs: number, attempt: number, random: number): number {
  const delayMs = Math.min(firstMs * 2 ** (attempt - 1), LONGEST_DELAY_MS);
  return Math.round(delayMs * (0.75 + random / 2));
}

/**
 * Decides whether a failed request is sent again, and after how many milliseconds; undefined to let the error stand.
 * A read is repeated after a lost, late, broken or 5xx answer and after a 429. A request that changes something is
 * repeated only when it surely was not executed: never connected, busy (409, for at most ten minutes or what the platform's
 * client says), or rate limited (429). The platform's `Retry-After` can lengthen the wait, and shortens it to our own backoff at most.
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
      // A first one may be a mere burst, even where the platform asks to wait long.
      return (
        askedMs ??
        (attempt === 1
          ? Math.min(question.rateLimitDelayMs, FIRST_RATE_LIMIT_DELAY_MS)
          : Math.max(question.rateLimitDelayMs, ownMs))
      );
    case "unavailable":
    case "timeout":
    case "unexpectedAnswer":
      // Whoever gave an odd answer to a change, a gateway or the platform, may have passed it on.
      if (!readOnly && error.kind !== "unavailable") return undefined;
      if (attempt >= MOST_ATTEMPTS) return undefined;
      return askedMs ?? ownMs;
    default:
      return undefined;
  }
}

/**
 * Reads a `Retry-After` header in both its forms, seconds and HTTP date: milliseconds from `nowMs`, which is the time of
 * the answer's own `Date` where it has one. Undefined when the header is missing, is no time, or asks for no wait; of a
 * header that came twice the longer wait counts. Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  const parts = (header ?? "").split(",").map((part) => part.trim());
  const waitMs = parts.every((part) => /^\d+(\.\d+)?$/.test(part))
    ? Math.ceil(Math.max(...parts.map(Number)) * 1000)
    : (httpDateMs(header) ?? nowMs) - nowMs;
  return waitMs > 0 ? waitMs : undefined;
}

/**
 * Reads an HTTP date, as in the headers `Date` and `Retry-After`: milliseconds since 1970, or undefined when it is missing
 * or not one. Source: https://www.rfc-editor.org/rfc/rfc9110#http.date
 */
export function httpDateMs(header: string | undefined): number | undefined {
  // Date.parse alone takes nearly everything for a date: "-5" and "12, 12" are some of 2001.
  if (!/^\s*[A-Z][a-z]+, \d\d[ -][A-Z][a-z]{2}[ -]\d{2,4} \d\d:\d\d:\d\d GMT\s*$/.test(header ?? "")) return undefined;
  const instantMs = Date.parse(header ?? "");
  return Number.isNaN(instantMs) ? undefined : instantMs;
}
