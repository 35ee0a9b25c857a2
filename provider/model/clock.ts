/** Clock of the core, passed in so that tests can control it. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Resolves after `milliseconds`, or as soon as `until` aborts. */
  sleep(milliseconds: number, until?: AbortSignal): Promise<void>;
  /** Aborts with a `TimeoutError` after `milliseconds`. */
  timeout(milliseconds: number): AbortSignal;
}

/** Formats an instant in milliseconds since 1970 as ISO-8601 UTC; undefined for undefined. */
export function isoText<Instant extends number | undefined>(
  instantMs: Instant,
): Instant extends number ? string : undefined {
  const text = instantMs === undefined ? undefined : new Date(instantMs).toISOString();
  return text as Instant extends number ? string : undefined;
}

/** Converts a text that states an instant to ISO-8601 UTC; undefined if it has no zone or is not a time. */
export function isoTextOf(text: unknown): string | undefined {
  return isoText(instantOf(text));
}

/** Parses a time with a zone, to milliseconds since 1970; undefined if the text has no zone or is not a time. */
export function instantOf(text: unknown): number | undefined {
  if (typeof text !== "string" || !/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(text)) {
    return undefined;
  }
  const instantMs = Date.parse(text.replace(" ", "T"));
  return Number.isNaN(instantMs) ? undefined : instantMs;
}
