/** Time as the core sees it, passed in so that tests can move it. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Resolves after `milliseconds`, or as soon as `until` aborts. */
  sleep(milliseconds: number, until?: AbortSignal): Promise<void>;
  /** Aborts with a `TimeoutError` after `milliseconds`. */
  timeout(milliseconds: number): AbortSignal;
}

/** ISO-8601 UTC text of an instant in milliseconds; undefined for none. */
export function isoText<Instant extends number | undefined>(
  instantMs: Instant,
): Instant extends number ? string : undefined {
  const text = instantMs === undefined ? undefined : new Date(instantMs).toISOString();
  return text as Instant extends number ? string : undefined;
}

/** A text that names an instant as ISO-8601 UTC; undefined for a text without zone or that is no time. */
export function isoTextOf(text: unknown): string | undefined {
  return isoText(instantOf(text));
}

/** The instant that a text with a zone names, in milliseconds; undefined for a text without zone or that is no time. */
export function instantOf(text: unknown): number | undefined {
  if (typeof text !== "string" || !/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(text)) {
    return undefined;
  }
  const instantMs = Date.parse(text.replace(" ", "T"));
  return Number.isNaN(instantMs) ? undefined : instantMs;
}
