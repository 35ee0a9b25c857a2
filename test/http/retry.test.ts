import fc from "fast-check";
import { type RetryQuestion, retryAfterMs, retryDelayMs } from "../../provider/http/retry";
import { type ErrorKind, SnapshotsError } from "../../provider/model/errors";

const kinds: readonly ErrorKind[] = [
  "notFound",
  "unauthorized",
  "forbidden",
  "invalid",
  "conflict",
  "rateLimited",
  "quota",
  "unavailable",
  "unexpectedAnswer",
  "timeout",
  "unsupported",
];

interface Asked {
  kind: ErrorKind;
  executed?: "no" | "maybe";
  attempt?: number;
  elapsedMs?: number;
  readOnly?: boolean;
  retryAfterMs?: number;
  rateLimitDelayMs?: number;
  longestBusyMs?: number;
  random?: number;
}

function delayOf({ kind, executed = "maybe", attempt = 1, readOnly = true, random = 0.5, ...asked }: Asked) {
  const error = new SnapshotsError("told", {
    kind,
    executed,
    ...(asked.retryAfterMs === undefined ? {} : { retryAfterMs: asked.retryAfterMs }),
  });
  const question: RetryQuestion = {
    attempt,
    error,
    readOnly,
    longestBusyMs: asked.longestBusyMs,
    random,
    elapsedMs: asked.elapsedMs ?? 0,
    rateLimitDelayMs: asked.rateLimitDelayMs ?? 5_250,
  };
  return retryDelayMs(question);
}

const question = fc.record({
  kind: fc.constantFrom(...kinds),
  executed: fc.constantFrom("no" as const, "maybe" as const),
  attempt: fc.integer({ min: 1, max: 1_000 }),
  readOnly: fc.boolean(),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

describe("whether a failed request is sent again", () => {
  it.each<[string, Asked, number | undefined]>([
    ["a read after a lost answer, soon", { kind: "unavailable" }, 500],
    ["later after the second", { kind: "unavailable", attempt: 2 }, 1_000],
    ["later after the fourth", { kind: "unavailable", attempt: 4 }, 4_000],
    ["not after the fifth", { kind: "unavailable", attempt: 5 }, undefined],
    ["a read that timed out", { kind: "timeout" }, 500],
    ["a read with an answer that nothing describes", { kind: "unexpectedAnswer" }, 500],
    ["a read when the platform says", { kind: "unavailable", retryAfterMs: 7_000 }, 7_000],
    ["a read after a 429, by the platform's rule", { kind: "rateLimited", executed: "no" }, 5_250],
    ["a read after a 429 when it says", { kind: "rateLimited", executed: "no", retryAfterMs: 7_000 }, 7_000],
    [
      "a read after a 429, but no sooner than we ever do",
      { kind: "rateLimited", executed: "no", retryAfterMs: 40 },
      500,
    ],
    [
      "a read after a third 429, later than after the first",
      { kind: "rateLimited", executed: "no", attempt: 3, retryAfterMs: 40 },
      2_000,
    ],
    ["a read after a 503, but no sooner than we ever do", { kind: "unavailable", retryAfterMs: 40 }, 500],
    ["a read after the fifth 429: not", { kind: "rateLimited", executed: "no", attempt: 5 }, undefined],
    ["a read of something busy: not", { kind: "conflict", executed: "no" }, undefined],
    [
      "a change of something busy, for nearly ten minutes",
      { kind: "conflict", executed: "no", readOnly: false, attempt: 40, elapsedMs: 570_000 },
      30_000,
    ],
    [
      "a change of something busy for ten minutes: not",
      { kind: "conflict", executed: "no", readOnly: false, attempt: 40, elapsedMs: 570_001 },
      undefined,
    ],
    [
      "a change of something busy, no longer than its client says",
      { kind: "conflict", executed: "no", readOnly: false, attempt: 40, elapsedMs: 90_001, longestBusyMs: 120_000 },
      undefined,
    ],
    ["a change after a 429", { kind: "rateLimited", executed: "no", readOnly: false }, 5_250],
    ["a change that never left", { kind: "unavailable", executed: "no", readOnly: false }, 500],
    ["a change whose answer is lost: never", { kind: "unavailable", readOnly: false }, undefined],
    ["a change that timed out: never", { kind: "timeout", readOnly: false }, undefined],
    ["a change after a 429 that may have been carried out: never", { kind: "rateLimited", readOnly: false }, undefined],
    [
      "a change that a gateway answered: never",
      { kind: "unexpectedAnswer", executed: "no", readOnly: false },
      undefined,
    ],
  ])("%s", (_title, asked, expected) => {
    expect(delayOf(asked)).toBe(expected);
  });

  it.each(["notFound", "unauthorized", "forbidden", "invalid", "quota", "unsupported"] as const)(
    "never after %s: waiting does not mend it",
    (kind) => {
      for (const readOnly of [true, false]) {
        for (const executed of ["no", "maybe"] as const) {
          expect(delayOf({ kind, readOnly, executed, retryAfterMs: 1 })).toBeUndefined();
        }
      }
    },
  );

  it("never a change that may have been carried out", () => {
    fc.assert(
      fc.property(question, fc.option(fc.nat()), (asked, after) => {
        const delay = delayOf({ ...asked, ...(after === null ? {} : { retryAfterMs: after }), readOnly: false });
        if (delay !== undefined) {
          expect(asked.executed).toBe("no");
          expect(["conflict", "rateLimited", "unavailable"]).toContain(asked.kind);
        }
      }),
    );
  });

  it("waits at least as long as our own backoff, whatever the platform says, and at most 37.5 s unless it says", () => {
    fc.assert(
      fc.property(question, fc.integer({ min: 1, max: 37_500 }), (asked, retryAfterMs) => {
        const delay = delayOf({ ...asked, retryAfterMs, rateLimitDelayMs: 5_000 });
        if (delay !== undefined) {
          expect(delay).toBeGreaterThanOrEqual(375 * 2 ** Math.min(asked.attempt - 1, 4));
          expect(delay).toBeLessThanOrEqual(37_500);
        }
      }),
    );
  });

  it("waits at most 10 s after a first 429, and never for less than the platform's own rule after the next ones", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 3_600_000 }),
        fc.boolean(),
        (attempt, ruleMs, readOnly) => {
          const delay = delayOf({ kind: "rateLimited", executed: "no", attempt, readOnly, rateLimitDelayMs: ruleMs });
          if (attempt === 1) expect(delay).toBe(Math.min(ruleMs, 10_000));
          else expect(delay).toBeGreaterThanOrEqual(ruleMs);
        },
      ),
    );
  });

  it("lets a read go in the end, whatever keeps failing", () => {
    for (const kind of kinds) expect(delayOf({ kind, executed: "no", attempt: 5 })).toBeUndefined();
  });
});

describe("Retry-After", () => {
  const nowMs = Date.UTC(2026, 10, 21, 2, 30, 15);
  it.each<[string, string | undefined, number | undefined]>([
    ["in seconds", "7", 7_000],
    ["in seconds with white space", " 7 ", 7_000],
    ["in parts of a second", "0.25", 250],
    ["of no time", "0", undefined],
    ["below zero", "-5", undefined],
    ["that came twice", "12, 12", 12_000],
    ["that came twice, and differs", "7, 12", 12_000],
    ["as a date", "Sat, 21 Nov 2026 02:30:45 GMT", 30_000],
    ["as a date in its older form", "Saturday, 21-Nov-26 02:30:45 GMT", 30_000],
    ["as a date that has passed", "Sat, 21 Nov 2026 02:29:45 GMT", undefined],
    ["as a date that no document describes", "2026-11-21", undefined],
    ["with an exponent", "1e3", undefined],
    ["with a unit", "5s", undefined],
    ["absurdly long", "99999999999", 99_999_999_999_000],
    ["missing", undefined, undefined],
    ["empty", "", undefined],
    ["garbage", "soon", undefined],
    ["a bare minus", "-", undefined],
  ])("%s", (_title, header, expected) => {
    expect(retryAfterMs(header, nowMs)).toBe(expected);
  });

  it("is never a time before now, nor now, whatever the header holds", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.integer().map(String),
          fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
        ),
        (header) => {
          const waitMs = retryAfterMs(header, nowMs);
          if (waitMs !== undefined) expect(waitMs).toBeGreaterThan(0);
        },
      ),
    );
  });
});
