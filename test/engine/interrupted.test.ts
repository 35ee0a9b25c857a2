import { seed } from "../../emulator";
import { isRunning, killTree } from "../pulumi-cli/processes.js";
import { STACK } from "../support/engine";
import { type Case, creates, declareCreates, finishAll, holdAt, keepRunning, liftLimits } from "./creates";
import { clearUp, endOf, intents, kill, type Run, runInto, until } from "./provider-process";
import { changesSeenBy, concernsOf, createStack, diagnosticsOf, type Stack } from "./stack";

/** Time after which nothing of a killed run can appear on any platform. */
const LAG_MS = 36 * 60_000;

let stack: Stack;
let changes: () => string[];
let ahead = 0;
let left: readonly number[] = [];
beforeEach(async () => {
  ahead = 0;
  left = [];
  stack = await createStack({ emulator: { now: () => Date.now() + ahead } });
  liftLimits(stack.emulator);
  for (const { name, create } of cases) create.addTarget(stack.emulator, name);
  changes = changesSeenBy(stack.emulator);
});
afterEach(async () => {
  for (const pid of left) killTree(pid);
  await stack.dispose();
});

const { discloud, virtus, snapshooter, scp } = creates;
const named = (each: Record<string, Case["create"]>): Case[] =>
  Object.entries(each).map(([name, create]) => ({ name, create }));
const cases = named({ discloud, virtus, snapshooter, scp });

/** Starts a run that hangs at each request for a snapshot, before the platform has received it or after. */
async function runIntoPosts(when: "before" | "after"): Promise<Run> {
  const postOf = ({ create }: Case) => create.operations.findIndex((operation) => /^(create|start)-/.test(operation));
  const run = await runInto(
    stack,
    cases.map((each) => holdAt(stack.emulator, each, postOf(each), when)),
  );
  left = run.processes;
  return run;
}

/** Expects platform, state and journal to agree in the end: one snapshot for each resource, and nothing open. */
async function expectOneOfEach(): Promise<void> {
  const state = await stack.snapshots();
  expect(
    cases.map(({ name }) => [name, [state[name]?.outputs?.["snapshotId"]], state[name]?.outputs?.["status"]]),
  ).toEqual(cases.map(({ name, create }) => [name, create.made(stack.emulator, name), "available"]));
  // Nothing is open: a journal entry is removed once a run has seen its snapshot in the state.
  await stack.workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  expect(intents(stack)).toEqual([]);
}

test("while the provider of a killed CLI waits for an answer, no other run looks past it", async () => {
  const { emulator, workspace } = stack;
  declareCreates(stack, cases);
  finishAll(emulator);
  const run = await runIntoPosts("before");
  await kill("CLI", run);
  await run.ended;
  await workspace.pulumi(["cancel", "--yes"], { expectCode: 0 });
  changes();
  // The platform works on the request for longer than its longest list lag.
  ahead = LAG_MS;
  const early = await workspace.up(["--skip-preview", "--continue-on-error"]);
  for (const { name } of cases) {
    expect(diagnosticsOf(early, name).join("\n")).toMatch(
      /earlier run \(process \d+\) is still waiting for the answer/,
    );
  }
  ahead = 0;
  emulator.faults.clear();
  await until(() => run.provider.every((pid) => !isRunning(pid, undefined)));
  await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toEqual([]);
  await expectOneOfEach();
});

test("on a fresh machine the platform's own list tells: a name, or reuseWithin", async () => {
  const { emulator, workspace } = stack;
  // Discloud's times have no zone: one of the stack's own snapshots reveals it, if the run reads that one first.
  const held = named({ held: discloud });
  discloud.addTarget(emulator, "held");
  declareCreates(stack, held);
  await workspace.up(["--skip-preview"], { expectCode: 0 });
  const isNamed = ({ create }: Case) => create === scp;
  const reusing = cases.filter((each) => !isNamed(each)).map(({ name }) => [name, { reuseWithin: "1h" }]);
  declareCreates(stack, cases, Object.fromEntries(reusing), {
    held: discloud.args("held"),
  });
  finishAll(emulator);
  const run = await runIntoPosts("after");
  await kill("both", run);
  await clearUp(stack, "both", run);
  emulator.faults.clear();
  finishAll(emulator);
  changes();

  const fresh = { env: { PULUMI_HOME: `${workspace.home}-of-another-machine` }, expectCode: 0 };
  const next = await workspace.up(["--skip-preview", "--refresh", "--stack", STACK], fresh);
  expect(changes()).toEqual([]);
  const state = await stack.snapshots();
  expect(
    cases.map(({ name }) => [name, state[name]?.outputs?.["snapshotId"], state[name]?.outputs?.["adopted"]]),
  ).toEqual(cases.map((each) => [each.name, each.create.made(emulator, each.name)[0], !isNamed(each)]));
  expect(concernsOf(next, "scp")).toEqual([
    expect.stringMatching(/^warning: snapshot .* already has this resource's name/),
  ]);
});

describe("Ctrl-C", () => {
  test("once lets the running creates end, and their results are in the state", async () => {
    const { emulator } = stack;
    declareCreates(stack, cases);
    finishAll(emulator);
    const run = await runIntoPosts("after");
    process.kill(run.engine, "SIGINT");
    await until(() => /cancel/i.test(run.output()));
    emulator.faults.clear();
    const ended = await endOf(run);
    expect(ended.code).not.toBe(0);
    await expectOneOfEach();
  });

  test("twice ends the creates in the journal, and the next up recovers them", async () => {
    const { emulator, workspace } = stack;
    declareCreates(stack, cases);
    keepRunning(emulator);
    const run = await runIntoPosts("after");
    process.kill(run.engine, "SIGINT");
    await until(() => /cancel/i.test(run.output()));
    process.kill(run.engine, "SIGINT");
    await until(() => /terminating$/m.test(run.output()));
    emulator.faults.clear();
    const ended = await endOf(run);
    expect(ended.code).not.toBe(0);
    expect(changes()).toHaveLength(cases.length);
    expect(intents(stack).filter((file) => file.endsWith(".json"))).toHaveLength(cases.length);

    finishAll(emulator);
    const next = await workspace.up(["--skip-preview"], { expectCode: 0 });
    expect(next.output).toContain("4 pending operations");
    expect(changes()).toEqual([]);
    // The engine clears its pending creates on command; the resources stay.
    await workspace.refresh(["--skip-preview", "--clear-pending-creates"], { expectCode: 0 });
    expect((await workspace.state()).deployment.pending_operations ?? []).toEqual([]);
    await expectOneOfEach();
  });

  test("ends the wait of a request that was refused, and leaves nothing in the state", async () => {
    const { emulator, workspace } = stack;
    stack.declare({ busy: { platform: "scp", volumeId: seed.scp.volumeId, deletionPolicy: "delete" } });
    const refusal = { platform: "scp", operation: "create-snapshot", fault: "status", status: 409 } as const;
    emulator.faults.add({ ...refusal, times: "always" });
    let engine = 0;
    let isAsked = false;
    const ended = await workspace.up(["--skip-preview"], {
      onStart: (pid) => (engine = pid),
      onOutput(output) {
        if (isAsked || !output.includes("trying again")) return;
        isAsked = true;
        process.kill(engine, "SIGINT");
      },
    });
    expect(ended.code).not.toBe(0);
    expect(diagnosticsOf(ended, "busy").join("\n")).toMatch(/HTTP 409 .*not sent again: pulumi has been stopped/);
    expect(await workspace.resources(":Snapshot")).toEqual([]);
  });
});
