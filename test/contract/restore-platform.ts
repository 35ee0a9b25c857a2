import fc from "fast-check";
import type { FaultRule } from "../../emulator";
import { SnapshotsError } from "../../provider/model/errors";
import type { ObservedRestore, RestoreOrder, RestorePlatform } from "../../provider/model/restore";
import type { PlatformName } from "../../provider/platforms";
import { answering, answersLike } from "./arbitrary-answers";
import { type Opened, openOnEmulator } from "./opened";

/** Properties of a platform's restores that the suite needs. */
export interface RestoresUnderTest {
  readonly platform: PlatformName;
  readonly argument: string;
  /** Order to restore something that the emulator has at the start. */
  order(opened: Opened): Omit<RestoreOrder, "target"> & { readonly targetId: string };
  /** Read operations before the request, with well-formed responses whose parts are changed at random. */
  readonly looks: readonly { readonly operation: string; readonly wellFormed: unknown }[];
  readonly request: { readonly operation: string; readonly status: number; readonly wellFormed: unknown };
  /** Number of restores that the platform has carried out. */
  restores(opened: Opened): number;
}

/** Tests the contract of restores on one platform's emulator over real HTTP. */
export function describeRestores(under: RestoresUnderTest): void {
  const { platform: name, argument, looks, request } = under;
  let opened: Opened;
  let restores: RestorePlatform;
  let order: RestoreOrder;
  beforeEach(async () => {
    opened = await openOnEmulator(name);
    const { targetId, ...rest } = under.order(opened);
    order = { ...rest, target: opened.target(argument, targetId) };
    const given = opened.platform.restores?.[argument];
    if (given === undefined) throw new Error(`${name} restores no ${argument}`);
    restores = given;
  });
  afterEach(() => opened.emulator.close());

  const prepare = () => restores.prepare(order, opened.scope());
  const fault = (operation: string, rule: object) =>
    opened.emulator.faults.add({ platform: name, operation, ...rule } as FaultRule);

  it("looks without changing anything, and sends one request", async () => {
    const prepared = await prepare();
    expect(opened.changes()).toBe(0);
    expect(prepared.overwrites).toContain(order.target.id);
    expect(Math.abs((prepared.serverTimeMs ?? 0) - opened.clock.now())).toBeLessThan(1_000);
    expect(await prepared.send(opened.scope())).toMatchObject({ status: "accepted", startedAt: expect.any(String) });
    expect([opened.changes(), under.restores(opened)]).toEqual([1, 1]);
  });

  it("gets over what goes wrong with a look, and asks for nothing where it stays wrong", async () => {
    for (const { operation } of looks) fault(operation, { fault: "status", status: 503 });
    await prepare();
    for (const { operation } of looks) {
      const active = fault(operation, { fault: "html", status: 403, times: "always" });
      await expect(prepare()).rejects.toMatchObject({ kind: "forbidden" });
      expect(active.fired).toBeGreaterThan(0);
      opened.emulator.faults.clear();
    }
    expect(opened.changes()).toBe(0);
  });

  it.each<[string, object, "no" | "maybe"]>([
    ["a reset after the request was carried out", { fault: "reset-after-commit" }, "maybe"],
    ["500", { fault: "status", status: 500 }, "maybe"],
    ["HTML", { fault: "html" }, "maybe"],
    ["400", { fault: "status", status: 400 }, "no"],
    ["403", { fault: "status", status: 403 }, "no"],
    ["409, which is not waited for", { fault: "status", status: 409 }, "no"],
  ])("sends the request once, whatever the answer: %s", async (_what, rule, executed) => {
    const { send } = await prepare();
    fault(request.operation, { ...rule, times: "always" });
    await expect(send(opened.scope())).rejects.toMatchObject({ executed });
    expect(opened.changes()).toBe(1);
    expect(opened.clock.sleeps).toEqual([]);
  });

  it("sends the request again where the rate limit has refused it", async () => {
    const { send } = await prepare();
    fault(request.operation, { fault: "status", status: 429, headers: { "retry-after": "1" } });
    await send(opened.scope());
    expect([opened.changes(), under.restores(opened)]).toEqual([2, 1]);
  });

  it("takes no answer for more than it says", async () => {
    const { send } = await prepare();
    const { operation, status, wellFormed } = request;
    await fc.assert(
      fc.asyncProperty(answersLike(wellFormed), async (body) => {
        const given = { platform: name, operation, status };
        const restored = await answering(opened, given, body, () => send(opened.scope()));
        if (restored instanceof SnapshotsError) {
          expect(restored.executed).toBe("maybe");
          return;
        }
        const { status: shown, restoreId, startedAt, completedAt }: ObservedRestore = restored;
        expect(["accepted", "failed"]).toContain(shown);
        expect([undefined, "string"]).toContain(restoreId === undefined ? undefined : typeof restoreId);
        for (const time of [startedAt, completedAt]) {
          if (time !== undefined) expect(new Date(time).toISOString()).toBe(time);
        }
      }),
      { numRuns: 60 },
    );
    opened.emulator.faults.clear();
  });

  it.each(looks)(
    "prepares nothing on an answer to $operation that says less than is needed",
    async ({ operation, wellFormed }) => {
      await fc.assert(
        fc.asyncProperty(answersLike(wellFormed), async (body) => {
          const prepared = await answering(opened, { platform: name, operation }, body, prepare);
          if (prepared instanceof SnapshotsError) return;
          expect(prepared.overwrites).toContain(order.target.id);
        }),
        { numRuns: 60 },
      );
      opened.emulator.faults.clear();
      expect(opened.changes()).toBe(0);
    },
  );
}
