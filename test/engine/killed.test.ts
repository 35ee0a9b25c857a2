import { killTree } from "../pulumi-cli/processes.js";
import { type Case, creates, declareCreates, finish, finishAll, holdAt, keepRunning, liftLimits } from "./creates";
import { clearUp, intents, kill, runInto, until, victims } from "./provider-process";
import { besideClocks, concernsOf, createStack, diagnosticsOf, requestsSeenBy, type Stack } from "./stack";

/**
 * Times after which nothing of a killed run can appear: on Discloud, SnapShooter and Samsung Cloud Platform, then on
 * Virtus Cloud.
 */
const LAG_MS = 11 * 60_000 + 1_000;
const VIRTUS_LAG_MS = 36 * 60_000;
const FOREIGN_AFTER_MS = 60_000;

let stack: Stack;
let ahead = 0;
let left: readonly number[] = [];
beforeEach(async () => {
  ahead = 0;
  left = [];
  stack = await createStack({ emulator: { now: () => Date.now() + ahead } });
  liftLimits(stack.emulator);
});
afterEach(async () => {
  for (const pid of left) killTree(pid);
  await stack.dispose();
});

interface Held extends Case {
  readonly index: number;
  readonly when: "before" | "after";
}

const namesOf = (cases: readonly Case[]) => cases.map(({ name }) => name);
const postOf = ({ create }: Case) => create.operations.findIndex((operation) => /^(create|start)-/.test(operation));
const heldCases = (what: string, holdsOf: (given: Case) => [index: number, when: "before" | "after"][]): Held[] =>
  Object.entries(creates).flatMap(([kind, create]) =>
    holdsOf({ name: kind, create }).map(([index, when]) => ({
      name: `${kind}-${what}-${index}-${when}`,
      create,
      index,
      when,
    })),
  );

/** Every request of every create, held once before it reaches the platform and once before its response leaves. */
const boundaries = heldCases("at", ({ create }) =>
  create.operations.flatMap((_, index): [number, "before" | "after"][] => [
    [index, "before"],
    [index, "after"],
  ]),
);
/** Creates held at the request for the snapshot, and released until they are almost done. */
const done = heldCases("done", (given) => [[postOf(given), "after"]]);
/** Creates held at the request for the snapshot, while somebody else takes one, too. */
const unclear = heldCases("unclear", (given) => [[postOf(given), "after"]]);
const cases = [...boundaries, ...done, ...unclear];
/** Policy whose slot is the start of this year. */
const policy = {
  resource: "BackupPolicy",
  platform: "discloud",
  appId: "policy",
  schedules: [{ cron: "0 3 1 1 *" }],
} as const;

/** Whether the response has left that reports a case's snapshot as usable. */
function isAnswered({ name, create: { operations } }: Case): boolean {
  const answers = stack.emulator.requests.filter(({ target, status }) => target === name && status !== undefined);
  // The last request is repeated until the snapshot is usable; if it already is, one is enough.
  return answers.length >= operations.length - Number(operations.at(-1) === operations.at(-2));
}

describe.each(victims)("kill -9 of the %s", (victim) => {
  test("at any request of a create leaves at most one snapshot, and the next up has it in its state or names the candidates", async () => {
    const { emulator, workspace } = stack;
    for (const { name, create } of cases) create.addTarget(emulator, name);
    emulator.discloud.addApp(policy.appId);
    declareCreates(stack, cases, {}, { policy });
    keepRunning(emulator);
    const requests = requestsSeenBy(emulator);
    const holds = new Map(cases.map((each) => [each.name, holdAt(emulator, each, each.index, each.when)]));
    const ofPolicy = { platform: "discloud", operation: "create-snapshot", target: policy.appId } as const;
    const run = await runInto(stack, [...holds.values(), emulator.faults.add({ ...ofPolicy, fault: "hold" })]);
    left = run.processes;
    const before = requests();
    for (const { name, create, index } of boundaries) {
      const sent = before.filter(({ target }) => target === name).map(({ operation }) => operation);
      expect([name, sent]).toEqual([name, create.operations.slice(0, index + 1)]);
    }

    // The response that reports it as usable leaves right before the kill.
    finish(emulator, namesOf(done));
    for (const { name } of done) holds.get(name)?.release();
    await until(() => done.every(isAnswered));
    await kill(victim, run);
    // If the provider survives, its requests in flight reach the platform and are answered.
    if (victim === "CLI") emulator.faults.clear();
    await clearUp(stack, victim, run);
    expect(requests().filter(({ changes }) => changes)).toEqual([]);
    const asked = cases.filter((each) => each.index >= postOf(each));
    const cut = asked.filter((each) => each.index === postOf(each) && each.when === "before" && victim !== "CLI");
    const made = asked.filter((each) => !cut.includes(each));
    const onPlatform = cases.filter(({ name, create }) => create.made(emulator, name).length > 0);
    expect(namesOf(onPlatform)).toEqual(namesOf(made));

    emulator.faults.clear();
    // Late enough that a response's time identifies its snapshot, early enough to be mistaken for it without that time.
    ahead = FOREIGN_AFTER_MS;
    for (const { name, create } of unclear) create.addForeign(emulator, name);
    finishAll(emulator);
    ahead = LAG_MS;
    const next = await workspace.up(["--skip-preview", "--parallel", "64", "--continue-on-error"]);
    const sent = requests();
    const changed = cases.filter(({ name }) => sent.some(({ changes, target }) => changes && target === name));
    const early = cut.filter(({ create }) => create.platform === "virtus");
    expect(namesOf(changed)).toEqual(namesOf(cases.filter((each) => !made.includes(each) && !early.includes(each))));
    // A provider that survived recorded what the response named.
    const refused = victim === "CLI" ? [] : unclear.filter(({ create }) => create !== creates.scp);
    expect(next.code === 0).toBe(early.length + refused.length === 0);
    const says = (name: string) => diagnosticsOf(next, name).join("\n");
    for (const { name } of early) expect(says(name)).toMatch(/the list may lag until .* No second one is requested/);
    for (const { name, create } of refused) {
      const candidates = create.made(emulator, name);
      expect(candidates).toHaveLength(2);
      for (const candidate of candidates)
        expect([name, says(name)]).toEqual([name, expect.stringContaining(candidate)]);
      expect(says(name)).toMatch(/pass adopt: "/);
    }
    const isTold =
      /^warning: an earlier run created snapshot .* it is recovered|^warning: the answer to the request of .* was lost/;
    for (const { name } of boundaries.filter((each) => made.includes(each))) {
      const told = besideClocks(concernsOf(next, name));
      // If the response is known and names only a link, the list shows which snapshot it is about.
      expect([name, told]).toEqual([
        name,
        told.length === 0 && name.startsWith("virtus") ? [] : [expect.stringMatching(isTold)],
      ]);
    }

    ahead = VIRTUS_LAG_MS;
    const chosen = refused.map(({ name, create }) => [name, create.made(emulator, name)[0]] as const);
    declareCreates(stack, cases, Object.fromEntries(chosen.map(([name, adopt]) => [name, { adopt }])), { policy });
    await workspace.up(["--skip-preview", "--parallel", "64"], { expectCode: 0 });
    const state = await stack.snapshots();
    for (const { name, create } of cases) {
      const { snapshotId, status } = state[name]?.outputs ?? {};
      expect([name, snapshotId, status]).toEqual([name, create.made(emulator, name)[0], "available"]);
    }
    const single = cases.filter((each) => !unclear.includes(each));
    for (const { name, create } of single) expect([name, create.made(emulator, name).length]).toEqual([name, 1]);
    expect((await stack.policies())["policy"]?.outputs?.["snapshots"]).toMatchObject([{ status: "available" }]);
    expect(emulator.discloud.apps.get(policy.appId)?.snapshots.present()).toHaveLength(1);
    expect(intents(stack)).toEqual([]);
  });
});
