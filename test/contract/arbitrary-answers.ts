import fc from "fast-check";
import { SnapshotsError } from "../../provider/model/errors";
import { definitions, type PlatformName } from "../../provider/platforms";
import { idOf } from "../../provider/resources/snapshot/state";
import { type Opened, openOnEmulator } from "./opened";

/** Properties of a platform that the test of arbitrary responses needs. */
export interface AnswersUnderTest {
  readonly platform: PlatformName;
  readonly argument: string;
  readonly targetId: string;
  readonly list: string;
  readonly create?: string;
  /** Well-formed response of the list, whose parts are changed at random. */
  readonly wellFormed: unknown;
  /** Number of snapshots in a response; undefined if it is not a list. From the documents, not from the client. */
  holds(answer: unknown): number | undefined;
  /** Operation that shows one snapshot, if the list alone does not prove an absence. */
  show?: {
    readonly operation: string;
    /** Response for a snapshot that doesn't exist, and its status. */
    readonly wellFormed: unknown;
    readonly status: number;
    /** Response for a snapshot that exists. */
    readonly shown: unknown;
  };
  /** Whether a response of `show` with that status proves an absence. */
  provesAbsence?(answer: unknown): boolean;
}

/** Awkward values besides fast-check's own: they break ids, dates, headers and look-ups. */
const awkward = fc.constantFrom<unknown>(
  null,
  "",
  "\ud800",
  "__proto__",
  "20241207-190711",
  "99999999-999999",
  "2024-06-27T06:23:42.326Z",
  "9999-99-99T99:99:99Z",
  "Backup at 2024-12-07 22:07:11",
  -1,
  1e308,
  true,
  [],
  {},
  [null],
);
const anything = fc.oneof(
  { weight: 2, arbitrary: fc.jsonValue() as fc.Arbitrary<unknown> },
  { weight: 1, arbitrary: awkward },
);

/** Returns the value with one of its parts, or itself, replaced or (in an object) removed. */
function change(value: unknown, path: readonly number[], put: unknown, remove: boolean): unknown {
  const [at, ...rest] = path;
  if (at === undefined || typeof value !== "object" || value === null) return put;
  const keys = Object.keys(value);
  const key = keys[at % Math.max(keys.length, 1)];
  if (key === undefined) return put;
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === key ? change(item, rest, put, remove) : item));
  const entries = Object.entries(value);
  if (remove && rest.length === 0) return Object.fromEntries(entries.filter(([name]) => name !== key));
  return Object.fromEntries(
    entries.map(([name, item]) => [name, name === key ? change(item, rest, put, remove) : item]),
  );
}

/** Any JSON, most of it a response with one part changed. */
export function answersLike(wellFormed: unknown): fc.Arbitrary<unknown> {
  const mutated = fc
    .tuple(fc.array(fc.nat(20), { maxLength: 5 }), anything, fc.boolean())
    .map(([path, put, remove]) => change(wellFormed, path, put, remove));
  return fc.oneof({ weight: 1, arbitrary: anything }, { weight: 3, arbitrary: mutated });
}

/** Returns an attempt's value, or the error with a kind that it throws, while one operation responds with `body`. */
export async function answering<T>(
  opened: Opened,
  fault: { readonly platform: string; readonly operation: string; readonly status?: number },
  body: unknown,
  attempt: () => Promise<T>,
): Promise<T | SnapshotsError> {
  opened.emulator.faults.clear();
  opened.emulator.faults.add({
    status: 200,
    ...fault,
    fault: "status",
    body: body as never,
    contentType: "application/json",
    times: "always",
  });
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof SnapshotsError) return error;
    throw error;
  } finally {
    opened.emulator.faults.clear();
  }
}

/** Tests that any JSON from a platform gives an error with a kind, or exactly what the JSON holds; never a crash. */
export function describeArbitraryAnswers(given: AnswersUnderTest): void {
  const definition = definitions[given.platform];
  const answers = answersLike(given.wellFormed);

  describe(`whatever ${definition.title} answers`, () => {
    let opened: Opened;
    beforeEach(async () => {
      opened = await openOnEmulator(given.platform);
    });
    afterEach(() => opened.emulator.close());

    const target = () => opened.target(given.argument, given.targetId);

    const answered = <T>(operation: string, body: unknown, attempt: () => Promise<T>, status = 200) =>
      answering(opened, { platform: given.platform, operation, status }, body, attempt);

    it("a list is an error by kind, or exactly the snapshots that the answer holds", async () => {
      let listed = 0;
      await fc.assert(
        fc.asyncProperty(answers, async (body) => {
          const result = await answered(given.list, body, () => opened.platform.list(target(), opened.scope()));
          const expected = given.holds(body);
          if (result instanceof SnapshotsError) {
            expect(expected).toBeUndefined();
            expect(["unexpectedAnswer", "quota", "rateLimited", "unauthorized"]).toContain(result.kind);
            return;
          }
          expect(result.snapshots).toHaveLength(expected ?? -1);
          listed += 1;
          for (const snapshot of result.snapshots) {
            expect(idOf(definition, target(), snapshot)).toMatch(new RegExp(`^${given.platform}/`));
            if (snapshot.createdAt !== undefined) {
              expect(new Date(snapshot.createdAt).toISOString()).toBe(snapshot.createdAt);
            }
            expect(JSON.parse(JSON.stringify(snapshot))).toStrictEqual(snapshot);
          }
        }),
        { numRuns: 150, examples: [[given.wellFormed]] },
      );
      expect(listed).toBeGreaterThan(0);
    });

    const { show, provesAbsence } = given;
    if (show !== undefined) {
      it("a snapshot is gone only where the answer that shows it proves it", async () => {
        let proven = 0;
        await fc.assert(
          fc.asyncProperty(answersLike(show.wellFormed), async (body) => {
            const result = await answered(
              show.operation,
              body,
              () => opened.platform.observe(target(), { snapshotId: "20010101-000000" }, opened.scope()),
              show.status,
            );
            const isGone = !(result instanceof SnapshotsError) && result.outcome === "gone";
            expect(isGone).toBe(provesAbsence?.(body) === true);
            proven += isGone ? 1 : 0;
          }),
          { numRuns: 150, examples: [[show.wellFormed]] },
        );
        expect(proven).toBeGreaterThan(0);
      });

      it("a snapshot that is shown is one of the target, or an error by kind; never a gone one", async () => {
        await fc.assert(
          fc.asyncProperty(answersLike(show.shown), async (body) => {
            const result = await answered(show.operation, body, () =>
              opened.platform.observe(target(), { snapshotId: "20010101-000000" }, opened.scope()),
            );
            if (result instanceof SnapshotsError) return;
            expect(result.outcome).toBe("found");
            if (result.outcome === "found") {
              expect(idOf(definition, target(), result.snapshot)).toContain(`/${encodeURIComponent(given.targetId)}/`);
              expect(JSON.parse(JSON.stringify(result.snapshot))).toStrictEqual(result.snapshot);
            }
          }),
          { numRuns: 100 },
        );
      });
    } else {
      it("a snapshot is gone only on a list that holds others well and not it", async () => {
        await fc.assert(
          fc.asyncProperty(answers, async (body) => {
            const result = await answered(given.list, body, () =>
              opened.platform.observe(target(), { snapshotId: "20010101-000000" }, opened.scope()),
            );
            if (!(result instanceof SnapshotsError) && result.outcome === "gone")
              expect(given.holds(body)).toBeDefined();
          }),
          { numRuns: 100 },
        );
      });
    }

    const { create } = given;
    if (create !== undefined) {
      it("a create is an error by kind or an answer, after one request", async () => {
        await fc.assert(
          fc.asyncProperty(answers, async (body) => {
            const before = opened.changes();
            const result = await answered(create, body, () => {
              const made = opened.platform.create?.(target(), {}, opened.scope());
              return made ?? Promise.reject(new Error("no create"));
            });
            expect(opened.changes()).toBe(before + 1);
            if (result instanceof SnapshotsError) expect(result.executed).toBe("maybe");
            else if (result.snapshot !== undefined) expect(idOf(definition, target(), result.snapshot)).not.toBe("");
          }),
          { numRuns: 100 },
        );
      });
    }
  });
}
