import type { Emulator, FaultRule } from "../../emulator";
import { type ErrorKind, isSnapshotsError, SnapshotsError } from "../../provider/model/errors";
import type { SnapshotReference } from "../../provider/model/platform";
import type { JsonValue } from "../../provider/model/snapshot";
import { definitions, type PlatformName } from "../../provider/platforms";
import { ask } from "../emulator/ask";
import { type Opened, openOnEmulator } from "./opened";

/** Fault without the place where it fires. */
export type Fault = FaultRule extends infer Rule
  ? Rule extends unknown
    ? Omit<Rule, "platform" | "operation">
    : never
  : never;

/** Properties of a platform that the suite needs: names of operations, and ways to change its emulator by hand. */
export interface PlatformUnderTest {
  readonly platform: PlatformName;
  /** Argument that names the target, and a target that has snapshots at the start. */
  readonly argument: string;
  readonly targetId: string;
  /** The emulator's operation that lists the target's snapshots. */
  readonly list: string;
  /** The emulator's operation that takes a snapshot; omitted if the platform can't. */
  readonly create?: string;
  /** Adds a snapshot with this time, which no program took. */
  add(emulator: Emulator, createdAtMs: number): void;
  /** Removes the target's newest snapshot. */
  removeNewest(emulator: Emulator): void;
  /** Expected first line of the newest snapshot's file, on platforms with files. */
  contentOf?(reference: SnapshotReference, target: string): string | RegExp;
  /** Prepares what the target must contain at the start. */
  prepare?(emulator: Emulator): void;
  /** Operation that shows one snapshot, if the platform's proof of an absence needs one. */
  show?: string;
  /** Operation that finally proves an absence. Default: `list`. */
  proofBy?: "show" | "list";
  /** Set if the response to a create may name nothing at all, and the list shows what was created. */
  answersAnything?: true;
  /** Operation that deletes a snapshot, where the platform can. */
  delete?: string;
  /** Inputs that a create needs besides its target. */
  inputs?: Readonly<Record<string, JsonValue>>;
  /** Header that carries the credential. Default: `authorization`. */
  credentialHeader?: string;
  /** Error kind of a gateway's 404. Default: `unexpectedAnswer`. */
  gatewayNotFound?: ErrorKind;
  /** Text in the proof of an absence. Default: the target's id. */
  proof?: string;
  /** Set if the list of a target that doesn't exist is empty, since the target is a mere filter. */
  filters?: true;
  /** Ids, newest first, for an API whose times are not instants. */
  newestFirst?(emulator: Emulator): string[];
}

/** Faults whose responses prove nothing, with the kind of the error. */
export const proofless: readonly (readonly [string, Fault, ErrorKind])[] = [
  ["401", { fault: "status", status: 401, times: "always" }, "unauthorized"],
  ["402", { fault: "status", status: 402, times: "always" }, "quota"],
  ["403 with HTML", { fault: "html", status: 403, times: "always" }, "forbidden"],
  ["a gateway's 404", { fault: "html", status: 404, times: "always" }, "unexpectedAnswer"],
  ["429", { fault: "status", status: 429, body: {}, times: "always" }, "rateLimited"],
  ["500", { fault: "status", status: 500, times: "always" }, "unavailable"],
  ["503 with HTML", { fault: "html", status: 503, times: "always" }, "unavailable"],
  ["a cut body", { fault: "cut", times: "always" }, "unavailable"],
  ["an empty body", { fault: "empty-body", times: "always" }, "unexpectedAnswer"],
  ["a 200 with HTML", { fault: "html", status: 200, times: "always" }, "unexpectedAnswer"],
  ["another shape", { fault: "wrong-shape", times: "always" }, "unexpectedAnswer"],
  ["a redirect", { fault: "redirect", location: "/", times: "always" }, "unexpectedAnswer"],
  ["a broken connection", { fault: "reset-before-commit", times: "always" }, "unavailable"],
  [
    "a 200 that says error",
    { fault: "status", status: 200, body: { status: "error" }, times: "always" },
    "unexpectedAnswer",
  ],
];

/** Faults that a read recovers from automatically. */
export const passing: readonly (readonly [string, Fault])[] = [
  ["a lost answer", { fault: "reset-after-commit" }],
  ["a cut body", { fault: "cut" }],
  ["a 500", { fault: "status", status: 500 }],
  ["a 429", { fault: "status", status: 429, body: {}, headers: { "retry-after": "2" } }],
  ["an empty body", { fault: "empty-body" }],
  ["a gateway's page", { fault: "html", status: 502 }],
];

/** Tests the contract of every platform, on its emulator over real HTTP. */
export function describePlatform(given: PlatformUnderTest): void {
  const definition = definitions[given.platform];

  describe(`${definition.title} as a platform`, () => {
    let opened: Opened;
    beforeEach(async () => {
      opened = await openOnEmulator(given.platform);
      given.prepare?.(opened.emulator);
    });
    afterEach(() => opened.emulator.close());

    const target = () => opened.target(given.argument, given.targetId);
    const kindOf = (title: string, kind: ErrorKind): ErrorKind =>
      title === "a gateway's 404" ? (given.gatewayNotFound ?? kind) : kind;
    const onShow = (fault: Fault): FaultRule =>
      ({ platform: given.platform, operation: given.show, ...fault }) as FaultRule;
    const onList = (fault: Fault): FaultRule =>
      ({ platform: given.platform, operation: given.list, ...fault }) as FaultRule;
    const onCreate = (fault: Fault): FaultRule =>
      ({ platform: given.platform, operation: given.create, ...fault }) as FaultRule;
    const list = () => opened.platform.list(target(), opened.scope());
    const observe = (reference: SnapshotReference) => opened.platform.observe(target(), reference, opened.scope());

    async function newest(): Promise<SnapshotReference> {
      const { snapshots } = await list();
      const snapshot = snapshots.find(({ status }) => status === "available");
      if (snapshot === undefined) throw new Error("no snapshot to look at");
      const name = snapshot.details["snapshotName"];
      return {
        snapshotId: snapshot.snapshotId,
        ...(typeof name === "string" ? { name } : {}),
        ...(snapshot.createdAt === undefined ? {} : { createdAt: snapshot.createdAt }),
      };
    }

    async function refusal(attempt: Promise<unknown>): Promise<SnapshotsError> {
      const error = await attempt.then(
        (value) => new Error(`not refused: ${JSON.stringify(value)}`),
        (thrown: unknown) => thrown,
      );
      if (!isSnapshotsError(error)) throw error;
      return error;
    }

    function expectFit(error: SnapshotsError): void {
      expect(error.message).toMatch(new RegExp(`^\\[${given.platform}\\] `));
      for (const secret of opened.connection.secrets) expect(`${error.message} ${error.stack}`).not.toContain(secret);
      expect(error.message).not.toMatch(/Signature=[^[]|<html|[\r\n]/i);
    }

    it("lists newest first, whatever order the answer has", async () => {
      for (const hour of [3, 1, 4, 2]) given.add(opened.emulator, Date.UTC(2026, 10, 20, hour));
      const straight = await list();
      opened.emulator.faults.add(onList({ fault: "list-shuffle" }));
      const shuffled = await list();
      const ids = straight.snapshots.map(({ snapshotId }) => snapshotId);
      expect(shuffled.snapshots.map(({ snapshotId }) => snapshotId)).toEqual(ids);
      expect(new Set(ids).size).toBe(ids.length);
      if (given.newestFirst === undefined) {
        const times = straight.snapshots.map(({ createdAt, snapshotId }) => createdAt ?? snapshotId);
        expect(times).toEqual([...times].sort().reverse());
      } else {
        expect(ids).toEqual(given.newestFirst(opened.emulator));
      }
      expect(ids.length).toBeGreaterThan(3);
    });

    it("tells the platform's clock", async () => {
      expect((await list()).serverTimeMs).toBe(Math.floor(opened.clock.now() / 1000) * 1000);
    });

    it("lists only what can be stored: no link, key or signature, nothing undefined", async () => {
      const { snapshots } = await list();
      expect(JSON.parse(JSON.stringify(snapshots))).toStrictEqual(snapshots);
      expect(JSON.stringify(snapshots)).not.toMatch(/https?:|Signature|Expires|[0-9a-f]{40}/);
    });

    it("shows the same snapshot the same way on every list", async () => {
      expect((await list()).snapshots).toEqual((await list()).snapshots);
    });

    it("finds a snapshot that is there", async () => {
      const reference = await newest();
      expect(await observe(reference)).toMatchObject({
        outcome: "found",
        snapshot: { snapshotId: reference.snapshotId },
      });
    });

    it("finds it where only its own id is known", async () => {
      const { snapshotId } = await newest();
      expect(await observe({ snapshotId })).toMatchObject({ outcome: "found", snapshot: { snapshotId } });
    });

    it("says gone on a list of the others without it, with the proof in words", async () => {
      given.add(opened.emulator, Date.UTC(2026, 10, 20));
      const reference = await newest();
      given.removeNewest(opened.emulator);
      opened.clock.advance(24 * 3_600_000);
      const observed = await observe(reference);
      expect(observed).toEqual({ outcome: "gone", proof: expect.stringContaining(given.proof ?? given.targetId) });
    });

    const looked: [string, (fault: Fault) => FaultRule, typeof proofless][] = [
      // A real 404 with an empty body or one of another shape still has its status.
      ["show", onShow, proofless.filter(([, { fault }]) => !["empty-body", "wrong-shape"].includes(fault))],
      ["list", onList, proofless],
    ];
    const looks = looked.filter(([by]) =>
      by === "show" ? given.show !== undefined : (given.proofBy ?? "list") === "list",
    );
    for (const [by, on, faults] of looks) {
      it.each(faults)(`never says gone after %s on its ${by}`, async (title, fault, kind) => {
        given.add(opened.emulator, Date.UTC(2026, 10, 20));
        const reference = await newest();
        given.removeNewest(opened.emulator);
        opened.clock.advance(24 * 3_600_000);
        opened.emulator.faults.add(on(fault));
        const error = await refusal(observe(reference));
        expect(error.kind).toBe(kindOf(title, kind));
        expectFit(error);
      });
    }

    it.each(proofless)("never lists nothing after %s", async (title, fault, kind) => {
      opened.emulator.faults.add(onList(fault));
      const error = await refusal(list());
      expect(error.kind).toBe(kindOf(title, kind));
      expectFit(error);
    });

    it("never says gone where the target itself is unknown to the platform", async () => {
      const reference = await newest();
      const elsewhere = { ...target(), id: "nowhere" };
      const observed = await opened.platform
        .observe(elsewhere, reference, opened.scope())
        .catch((error: unknown) => error);
      if (observed instanceof SnapshotsError) {
        expect(observed.kind).toBe(given.show === undefined ? "notFound" : "unexpectedAnswer");
      } else expect(observed).toMatchObject({ outcome: "unproven" });
    });

    if (!given.filters) {
      it("never lists a target that the platform doesn't know", async () => {
        expect((await refusal(opened.platform.list({ ...target(), id: "nowhere" }, opened.scope()))).kind).toBe(
          "notFound",
        );
      });
    }

    it.each(passing)("gets over %s in a list", async (_title, fault) => {
      const expected = (await list()).snapshots;
      opened.emulator.faults.add(onList(fault));
      expect((await list()).snapshots).toEqual(expected);
    });

    it("stops at once when the credential is refused, and names the connection", async () => {
      opened.emulator[given.platform].access.revoked = true;
      const error = await refusal(list());
      expect(error.kind).toBe("unauthorized");
      expect(error.message).toContain(`connection "${given.platform}"`);
      expect(opened.count(given.list)).toBe(1);
      expectFit(error);
    });

    it("sends its credential and version, and nothing that changes anything, to read", async () => {
      await newest();
      const header = given.credentialHeader ?? "authorization";
      for (const request of opened.emulator.requests) {
        expect(request.headerNames).toContain(header);
        expect(request.userAgent).toMatch(/^pulumi-snapshots\/\d/);
        expect(request.query).not.toContain(opened.connection.secrets[0]);
        expect(request.changes).toBe(false);
      }
    });

    it("has the verbs of its capability table and no others", () => {
      expect({
        create: opened.platform.create !== undefined,
        download: opened.platform.downloadLink !== undefined,
        listAccount: opened.platform.listAccount !== undefined,
        delete: "delete" in opened.platform,
      }).toEqual({
        create: definition.create,
        download: definition.download,
        listAccount: definition.listAccount,
        delete: definition.delete,
      });
      const missing = Object.entries({
        create: definition.create,
        delete: definition.delete,
        download: definition.download,
        listAccount: definition.listAccount,
        restore: Object.keys(definition.targets).every((name) => Object.hasOwn(definition.restoreTargets, name)),
      }).filter(([, can]) => !can);
      expect(Object.keys(definition.cannot).sort()).toEqual(missing.map(([verb]) => verb).sort());
      expect(given.create !== undefined).toBe(definition.create);
    });

    if (definition.download) {
      it("gives a link that downloads the snapshot's bytes, another one each time where it is signed", async () => {
        const reference = await newest();
        const link = await opened.platform.downloadLink?.(target(), reference, opened.scope());
        const file = await ask(link?.url ?? "");
        expect(file.status).toBe(200);
        expect(file.bytes.subarray(0, 4).toString("latin1")).toBe("PK\u0003\u0004");
        expect(file.text).toMatch(given.contentOf?.(reference, given.targetId) ?? "no content is expected");
        if (link?.expiresAt !== undefined) expect(Date.parse(link.expiresAt)).toBeGreaterThan(opened.clock.now());
      });

      it("gives no link to a snapshot that isn't there", async () => {
        const reference = await newest();
        given.removeNewest(opened.emulator);
        const error = await refusal(
          opened.platform.downloadLink?.(target(), reference, opened.scope()) ?? Promise.resolve(),
        );
        expect(error.kind).toBe("notFound");
        expectFit(error);
      });
    }

    if (definition.create) {
      const create = (timeoutMs = definition.createTimeoutMs) =>
        opened.platform.create?.(target(), given.inputs ?? {}, opened.scope(timeoutMs)) ??
        Promise.reject(new Error("no create"));

      it("takes one snapshot with exactly one request that changes anything", async () => {
        const before = (await list()).snapshots.length;
        await create();
        expect(opened.changes()).toBe(1);
        expect((await list()).snapshots).toHaveLength(before + 1);
      });

      it("tells the platform's clock in the answer", async () => {
        const answer = await create();
        expect(answer.serverTimeMs).toBe(Math.floor(opened.clock.now() / 1000) * 1000);
      });

      it("names what it made, or finds it among the new ones, never a foreign one", async () => {
        const known = new Set((await list()).snapshots.map(({ snapshotId }) => snapshotId));
        given.add(opened.emulator, opened.clock.now() - 100_000);
        opened.clock.advance(1_000);
        const answer = await create();
        const fresh = (await list()).snapshots.filter(({ snapshotId }) => !known.has(snapshotId));
        expect(fresh).toHaveLength(2);
        const selection = opened.platform.select?.(answer, fresh, given.inputs ?? {});
        const made = answer.snapshot ?? (selection?.outcome === "one" ? selection.snapshot : undefined);
        expect(made?.snapshotId).toBe(fresh[0]?.snapshotId);
        expect(JSON.stringify(answer)).not.toMatch(/https?:|Signature/);
      });

      it.each<[string, Fault]>([
        ["409 while the target is busy", { fault: "status", status: 409, times: 7 }],
        [
          "429 with a time to wait",
          { fault: "status", status: 429, body: {}, headers: { "retry-after": "42" }, times: 2 },
        ],
        ["429 without one", { fault: "status", status: 429, body: {} }],
      ])("waits and asks again after %s", async (_title, fault) => {
        const before = (await list()).snapshots.length;
        const rule = opened.emulator.faults.add(onCreate(fault));
        await create();
        expect(rule.fired).toBe(fault.times ?? 1);
        expect(opened.clock.sleeps.length).toBeGreaterThanOrEqual(rule.fired);
        expect((await list()).snapshots).toHaveLength(before + 1);
      });

      it("gives up on a busy target at its deadline, surely without having taken one", async () => {
        opened.emulator.faults.add(onCreate({ fault: "status", status: 409, times: "always" }));
        const error = await refusal(create(600_000));
        expect(error).toMatchObject({ kind: "conflict", executed: "no" });
        expectFit(error);
      });

      it.each<[string, Fault, ErrorKind]>([
        ["the connection breaks after it", { fault: "reset-after-commit" }, "unavailable"],
        ["the connection breaks before it", { fault: "reset-before-commit" }, "unavailable"],
        ["its answer is cut", { fault: "cut" }, "unavailable"],
        ["a gateway answers 502 after it", { fault: "html", status: 502, commit: true }, "unavailable"],
        ["a gateway answers 504", { fault: "status", status: 504, body: {} }, "unavailable"],
        ["its answer is empty", { fault: "empty-body" }, "unexpectedAnswer"],
        ["its answer is a page", { fault: "html", status: 200, commit: true }, "unexpectedAnswer"],
        [
          "its answer says error with 200",
          { fault: "status", status: 200, body: given.answersAnything ? "error" : { status: "error" } },
          "unexpectedAnswer",
        ],
        ["it is redirected", { fault: "redirect", location: "/", commit: true }, "unexpectedAnswer"],
      ])("never asks again when %s: it may have been carried out", async (_title, fault, kind) => {
        opened.emulator.faults.add(onCreate(fault));
        const error = await refusal(create());
        expect({ kind: error.kind, executed: error.executed }).toEqual({ kind, executed: "maybe" });
        expect(opened.changes()).toBe(1);
        expectFit(error);
      });

      it.each<[string, Fault, ErrorKind]>([
        ["401", { fault: "status", status: 401 }, "unauthorized"],
        ["402", { fault: "status", status: 402 }, "quota"],
        ["403", { fault: "status", status: 403 }, "forbidden"],
        ["403 with HTML", { fault: "html", status: 403 }, "forbidden"],
        ["404", { fault: "status", status: 404 }, "notFound"],
        ["400", { fault: "status", status: 400, body: {} }, "invalid"],
      ])("does not ask again after %s: it surely was not carried out", async (_title, fault, kind) => {
        opened.emulator.faults.add(onCreate(fault));
        const error = await refusal(create());
        expect({ kind: error.kind, executed: error.executed }).toEqual({ kind, executed: "no" });
        expect(opened.changes()).toBe(1);
        expectFit(error);
      });
    }

    if (definition.delete) {
      const onDelete = (fault: Fault): FaultRule =>
        ({ platform: given.platform, operation: given.delete, ...fault }) as FaultRule;
      const remove = (reference: SnapshotReference, timeoutMs?: number) =>
        opened.platform.delete?.(target(), reference, opened.scope(timeoutMs)) ??
        Promise.reject(new Error("no delete"));
      const isThere = async ({ snapshotId }: SnapshotReference) =>
        (await list()).snapshots.some((snapshot) => snapshot.snapshotId === snapshotId);

      it("deletes one with one request, returns when it is gone, and touches no other", async () => {
        given.add(opened.emulator, Date.UTC(2026, 10, 20));
        const before = (await list()).snapshots;
        const reference = await newest();
        await remove(reference);
        expect(opened.changes()).toBe(1);
        expect((await list()).snapshots).toEqual(
          before.filter(({ snapshotId }) => snapshotId !== reference.snapshotId),
        );
        given.add(opened.emulator, Date.UTC(2026, 10, 20));
        expect(await observe(reference)).toMatchObject({ outcome: "gone" });
      });

      it("finds no fault with one that is gone already", async () => {
        const reference = await newest();
        await remove(reference);
        await remove(reference);
        expect(await isThere(reference)).toBe(false);
      });

      it.each<[string, Fault]>([
        ["a lost answer", { fault: "reset-after-commit" }],
        ["a connection that breaks before it", { fault: "reset-before-commit" }],
        ["a 500", { fault: "status", status: 500 }],
        ["a gateway's 503", { fault: "html", status: 503 }],
        ["a 429", { fault: "status", status: 429, body: {}, headers: { "retry-after": "2" } }],
      ])("gets over %s of a deletion", async (_title, fault) => {
        const reference = await newest();
        const rule = opened.emulator.faults.add(onDelete(fault));
        await remove(reference);
        expect(rule.fired).toBe(1);
        expect(await isThere(reference)).toBe(false);
      });

      it.each<[string, Fault, ErrorKind]>([
        ["401", { fault: "status", status: 401, times: "always" }, "unauthorized"],
        ["403", { fault: "status", status: 403, times: "always" }, "forbidden"],
        ["403 with HTML", { fault: "html", status: 403, times: "always" }, "forbidden"],
        ["a gateway's 404", { fault: "html", status: 404, times: "always" }, "unexpectedAnswer"],
        ["a page with 200", { fault: "html", status: 200, times: "always" }, "unexpectedAnswer"],
        ["a redirect", { fault: "redirect", location: "/", times: "always" }, "unexpectedAnswer"],
      ])("never takes %s for a deletion", async (title, fault, kind) => {
        const reference = await newest();
        opened.emulator.faults.add(onDelete(fault));
        const error = await refusal(remove(reference));
        expect(error.kind).toBe(kindOf(title, kind));
        expectFit(error);
        opened.emulator.faults.clear();
        expect(await isThere(reference)).toBe(true);
      });

      it.each<[string, Fault]>([
        ["500", { fault: "status", status: 500, times: "always" }],
        ["503 with HTML", { fault: "html", status: 503, times: "always" }],
      ])("says in the end what stood in the way when every answer is %s", async (_title, fault) => {
        const reference = await newest();
        opened.emulator.faults.add(onDelete(fault));
        const error = await refusal(remove(reference, 60_000));
        expect(["unavailable", "timeout"]).toContain(error.kind);
        expect(error.message).toMatch(/HTTP 50[03]/);
        expectFit(error);
        opened.emulator.faults.clear();
        expect(await isThere(reference)).toBe(true);
      });
    }
  });
}
