import type { SnapshotsError } from "../model/errors";

/** What a retry decision depends on. */
export interface RetryQuestion {
  /** How many attempts have failed so far, from 1. */
  readonly attempt: number;
  readonly error: SnapshotsError;
  /** Whether repeating the request can't change anything on the platform. */
  readonly readOnly: boolean;
  /** What the platform asks to wait after a 429 that doesn't say so itself, in milliseconds. */
  readonly rateLimitDelayMs: number;
  /** A number in [0, 1), so that many clients don't come back at the same moment. */
  readonly random: number;
}

/** How often a read, or a request that was refused for now, is sent before its error stands. */
const MOST_ATTEMPTS = 5;
const FIRST_DELAY_MS = 500;
const FIRST_RATE_LIMIT_DELAY_MS = 10_000;
const LONGEST_DELAY_MS = 30_000;
/** A busy target is waited for until the operation's own deadline. */
const BUSY_DELAY_MS = 2_000;

function backoffMs(firstMs: number, attempt: number, random: number): number {
  const delayMs = Math.min(firstMs * 2 ** (attempt - 1), LONGEST_DELAY_MS);
  return Math.round(delayMs * (0.75 + random / 2));
}

/**
 * Decides whether a failed request is sent again, and after how many milliseconds; undefined to let the error stand.
 * A read is repeated after a lost, late, broken or 5xx answer and after a 429. A request that changes something is
 * repeated only when it surely was not executed: never connected, busy (409), or rate limited (429).
 */
export function retryDelayMs(question: RetryQuestion): number | undefined {
  const { attempt, error, readOnly, random } = question;
  if (!readOnly && error.executed !== "no") return undefined;
  switch (error.kind) {
    case "conflict":
      return readOnly ? undefined : backoffMs(BUSY_DELAY_MS, attempt, random);
    case "rateLimited":
      if (attempt >= MOST_ATTEMPTS) return undefined;
      // A first one may be a mere burst, even where the platform asks to wait long.
      return (
        error.retryAfterMs ??
        (attempt === 1
          ? Math.min(question.rateLimitDelayMs, FIRST_RATE_LIMIT_DELAY_MS)
          : Math.max(question.rateLimitDelayMs, backoffMs(FIRST_DELAY_MS, attempt, random)))
      );
    case "unavailable":
    case "timeout":
    case "unexpectedAnswer":
      // Whoever gave an odd answer to a change, a gateway or the platform, may have passed it on.
      if (!readOnly && error.kind !== "unavailable") return undefined;
      if (attempt >= MOST_ATTEMPTS) return undefined;
      return error.retryAfterMs ?? backoffMs(FIRST_DELAY_MS, attempt, random);
    default:
      return undefined;
  }
}

/**
 * Reads a `Retry-After` header in both its forms, seconds and HTTP date: milliseconds from now, or undefined when it is
 * missing or no time. Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim();
  if (text === undefined || text === "") return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const instantMs = Date.parse(text);
  return Number.isNaN(instantMs) ? undefined : Math.max(0, instantMs - nowMs);
}
