import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Emulator } from "../../emulator";
import { killTree } from "../pulumi-cli/processes.js";
import type { ResourceState } from "../support/engine";
import { clearUp, intents, kill, runInto, until } from "./provider-process";
import { changesSeenBy, createStack, type Declared, diagnosticsOf, requestsSeenBy, type Stack } from "./stack";

/** Instant after which restores are refused. */
const before = new Date(Date.now() + 3_600_000).toISOString();

/** Target of restores on one platform. */
interface Target {
  readonly operation: { readonly platform: string; readonly operation: string };
  /** Creates the target with a snapshot; returns the arguments that restore it. */
  add(emulator: Emulator, id: string): Declared;
  /** Number of restores of the target that were carried out. */
  made(emulator: Emulator, id: string): number;
}

const targets = {
  files: {
    operation: { platform: "snapshooter", operation: "restore-backup" },
    add({ snapshooter }, jobId) {
      snapshooter.addJob({ id: jobId });
      return { platform: "snapshooter", jobId, backupId: snapshooter.addBackup(jobId).id };
    },
    made: ({ snapshooter }, id) => snapshooter.restores.filter(({ jobId }) => jobId === id).length,
  },
  volume: {
    operation: { platform: "scp", operation: "revert-volume" },
    add({ scp: { virtualserver } }, volumeId) {
      virtualserver.addVolume({ id: volumeId });
      return { platform: "scp", volumeId, snapshotId: virtualserver.addSnapshot(volumeId).id };
    },
    made: ({ scp }, id) => scp.virtualserver.reverts.filter(({ volumeId }) => volumeId === id).length,
  },
  database: {
    operation: { platform: "virtus", operation: "restore-database-snapshot" },
    add({ virtus }, databaseId) {
      virtus.addDatabase(databaseId);
      return { platform: "virtus", databaseId, versionId: virtus.addSnapshot(databaseId).versionId };
    },
    made: ({ virtus }, id) => virtus.restores.filter(({ databaseId }) => databaseId === id).length,
  },
} satisfies Record<string, Target>;
type Kind = keyof typeof targets;
const kinds = Object.keys(targets) as Kind[];

let stack: Stack;
let changes: () => string[];
let left: readonly number[] = [];
beforeEach(async () => {
  left = [];
  stack = await createStack();
  changes = changesSeenBy(stack.emulator);
});
afterEach(async () => {
  for (const pid of left) killTree(pid);
  await stack.dispose();
});

/** Creates targets with these names; returns a Restore of each. */
function restoresOf(names: readonly string[]): Record<string, Declared> {
  return Object.fromEntries(
    names.map((name) => {
      const args = targets[name.split("-")[0] as Kind].add(stack.emulator, name);
      return [name, { resource: "Restore", ...args, confirm: { target: name, before } }];
    }),
  );
}

const made = (names: readonly string[]) =>
  names.map((name) => targets[name.split("-")[0] as Kind].made(stack.emulator, name));

async function restores(): Promise<Record<string, ResourceState>> {
  const found = (await stack.workspace.resources(":Restore")).filter((each) => each.delete !== true);
  return Object.fromEntries(found.map((each) => [each.urn.split("::").at(-1) ?? "", each]));
}

async function statuses(): Promise<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(await restores()).map(([name, { outputs }]) => [name, outputs?.["status"]]));
}

const volumeOf = (id: string) => {
  const volume = stack.emulator.scp.virtualserver.volumes.get(id);
  if (volume === undefined) throw new Error(`no volume ${id}`);
  return volume;
};

test("runs once: no preview, second up, refresh or destroy asks for it, and other triggers replace it", async () => {
  const { emulator, workspace } = stack;
  const requests = requestsSeenBy(emulator);
  const declared = restoresOf(kinds);
  const declare = (more: object) =>
    stack.declare(Object.fromEntries(Object.entries(declared).map(([name, args]) => [name, { ...args, ...more }])));
  declare({});
  expect((await workspace.preview([], { expectCode: 0 })).stdout).toContain("+ 4 to create");
  expect(requests()).toEqual([]);
  const up = await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(up.output).not.toMatch(/warning|error/i);
  expect(made(kinds)).toEqual([1, 1, 1]);
  expect(await statuses()).toEqual({ files: "accepted", volume: "completed", database: "accepted" });
  const { files: held } = await restores();
  expect(held?.type).toBe("pulumi-nodejs:dynamic/snapshots:Restore");
  expect(held?.id).toMatch(/^snapshooter\/job\/files\/restore\/[0-9a-f-]+\/[0-9a-f]{12}$/);
  expect(held?.outputs).toMatchObject({ restoreId: emulator.snapshooter.restores[0]?.id, platformStatus: "pending" });

  requests();
  const refresh = await workspace.refresh(["--skip-preview", "--expect-no-changes"], { expectCode: 0 });
  expect(refresh.output).not.toMatch(/warning|error/i);
  // A different timeout only updates the state.
  declare({ opts: { customTimeouts: { create: "1h" } } });
  const bounded = await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(bounded.stdout).toContain("~ 3 updated");
  expect(requests()).toEqual([]);
  expect(intents(stack)).toEqual([]);

  changes();
  declare({ triggers: { attempt: "2" } });
  const preview = await workspace.preview(["--diff"], { expectCode: 0 });
  expect(preview.stdout).toContain("+-3 to replace");
  expect(requests()).toEqual([]);
  await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toHaveLength(3);
  expect(made(kinds)).toEqual([2, 2, 2]);

  requests();
  const destroy = await workspace.destroy(["--skip-preview"], { expectCode: 0 });
  for (const name of kinds) {
    expect(diagnosticsOf(destroy, name)).toEqual([
      expect.stringMatching(/^dropped from the state: .* keeps the restored data( \(restore .*\))?$/),
    ]);
  }
  expect(requests()).toEqual([]);
  expect(await workspace.resources()).toEqual([]);
});

const named = (what: string) => kinds.map((kind) => `${kind}-${what}`);

test.each(["provider", "both"] as const)(
  "kill -9 of the %s: no later up asks again, whether or not the platform was reached or has answered",
  async (victim) => {
    const { emulator, workspace } = stack;
    const unknown = [...named("before"), ...named("after")];
    const answered = named("answered");
    const all = [...unknown, ...answered, "volume-running"];
    emulator.scp.virtualserver.revertingMs = Number.POSITIVE_INFINITY;
    stack.declare(restoresOf(all));
    const looks = { platform: "scp", operation: "get-volume", fault: "hold" } as const;
    const run = await runInto(stack, [
      ...unknown.map((name) => {
        const [kind, when] = name.split("-") as [Kind, "before" | "after"];
        return emulator.faults.add({ ...targets[kind].operation, target: name, fault: "hold", when });
      }),
      emulator.faults.add({ ...looks, target: "volume-answered", skip: 1 }),
      emulator.faults.add({ ...looks, target: "volume-running", skip: 2 }),
    ]);
    left = run.processes;
    // The journal has each response before the state has the restore.
    await until(() => answered.every((name) => isRecorded(name)));
    await kill(victim, run);
    await clearUp(stack, victim, run);
    emulator.faults.clear();
    expect(made(named("before"))).toEqual([0, 0, 0]);
    expect(made([...named("after"), ...answered, "volume-running"])).toEqual([1, 1, 1, 1, 1, 1, 1]);
    for (const name of ["volume-after", "volume-answered"]) volumeOf(name).revert = undefined;
    changes();

    const reads = requestsSeenBy(emulator);
    reads();
    const running = workspace.up(["--skip-preview", "--continue-on-error", "--parallel", "32"]);
    let looked = 0;
    await until(() => {
      looked += reads().filter(
        ({ operation, target }) => operation === "get-volume" && target === "volume-running",
      ).length;
      return looked >= 4;
    });
    volumeOf("volume-running").revert = undefined;
    const next = await running;
    expect(next.code).not.toBe(0);
    for (const name of unknown) {
      expect([name, diagnosticsOf(next, name).join("\n")]).toEqual([name, expect.stringMatching(/may have started/)]);
    }
    expect(diagnosticsOf(next, "volume-running").join("\n")).toMatch(
      /warning: an earlier run created restore .* it is recovered/,
    );
    const known = { "volume-running": "completed", ...Object.fromEntries(answered.map((name) => [name, "accepted"])) };
    expect(await statuses()).toEqual({ ...Object.fromEntries(unknown.map((name) => [name, "unknown"])), ...known });
    expect((await restores())["files-answered"]?.outputs?.["restoreId"]).toBe(
      emulator.snapshooter.restores.find(({ jobId }) => jobId === "files-answered")?.id,
    );

    const again = await workspace.up(["--skip-preview", "--continue-on-error"]);
    expect(again.code).not.toBe(0);
    for (const name of unknown) expect(diagnosticsOf(again, name).join("\n")).toMatch(/may have started/);
    expect(changes()).toEqual([]);
  },
);

/** Whether the journal has the platform's response. */
function isRecorded(name: string): boolean {
  const folder = join(stack.workspace.home, "pulumi-snapshots/intents");
  return intents(stack).some((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    return text.includes(`::${name}"`) && text.includes('"made"');
  });
}
