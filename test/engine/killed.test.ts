import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type ActiveFault, seed } from "../../emulator";
import { descendants, isRunning, killTree } from "../pulumi-cli/processes.js";
import { type CommandResult, type PulumiOptions, STACK } from "../support/engine";
import { type Case, creates, declareCreates, finishAll, holdAt, keepRunning, liftLimits } from "./creates";
import { commandLine, until } from "./provider-process";
import {
  besideClocks,
  changesSeenBy,
  concernsOf,
  createStack,
  diagnosticsOf,
  requestsSeenBy,
  type Stack,
} from "./stack";

/** After these times nothing of a killed run can appear on Discloud, SnapShooter and Samsung Cloud Platform, and then on Virtus Cloud. */
const LAG_MS = 11 * 60_000 + 1_000;
const VIRTUS_LAG_MS = 36 * 60_000;

const victims = ["provider", "CLI", "both"] as const;

let stack: Stack;
let ahead = 0;
let left: readonly number[] = [];
beforeEach(async () => {
  ahead = 0;
  stack = await createStack({ emulator: { now: () => Date.now() + ahead } });
  liftLimits(stack.emulator);
});
afterEach(async () => {
  for (const pid of left) killTree(pid);
  await stack.dispose();
});

/** A run of `pulumi up` that is under way. */
interface Run {
  readonly ended: Promise<CommandResult>;
  readonly engine: number;
  /** The dynamic provider's process, and the shell that has started it. */
  readonly provider: readonly number[];
  output(): string;
}

/** Starts `pulumi up` and waits until every hold has caught its request. */
async function runInto(holds: readonly ActiveFault[], options: PulumiOptions = {}): Promise<Run> {
  let engine = 0;
  let output = "";
  let isOver = false;
  const ended = stack.workspace
    .up(["--skip-preview", "--parallel", "64"], {
      ...options,
      onStart: (pid) => (engine = pid),
      onOutput: (text) => (output = text),
    })
    .finally(() => (isOver = true));
  await until(() => isOver || holds.every(({ holding }) => holding === 1));
  if (isOver) throw new Error(`the run ended before all requests had come:\n${(await ended).output}`);
  left = descendants(engine);
  const provider = left.filter((pid) => /dynamic-provider|pulumi-resource-pulumi-nodejs/.test(commandLine(pid)));
  return { ended, engine, provider, output: () => output };
}

function kill(victim: (typeof victims)[number], { engine, provider }: Run): void {
  const processes = provider.filter((pid) => /dynamic-provider/.test(commandLine(pid)));
  expect(processes.length).toBeGreaterThan(0);
  if (victim !== "CLI") for (const pid of processes) process.kill(pid, "SIGKILL");
  if (victim !== "provider") process.kill(engine, "SIGKILL");
}

/** Waits until the killed run is over and has left no provider behind, and frees the stack for the next one. */
async function clearUp(victim: (typeof victims)[number], run: Run): Promise<void> {
  await run.ended;
  await until(() => run.provider.every((pid) => !isRunning(pid, undefined)));
  if (victim !== "provider") await stack.workspace.pulumi(["cancel", "--yes"], { expectCode: 0 });
}

const intents = (): string[] => {
  const folder = join(stack.workspace.home, "pulumi-snapshots/intents");
  return existsSync(folder) ? readdirSync(folder) : [];
};

/** What the platform's truth, the state and the journal must be in the end: one snapshot a resource, and nothing open. */
async function expectOneOfEach(cases: readonly Case[]): Promise<void> {
  const state = await stack.snapshots();
  const truth = cases.map(({ name, create }) => [name, create.made(stack.emulator, name), "available"]);
  expect(
    cases.map(({ name }) => [name, [state[name]?.outputs?.["snapshotId"]], state[name]?.outputs?.["status"]]),
  ).toEqual(truth);
  await stack.workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  expect(intents()).toEqual([]);
}

/** Every request of every create, held before it reaches the platform, and held before its answer leaves. */
const boundaries = Object.entries(creates).flatMap(([kind, create]) =>
  create.operations.flatMap((_, index) =>
    (["before", "after"] as const).map((when) => ({ name: `${kind}-${index}-${when}`, create, index, when })),
  ),
);
const postOf = ({ create }: Case) => create.operations.findIndex((operation) => /^(create|start)-/.test(operation));
const namesOf = (cases: readonly Case[]) => cases.map(({ name }) => name);
/** Those of the cases that have a snapshot on the platform. */
const madeOf = (cases: readonly Case[]) =>
  namesOf(cases.filter(({ name, create }) => create.made(stack.emulator, name).length > 0));

describe.each(victims)("kill -9 of the %s", (victim) => {
  test("at any request of a create leaves at most one snapshot, and the next up has it in its state", async () => {
    const { emulator, workspace } = stack;
    declareCreates(stack, boundaries);
    keepRunning(emulator);
    const requests = requestsSeenBy(emulator);
    const run = await runInto(boundaries.map((each) => holdAt(emulator, each, each.index, each.when)));
    const before = requests();
    for (const { name, create, index } of boundaries) {
      const sent = before.filter(({ target }) => target === name).map(({ operation }) => operation);
      expect([name, sent]).toEqual([name, create.operations.slice(0, index + 1)]);
    }

    kill(victim, run);
    // Where the provider lives on, what has left reaches the platform, and is answered.
    if (victim === "CLI") emulator.faults.clear();
    await clearUp(victim, run);
    expect(requests().filter(({ changes }) => changes)).toEqual([]);
    const asked = boundaries.filter((each) => each.index >= postOf(each));
    const cut = asked.filter((each) => each.index === postOf(each) && each.when === "before" && victim !== "CLI");
    const made = asked.filter((each) => !cut.includes(each));
    expect(madeOf(boundaries)).toEqual(namesOf(made));

    emulator.faults.clear();
    finishAll(emulator);
    ahead = LAG_MS;
    const next = await workspace.up(["--skip-preview", "--parallel", "64", "--continue-on-error"]);
    const sent = requests();
    const changed = namesOf(
      boundaries.filter(({ name }) => sent.some(({ changes, target }) => changes && target === name)),
    );
    const refused = cut.filter(({ create }) => create.platform === "virtus");
    expect(changed).toEqual(namesOf(boundaries.filter((each) => !made.includes(each) && !refused.includes(each))));
    expect(next.code === 0).toBe(refused.length === 0);
    for (const { name } of refused) {
      expect(diagnosticsOf(next, name).join("\n")).toMatch(/the list may lag until .* No second one is requested/);
    }
    for (const { name } of made) {
      const told = besideClocks(concernsOf(next, name));
      const isNamed =
        /^warning: an earlier run created snapshot .* it is recovered|^warning: the answer to the request of .* was lost/;
      // Where the answer is known and names a link only, the list tells what it is about.
      expect([name, told]).toEqual([
        name,
        told.length === 0 && name.startsWith("virtus") ? [] : [expect.stringMatching(isNamed)],
      ]);
    }

    ahead = VIRTUS_LAG_MS;
    await workspace.up(["--skip-preview"], { expectCode: 0 });
    await expectOneOfEach(boundaries);
  }, 600_000);

  test("as soon as the last answer has left leaves one snapshot, whether or not the state has it", async () => {
    const { emulator, workspace } = stack;
    const cases = Object.entries(creates).map(([name, create]) => ({ name, create }));
    declareCreates(stack, cases);
    finishAll(emulator);
    const lastOf = ({ create }: Case) =>
      create.platform === "snapshooter"
        ? create.operations.indexOf("get-backup")
        : create.platform === "scp"
          ? create.operations.indexOf("create-snapshot")
          : create.operations.length - 1;
    const changes = changesSeenBy(emulator);
    const run = await runInto(cases.map((each) => holdAt(emulator, each, lastOf(each), "after")));
    expect(changes()).toHaveLength(cases.length);
    const held = emulator.requests.filter(({ status }) => status === undefined);
    expect(held).toHaveLength(cases.length);

    emulator.faults.clear();
    while (held.some(({ status }) => status === undefined)) await new Promise(setImmediate);
    kill(victim, run);
    await clearUp(victim, run);
    ahead = LAG_MS;
    await workspace.up(["--skip-preview"], { expectCode: 0 });
    expect(changes()).toEqual([]);
    await expectOneOfEach(cases);
  }, 600_000);
});

const { discloud, virtus, snapshooter, scp } = creates;
const named = (each: Record<string, Case["create"]>): Case[] =>
  Object.entries(each).map(([name, create]) => ({ name, create }));
const holdPosts = (cases: readonly Case[]) => cases.map((each) => holdAt(stack.emulator, each, postOf(each), "after"));

test("candidates that nothing tells apart are all named, and none is claimed until adopt chooses", async () => {
  const { emulator, workspace } = stack;
  const unclear = named({ discloud, virtus, snapshooter });
  const cases = [...unclear, ...named({ scp })];
  declareCreates(stack, cases);
  finishAll(emulator);
  const run = await runInto(holdPosts(cases));
  kill("both", run);
  await clearUp("both", run);
  emulator.faults.clear();
  emulator.discloud.addSnapshot("discloud");
  emulator.virtus.addSnapshot("virtus");
  emulator.snapshooter.addBackup("snapshooter");
  emulator.scp.virtualserver.addSnapshot("scp");
  const changes = changesSeenBy(emulator);
  changes();

  const next = await workspace.up(["--skip-preview", "--continue-on-error"]);
  expect(next.code).not.toBe(0);
  for (const { name, create } of unclear) {
    const told = diagnosticsOf(next, name).join("\n");
    const candidates = create.made(emulator, name);
    expect(candidates).toHaveLength(2);
    for (const candidate of candidates) expect(told).toContain(candidate);
    expect(told).toMatch(/pass adopt: "/);
  }
  // A name tells.
  const own = (await stack.snapshot("scp")).outputs?.["snapshotId"];
  expect(own).toBe(scp.made(emulator, "scp")[0]);

  const chosen = unclear.map(({ name, create }) => [name, create.made(emulator, name)[0]] as const);
  const adopting = chosen.map(([name, adopt]) => [name, { ...creates[name as "discloud"].args(name), adopt }]);
  stack.declare({ ...Object.fromEntries(adopting), scp: scp.args("scp") });
  await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toEqual([]);
  const state = await stack.snapshots();
  expect(chosen.map(([name]) => [name, state[name]?.outputs?.["snapshotId"]])).toEqual(chosen);
  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  expect(intents()).toEqual([]);
}, 600_000);

test("while the provider of a killed CLI waits for an answer, no other run looks past it", async () => {
  const { emulator, workspace } = stack;
  const cases = named({ discloud, virtus, snapshooter, scp });
  declareCreates(stack, cases);
  finishAll(emulator);
  const run = await runInto(cases.map((each) => holdAt(emulator, each, postOf(each), "before")));
  kill("CLI", run);
  await run.ended;
  await workspace.pulumi(["cancel", "--yes"], { expectCode: 0 });
  const changes = changesSeenBy(emulator);
  changes();
  // The platform works on the request for longer than its list is ever late.
  ahead = VIRTUS_LAG_MS;
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
  await expectOneOfEach(cases);
}, 600_000);

test("on a fresh machine the platform's own list tells: a name, or reuseWithin", async () => {
  const { emulator, workspace } = stack;
  const reusing = named({ discloud, virtus, snapshooter });
  const cases = [...reusing, ...named({ scp })];
  // Discloud's times have no zone: one of the stack's own snapshots shows it, where the run reads it first.
  const held = named({ held: discloud });
  declareCreates(stack, held);
  await workspace.up(["--skip-preview"], { expectCode: 0 });
  declareCreates(stack, cases);
  const declared = {
    held: discloud.args("held"),
    ...Object.fromEntries(reusing.map(({ name, create }) => [name, { ...create.args(name), reuseWithin: "1h" }])),
    scp: scp.args("scp"),
  };
  stack.declare(declared);
  finishAll(emulator);
  const run = await runInto(holdPosts(cases));
  kill("both", run);
  await clearUp("both", run);
  emulator.faults.clear();
  finishAll(emulator);
  const changes = changesSeenBy(emulator);
  changes();

  const fresh = { env: { PULUMI_HOME: `${workspace.home}-of-another-machine` }, expectCode: 0 };
  const next = await workspace.up(["--skip-preview", "--refresh", "--stack", STACK], fresh);
  expect(changes()).toEqual([]);
  const state = await stack.snapshots();
  const outputs = cases.map(({ name }) => [
    name,
    state[name]?.outputs?.["snapshotId"],
    state[name]?.outputs?.["adopted"],
  ]);
  expect(outputs).toEqual(cases.map(({ name, create }) => [name, create.made(emulator, name)[0], name !== "scp"]));
  expect(concernsOf(next, "scp")).toEqual([
    expect.stringMatching(/^warning: snapshot .* already has this resource's name/),
  ]);
  await workspace.preview(["--expect-no-changes", "--stack", STACK], fresh);
}, 600_000);

describe("Ctrl-C", () => {
  const cases = named({ discloud, virtus, snapshooter, scp });

  test("once lets the running creates end, and their results are in the state", async () => {
    const { emulator, workspace } = stack;
    declareCreates(stack, cases);
    finishAll(emulator);
    const run = await runInto(holdPosts(cases));
    process.kill(run.engine, "SIGINT");
    await until(() => /cancel/i.test(run.output()));
    emulator.faults.clear();
    const ended = await run.ended;
    expect(ended.code).not.toBe(0);
    expect(run.provider.filter((pid) => isRunning(pid, undefined))).toEqual([]);
    expect(Object.keys(await stack.snapshots()).sort()).toEqual(namesOf(cases).sort());
    await workspace.up(["--skip-preview"], { expectCode: 0 });
    await expectOneOfEach(cases);
  }, 600_000);

  test("ends the wait of a request that was refused, and leaves nothing in the state", async () => {
    const { emulator, workspace } = stack;
    stack.declare({ busy: { platform: "scp", volumeId: seed.scp.volumeId, deletionPolicy: "delete" } });
    emulator.faults.add({
      platform: "scp",
      operation: "create-snapshot",
      fault: "status",
      status: 409,
      times: "always",
    });
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
  }, 600_000);

  test("twice ends the creates in the journal, and the next up takes them over", async () => {
    const { emulator, workspace } = stack;
    declareCreates(stack, cases);
    keepRunning(emulator);
    const changes = changesSeenBy(emulator);
    const run = await runInto(holdPosts(cases));
    process.kill(run.engine, "SIGINT");
    await until(() => /cancel/i.test(run.output()));
    process.kill(run.engine, "SIGINT");
    await until(() => /terminating$/m.test(run.output()));
    emulator.faults.clear();
    const ended = await run.ended;
    expect(ended.code).not.toBe(0);
    await until(() => run.provider.every((pid) => !isRunning(pid, undefined)));
    expect(changes()).toHaveLength(cases.length);
    expect(intents().filter((file) => file.endsWith(".json"))).toHaveLength(cases.length);

    finishAll(emulator);
    const next = await workspace.up(["--skip-preview"], { expectCode: 0 });
    expect(next.output).toContain("4 pending operations");
    expect(changes()).toEqual([]);
    await expectOneOfEach(cases);
    // What the engine remembers of the creates that it has seen no end of, it forgets on command; the resources stay.
    await workspace.refresh(["--skip-preview", "--clear-pending-creates"], { expectCode: 0 });
    expect((await workspace.state()).deployment.pending_operations ?? []).toEqual([]);
    await expectOneOfEach(cases);
  }, 600_000);
});
