import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ActiveFault, type Emulator, seed } from "../../emulator";
import { descendants, isRunning, killTree } from "../pulumi-cli/processes.js";
import type { CommandResult, ResourceState } from "../support/engine";
import { compilerMessages } from "./compile";
import { commandLine, until } from "./provider-process";
import { changesSeenBy, createStack, type Declared, diagnosticsOf, requestsSeenBy, type Stack } from "./stack";

const { jobId, backupId } = seed.snapshooter;
const { volumeId, snapshotId } = seed.scp;
const { databaseId } = seed.virtus;
const VERSION_ID = "d5752931-847c-4403-8b78-3071a5879231";

/** A restore of each platform that restores; the instant is this one or none. */
const before = new Date(Date.now() + 3_600_000).toISOString();
const files = { platform: "snapshooter", jobId, backupId, confirm: { target: jobId, before } };
const volume = { platform: "scp", volumeId, snapshotId, confirm: { target: volumeId, before } };
const database = { platform: "virtus", databaseId, versionId: VERSION_ID, confirm: { target: databaseId, before } };
const all = { files, volume, database };

const operations = {
  files: { platform: "snapshooter", operation: "restore-backup", target: jobId },
  volume: { platform: "scp", operation: "revert-volume", target: volumeId },
  database: { platform: "virtus", operation: "restore-database-snapshot", target: databaseId },
} as const;
type Name = keyof typeof operations;
const names = Object.keys(operations) as Name[];
const one = names.map((name) => Object.values(operations[name]).join(" ")).sort();

let stack: Stack;
let left: readonly number[] = [];
afterEach(async () => {
  for (const pid of left) killTree(pid);
  left = [];
  await stack.dispose();
});

const declared = (more: object = {}): Record<string, Declared> =>
  Object.fromEntries(Object.entries(all).map(([name, args]) => [name, { resource: "Restore", ...args, ...more }]));

async function start(more: object = {}): Promise<() => string[]> {
  stack = await createStack({ resources: declared(more) });
  return changesSeenBy(stack.emulator);
}

const made = ({ snapshooter, scp, virtus }: Emulator) => ({
  files: snapshooter.restores.length,
  volume: scp.virtualserver.reverts.length,
  database: virtus.restores.length,
});

async function restores(): Promise<Record<string, ResourceState>> {
  const found = (await stack.workspace.resources(":Restore")).filter((each) => each.delete !== true);
  return Object.fromEntries(found.map((each) => [each.urn.split("::").at(-1) ?? "", each]));
}

async function statuses(): Promise<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(await restores()).map(([name, { outputs }]) => [name, outputs?.["status"]]));
}

const intents = (): string[] => {
  const folder = join(stack.workspace.home, "pulumi-snapshots/intents");
  return existsSync(folder) ? readdirSync(folder) : [];
};

test("runs once: preview asks for nothing, up restores, and no second up, refresh or destroy asks again", async () => {
  const changes = await start();
  const { emulator, workspace } = stack;
  const requests = requestsSeenBy(emulator);
  expect((await workspace.preview([], { expectCode: 0 })).stdout).toContain("+ 4 to create");
  expect(requests()).toEqual([]);

  const up = await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(up.output).not.toMatch(/warning|error/i);
  expect(changes()).toEqual(one);
  expect(await statuses()).toEqual({ files: "accepted", volume: "completed", database: "accepted" });
  const { files: held } = await restores();
  expect(held?.type).toBe("pulumi-nodejs:dynamic/snapshots:Restore");
  expect(held?.id).toMatch(new RegExp(`^snapshooter/job/${jobId}/restore/${backupId}/[0-9a-f]{12}$`));
  expect(held?.outputs).toMatchObject({ restoreId: emulator.snapshooter.restores[0]?.id, platformStatus: "pending" });

  requests();
  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  const again = await workspace.up([], { expectCode: 0 });
  expect(again.stdout).toContain("4 unchanged");
  const refresh = await workspace.refresh(["--expect-no-changes"], { expectCode: 0 });
  expect(refresh.output).not.toMatch(/warning|error/i);
  // What only bounds it is an update of the state.
  stack.declare(declared({ opts: { customTimeouts: { create: "1h" } } }));
  const bounded = await workspace.up([], { expectCode: 0 });
  expect(bounded.stdout).toContain("~ 3 updated");
  expect(await statuses()).toEqual({ files: "accepted", volume: "completed", database: "accepted" });
  expect(requests()).toEqual([]);
  expect(intents()).toEqual([]);

  const destroy = await workspace.destroy(["--skip-preview"], { expectCode: 0 });
  for (const name of names) {
    expect(diagnosticsOf(destroy, name)).toEqual([
      expect.stringMatching(/^forgotten: .* stays as it was restored( \(restore .*\))?$/),
    ]);
  }
  expect(requests()).toEqual([]);
  expect(await workspace.resources()).toEqual([]);
}, 600_000);

test("other triggers replace it: the preview says so, and letting go of the old one asks for nothing", async () => {
  const changes = await start();
  const { emulator, workspace } = stack;
  await workspace.up(["--skip-preview"], { expectCode: 0 });
  changes();
  const requests = requestsSeenBy(emulator);
  requests();
  stack.declare(declared({ triggers: { attempt: "2" } }));
  const preview = await workspace.preview(["--diff"], { expectCode: 0 });
  expect(preview.stdout).toContain("+-3 to replace");
  expect(requests()).toEqual([]);
  await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toEqual(one);
  expect(made(emulator)).toEqual({ files: 2, volume: 2, database: 2 });
  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
}, 600_000);

test("what is wrong is refused at preview, by name, and after the instant at up", async () => {
  await start();
  const { emulator, workspace } = stack;
  const requests = requestsSeenBy(emulator);
  const refused: [Declared, string][] = [
    [
      { ...volume, confirm: { target: "other", before } },
      `target: must be "${volumeId}", the id in volumeId, and is "other"`,
    ],
    [{ ...files, confirm: undefined }, "missing: a restore overwrites live data"],
    [
      { platform: "discloud", appId: "1", confirm: { target: "1", before } },
      "a Restore of this is not possible on Discloud",
    ],
  ];
  for (const [args, says] of refused) {
    stack.declare({ refused: { resource: "Restore", ...args } });
    const preview = await workspace.preview();
    expect(preview.code).not.toBe(0);
    expect(diagnosticsOf(preview, "refused").join("\n")).toContain(says);
  }
  expect(requests()).toEqual([]);

  const past = { target: volumeId, before: "2026-01-01T00:00:00Z" };
  stack.declare({ late: { resource: "Restore", ...volume, confirm: past } });
  const late = await workspace.up(["--skip-preview"]);
  expect(late.code).not.toBe(0);
  expect(diagnosticsOf(late, "late").join("\n")).toContain(
    "nothing is restored: confirm.before is 2026-01-01T00:00:00Z",
  );
  expect(requests().filter(({ changes }) => changes)).toEqual([]);
  expect(await workspace.resources(":Restore")).toEqual([]);
}, 600_000);

test("a lost answer is reported, and neither refresh nor up asks again without another trigger", async () => {
  const changes = await start();
  const { emulator, workspace } = stack;
  emulator.scp.virtualserver.revertingMs = 0;
  for (const name of names) emulator.faults.add({ ...operations[name], fault: "reset-after-commit" });
  const up = await workspace.up(["--skip-preview", "--continue-on-error"]);
  expect(up.code).not.toBe(0);
  for (const name of names) {
    expect(diagnosticsOf(up, name).join("\n")).toMatch(/may have started, and .* It is not requested again\. Check/);
  }
  expect(changes()).toEqual(one);
  expect(await statuses()).toEqual({ files: "unknown", volume: "unknown", database: "unknown" });

  const preview = await workspace.preview(["--expect-no-changes"]);
  expect(preview.code).not.toBe(0);
  expect(preview.stdout).toContain("~ 3 to update");
  const refresh = await workspace.refresh([], { expectCode: 0 });
  for (const name of names) expect(diagnosticsOf(refresh, name).join("\n")).toMatch(/warning: .*may have started/);
  const again = await workspace.up(["--skip-preview", "--continue-on-error"]);
  expect(again.code).not.toBe(0);
  for (const name of names) expect(diagnosticsOf(again, name).join("\n")).toMatch(/may have started/);
  expect(changes()).toEqual([]);
  expect(made(emulator)).toEqual({ files: 1, volume: 1, database: 1 });

  emulator.scp.virtualserver.revertingMs = 1_000;
  stack.declare(declared({ triggers: { attempt: "2" } }));
  await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toEqual(one);
  expect(await statuses()).toEqual({ files: "accepted", volume: "completed", database: "accepted" });
  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  expect(intents()).toEqual([]);
}, 600_000);

test("a refresh sees the end of a revert that takes longer than the up", async () => {
  stack = await createStack({
    resources: { volume: { resource: "Restore", ...volume, opts: { customTimeouts: { create: "4s" } } } },
  });
  const { emulator, workspace } = stack;
  const changes = changesSeenBy(emulator);
  emulator.scp.virtualserver.revertingMs = Number.POSITIVE_INFINITY;
  const up = await workspace.up(["--skip-preview"]);
  expect(up.code).not.toBe(0);
  expect(diagnosticsOf(up, "volume").join("\n")).toMatch(/is not ready yet, its status is "reverting"/);
  expect(await statuses()).toEqual({ volume: "running" });
  const held = emulator.scp.virtualserver.volumes.get(volumeId);
  if (held === undefined) throw new Error("no volume");
  held.revert = undefined;
  await workspace.refresh(["--skip-preview"], { expectCode: 0 });
  expect(await statuses()).toEqual({ volume: "completed" });
  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  expect(changes()).toHaveLength(1);
}, 600_000);

/** A run of `pulumi up` that hangs in a request. */
interface Run {
  readonly ended: Promise<CommandResult>;
  readonly engine: number;
  /** The dynamic provider's process, and the shell that has started it. */
  readonly provider: readonly number[];
}

/** Starts `pulumi up` and waits until every hold has caught its request. */
async function runInto(holds: readonly ActiveFault[]): Promise<Run> {
  let engine = 0;
  let isOver = false;
  const ended = stack.workspace
    .up(["--skip-preview"], { onStart: (pid) => (engine = pid) })
    .finally(() => (isOver = true));
  await until(() => isOver || holds.every(({ holding }) => holding === 1));
  if (isOver) throw new Error(`the run ended before all requests had come:\n${(await ended).output}`);
  left = descendants(engine);
  const provider = left.filter((pid) => /dynamic-provider|pulumi-resource-pulumi-nodejs/.test(commandLine(pid)));
  return { ended, engine, provider };
}

/** Kills the provider, its engine, or both, and waits until the run is over and the stack is free for the next one. */
async function kill(victim: "provider" | "both", { ended, engine, provider }: Run): Promise<void> {
  const processes = provider.filter((pid) => /dynamic-provider/.test(commandLine(pid)));
  expect(processes.length).toBeGreaterThan(0);
  for (const pid of processes) process.kill(pid, "SIGKILL");
  if (victim === "both") process.kill(engine, "SIGKILL");
  await ended;
  await until(() => provider.every((pid) => !isRunning(pid, undefined)));
  if (victim === "both") await stack.workspace.pulumi(["cancel", "--yes"], { expectCode: 0 });
}

describe.each(["provider", "both"] as const)("kill -9 of the %s", (victim) => {
  test.each(["before", "after"] as const)(
    "%s the request is carried out: no later up asks again",
    async (when) => {
      const changes = await start();
      const { emulator, workspace } = stack;
      emulator.scp.virtualserver.revertingMs = 0;
      const run = await runInto(names.map((name) => emulator.faults.add({ ...operations[name], fault: "hold", when })));
      await kill(victim, run);
      emulator.faults.clear();
      changes();
      const carriedOut = made(emulator);

      const next = await workspace.up(["--skip-preview", "--continue-on-error"]);
      expect(next.code).not.toBe(0);
      for (const name of names) expect(diagnosticsOf(next, name).join("\n")).toMatch(/may have started/);
      expect(await statuses()).toEqual({ files: "unknown", volume: "unknown", database: "unknown" });
      const again = await workspace.up(["--skip-preview", "--continue-on-error"]);
      expect(again.code).not.toBe(0);
      expect([changes(), made(emulator)]).toEqual([[], carriedOut]);
    },
    600_000,
  );

  test("while a revert runs: the next up finds it and waits for its end", async () => {
    stack = await createStack({ resources: { volume: { resource: "Restore", ...volume } } });
    const { emulator, workspace } = stack;
    const changes = changesSeenBy(emulator);
    emulator.scp.virtualserver.revertingMs = Number.POSITIVE_INFINITY;
    const looks = { platform: "scp", operation: "get-volume", target: volumeId } as const;
    const run = await runInto([emulator.faults.add({ ...looks, fault: "hold", skip: 2 })]);
    await kill(victim, run);
    emulator.faults.clear();
    expect(changes()).toHaveLength(1);

    const held = emulator.scp.virtualserver.volumes.get(volumeId);
    if (held === undefined) throw new Error("no volume");
    const reads = requestsSeenBy(emulator);
    reads();
    const up = workspace.up(["--skip-preview"]);
    let looked = 0;
    await until(() => {
      looked += reads().filter(({ operation }) => operation === "get-volume").length;
      return looked >= 4;
    });
    held.revert = undefined;
    const next = await up;
    expect(next.code).toBe(0);
    expect(diagnosticsOf(next, "volume").join("\n")).toMatch(
      /warning: an earlier run created restore .* it is recovered/,
    );
    expect(await statuses()).toEqual({ volume: "completed" });
    expect(changes()).toEqual([]);
    await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
    expect(intents()).toEqual([]);
  }, 600_000);

  test("as soon as the answers have left: the next up has each restore in its state, and asks for none", async () => {
    const changes = await start();
    const { emulator, workspace } = stack;
    emulator.scp.virtualserver.revertingMs = Number.POSITIVE_INFINITY;
    const looks = { platform: "scp", operation: "get-volume", target: volumeId } as const;
    const run = await runInto([emulator.faults.add({ ...looks, fault: "hold", skip: 1 })]);
    await until(() => Object.values(made(emulator)).every((count) => count === 1) && intents().length === 3);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await kill(victim, run);
    emulator.faults.clear();
    expect(changes()).toEqual(one);
    const held = emulator.scp.virtualserver.volumes.get(volumeId);
    if (held !== undefined) held.revert = undefined;
    await workspace.up(["--skip-preview"], { expectCode: 0 });
    expect(await statuses()).toEqual({ files: "accepted", volume: "accepted", database: "accepted" });
    expect((await restores())["files"]?.outputs?.["restoreId"]).toBe(emulator.snapshooter.restores[0]?.id);
    expect(changes()).toEqual([]);
    await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
    expect(intents()).toEqual([]);
  }, 600_000);
});

test("examples/restore compiles, restores once, and is destroyed without a request", async () => {
  const folder = join(__dirname, "../../examples/restore");
  stack = await createStack({
    files: Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")])),
  });
  const { emulator, workspace } = stack;
  const changes = changesSeenBy(emulator);
  expect(compilerMessages(workspace.directory)).toEqual([]);
  await workspace.config("before", before);
  const up = await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(up.output).not.toMatch(/warning|error/i);
  expect(changes()).toEqual(one);
  const env = { PULUMI_NODEJS_TRANSPILE_ONLY: "true" };
  await workspace.preview(["--expect-no-changes"], { expectCode: 0, env });
  await workspace.destroy(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toEqual([]);
  expect(await workspace.resources()).toEqual([]);
}, 600_000);
