import fc from "fast-check";
import { type ErrorKind, SnapshotsError } from "../../provider/model/errors";
import type {
  ObservedPolicy,
  PolicyPlatform,
  PolicyReference,
  PolicyTargetDefinition,
} from "../../provider/model/policy";
import type { JsonValue } from "../../provider/model/snapshot";
import { definitions, type PlatformName } from "../../provider/platforms";
import { answering, answersLike } from "./arbitrary-answers";
import { type Opened, openOnEmulator } from "./opened";
import { type Fault, passing, proofless } from "./snapshot-platform";

type Inputs = Readonly<Record<string, JsonValue>>;

/** Policies of one kind, opened on an emulator. */
export interface OpenedPolicies extends Opened {
  readonly definition: PolicyTargetDefinition;
  readonly policies: PolicyPlatform;
  /** Creates a policy, waits until it exists and returns it. */
  make(inputs: Inputs): Promise<ObservedPolicy>;
  /** Returns the current policy; throws if it isn't found. */
  look(reference: PolicyReference, inputs: Inputs): Promise<ObservedPolicy>;
}

export async function openPolicies(platform: PlatformName, argument: string): Promise<OpenedPolicies> {
  const opened = await openOnEmulator(platform);
  const policies = opened.platform.policies?.[argument];
  const definition = (definitions[platform].policyTargets as Record<string, PolicyTargetDefinition>)[argument];
  if (policies === undefined || definition === undefined) throw new Error(`no policies of ${argument} on ${platform}`);
  const look: OpenedPolicies["look"] = async (reference, inputs) => {
    const observed = await policies.observe(reference, inputs, opened.scope());
    if (observed.outcome !== "found") throw new Error(`not found: ${JSON.stringify(observed)}`);
    return observed.policy;
  };
  return {
    ...opened,
    definition,
    policies,
    look,
    async make(inputs) {
      const made = await policies.create(inputs, opened.scope());
      opened.clock.advance(60_000);
      if (made !== undefined) return look(made, inputs);
      const [found] = await policies.find(inputs, opened.scope());
      if (found === undefined) throw new Error("what was made is not found");
      return found;
    },
  };
}

/** Properties of one kind of policies that the suite needs. */
export interface PoliciesUnderTest {
  readonly platform: PlatformName;
  readonly argument: string;
  /** Checked arguments of a policy, with their defaults. */
  readonly inputs: Inputs;
  /** The emulator's operations: those of an observation, the one that creates a policy, and the one that lists. */
  readonly reads: readonly string[];
  readonly create: string;
  readonly list: string;
  /** Pattern that the proof of an absence matches, with its source. */
  readonly proof: RegExp;
  /** Error kind of a gateway's 404. Default: `unexpectedAnswer`. */
  readonly gatewayNotFound?: ErrorKind;
  /** Removes the policy without the API. */
  remove(opened: OpenedPolicies, policy: ObservedPolicy): void;
  /** Makes the policy take snapshots at these times; returns their ids. */
  runs(opened: OpenedPolicies, policy: ObservedPolicy, timesMs: readonly number[]): string[];
  /** Well-formed responses by operation, for this policy, whose parts are changed at random. */
  answers(policy: ObservedPolicy): Readonly<Record<string, unknown>>;
  /** Whether a response to the last read proves that the policy doesn't exist. */
  provesAbsence(answer: unknown, policy: ObservedPolicy): boolean;
}

/** Tests the contract of policies run by their platform, on its emulator over real HTTP. */
export function describePolicies(given: PoliciesUnderTest): void {
  const { platform, argument, inputs } = given;

  describe(`policies of ${argument} on ${definitions[platform].title}`, () => {
    let opened: OpenedPolicies;
    beforeEach(async () => {
      opened = await openPolicies(platform, argument);
    });
    afterEach(() => opened.emulator.close());

    const find = () => opened.policies.find(inputs, opened.scope());
    const make = () => opened.make(inputs);
    const fault = (operation: string, rule: Fault) =>
      opened.emulator.faults.add({ platform, operation, ...rule } as Parameters<
        Opened["emulator"]["faults"]["add"]
      >[0]);
    const refusal = async (attempt: Promise<unknown>): Promise<SnapshotsError> => {
      const error = await attempt.then(
        (value) => new Error(`not refused: ${JSON.stringify(value)}`),
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof SnapshotsError)) throw error;
      return error;
    };
    const same = (policy: ObservedPolicy) => [
      opened.definition.sameSchedules?.(inputs["schedules"], policy.shown["schedules"], opened.clock.now()),
      opened.definition.sameRetention?.(inputs["retention"], policy.shown["retention"]),
    ];

    it("takes these arguments", () => {
      expect(opened.definition.scheduleProblem?.(inputs["schedules"] ?? [], opened.clock.now())).toBeUndefined();
      expect(opened.definition.retentionProblem?.(inputs["retention"] ?? {})).toBeUndefined();
      expect(opened.definition.schema.safeParse(inputs[argument]).error).toBeUndefined();
      expect(opened.definition.rules?.(inputs) ?? []).toEqual([]);
    });

    it("makes one with one request, and then finds and shows it as it was written", async () => {
      expect(await find()).toEqual([]);
      const policy = await make();
      expect(opened.changes()).toBe(1);
      expect(policy.status).toBe("active");
      expect(policy.unreadable).toBeUndefined();
      expect(policy.segments.at(-1)).toBe(policy.policyId);
      expect(same(policy)).toEqual([true, true]);
      for (const [name, value] of Object.entries(policy.shown)) {
        if (name !== "schedules" && name !== "retention") expect([name, value]).toEqual([name, inputs[name]]);
      }
      expect(await find()).toEqual([policy]);
      expect(await opened.look(policy, inputs)).toEqual(policy);
      expect(JSON.parse(JSON.stringify(policy))).toStrictEqual(policy);
      expect(opened.changes()).toBe(1);
    });

    it.each(passing)("gets over %s when it reads", async (_title, rule) => {
      const policy = await make();
      for (const operation of given.reads) {
        fault(operation, rule);
        expect(await opened.look(policy, inputs)).toEqual(policy);
      }
      fault(given.list, rule);
      await opened.policies.list(policy, opened.scope());
      expect(opened.changes()).toBe(1);
    });

    it.each(proofless)("takes %s for no proof of anything", async (title, rule, kind) => {
      const policy = await make();
      const expected = title === "a gateway's 404" ? (given.gatewayNotFound ?? kind) : kind;
      for (const operation of [...given.reads, given.list]) {
        opened.emulator.faults.clear();
        fault(operation, rule);
        const error = await refusal(
          operation === given.list
            ? opened.policies.list(policy, opened.scope())
            : opened.policies.observe(policy, inputs, opened.scope()),
        );
        expect([operation, error.kind]).toEqual([operation, expected]);
        expect(error.message).toMatch(new RegExp(`^\\[${platform}\\] `));
        for (const secret of opened.connection.secrets) expect(`${error.message} ${error.stack}`).not.toContain(secret);
      }
      expect(opened.changes()).toBe(1);
    });

    it("is gone on proof", async () => {
      const policy = await make();
      given.remove(opened, policy);
      expect(await opened.policies.observe(policy, inputs, opened.scope())).toEqual({
        outcome: "gone",
        proof: expect.stringMatching(given.proof),
      });
      expect(await find()).toEqual([]);
    });

    it("makes one policy, whatever answer is lost, and finds it then", async () => {
      fault(given.create, { fault: "reset-after-commit" } as Fault);
      const error = await refusal(opened.policies.create(inputs, opened.scope()));
      expect(error.executed).toBe("maybe");
      expect(opened.count(given.create)).toBe(1);
      expect(await find()).toHaveLength(1);
    });

    it.each<[string, Fault]>([
      ["a 500", { fault: "status", status: 500 }],
      ["a cut body", { fault: "cut" }],
      ["an empty body", { fault: "empty-body" }],
      ["a gateway's page", { fault: "html", status: 502 }],
      ["another shape", { fault: "wrong-shape" }],
    ])("sends a create once where its answer is %s", async (_title, rule) => {
      fault(given.create, rule);
      expect((await refusal(opened.policies.create(inputs, opened.scope()))).executed).toBe("maybe");
      expect(opened.count(given.create)).toBe(1);
    });

    it("sends a create again that surely was not executed", async () => {
      fault(given.create, { fault: "status", status: 429, body: {}, headers: { "retry-after": "2" } } as Fault);
      await make();
      expect(opened.count(given.create)).toBe(2);
    });

    it("lists what it has made, newest first, all pages", async () => {
      const policy = await make();
      expect((await opened.policies.list(policy, opened.scope())).snapshots).toEqual([]);
      const times = Array.from({ length: 230 }, (_, index) => Date.UTC(2026, 10, 1) + ((index * 7) % 230) * 3_600_000);
      const ids = given.runs(opened, policy, times);
      const newestFirst = times.map((at, index) => ({ at, id: ids[index] })).sort((a, b) => b.at - a.at);
      const { snapshots, complete } = await opened.policies.list(policy, opened.scope());
      expect(complete).toBe(true);
      expect(snapshots.map(({ snapshotId }) => snapshotId)).toEqual(newestFirst.map(({ id }) => id));
    });

    describe("whatever it is answered", () => {
      const shapes = (policy: ObservedPolicy, operation: string) => answersLike(given.answers(policy)[operation]);

      it.each(given.reads)("observing is an error by kind, the very policy, or a proof (%s)", async (operation) => {
        const policy = await make();
        let found = 0;
        await fc.assert(
          fc.asyncProperty(shapes(policy, operation), async (body) => {
            const result = await answering(opened, { platform, operation }, body, () =>
              opened.policies.observe(policy, inputs, opened.scope()),
            );
            if (result instanceof SnapshotsError) return expect(result.kind).toBe("unexpectedAnswer");
            if (result.outcome !== "found") {
              expect([result.outcome, operation]).toEqual(["gone", given.reads.at(-1)]);
              return expect(given.provesAbsence(body, policy)).toBe(true);
            }
            found += 1;
            expect(result.policy.segments).toEqual(policy.segments);
            return expect(JSON.parse(JSON.stringify(result.policy))).toStrictEqual(result.policy);
          }),
          { numRuns: 150, examples: [[given.answers(policy)[operation]]] },
        );
        expect(found).toBeGreaterThan(0);
        expect(opened.changes()).toBe(1);
      });

      it.each(given.reads)("finding is an error by kind or policies (%s)", async (operation) => {
        const policy = await make();
        await fc.assert(
          fc.asyncProperty(shapes(policy, operation), async (body) => {
            const result = await answering(opened, { platform, operation }, body, find);
            if (result instanceof SnapshotsError) return;
            for (const one of result) expect(JSON.parse(JSON.stringify(one))).toStrictEqual(one);
          }),
          { numRuns: 100 },
        );
      });

      it("creating is an error by kind or an answer, after one request", async () => {
        const policy = await make();
        await fc.assert(
          fc.asyncProperty(shapes(policy, given.create), async (body) => {
            const before = opened.changes();
            const result = await answering(opened, { platform, operation: given.create }, body, () =>
              opened.policies.create(inputs, opened.scope()),
            );
            expect(opened.changes()).toBe(before + 1);
            if (result instanceof SnapshotsError) expect(result.executed).toBe("maybe");
            else if (result !== undefined) expect(result.segments.every((segment) => segment !== "")).toBe(true);
          }),
          { numRuns: 100 },
        );
      });

      it("listing is an error by kind or snapshots", async () => {
        const policy = await make();
        let listed = 0;
        await fc.assert(
          fc.asyncProperty(shapes(policy, given.list), async (body) => {
            const result = await answering(opened, { platform, operation: given.list }, body, () =>
              opened.policies.list(policy, opened.scope()),
            );
            if (result instanceof SnapshotsError) return expect(result.kind).toBe("unexpectedAnswer");
            listed += 1;
            return expect(JSON.parse(JSON.stringify(result.snapshots))).toStrictEqual(result.snapshots);
          }),
          { numRuns: 100, examples: [[given.answers(policy)[given.list]]] },
        );
        expect(listed).toBeGreaterThan(0);
      });
    });
  });
}
