import { join } from "node:path";
import { type Emulator, startEmulator } from "../../emulator";
import { targetsOf } from "../../examples/fleet/shards";
import { targets } from "../../examples/fleet/targets";
import { compilerMessages } from "../engine/compile";
import { changesSeenBy, withFaults } from "../engine/stack";
import { type MovedClock, movedClock } from "../pulumi-cli/moved-clock.js";
import { createWorkspace, type StackState, type Workspace } from "../support/engine";

const SHARDS = 2;

let clock: MovedClock;
let emulator: Emulator;
let workspace: Workspace;

afterEach(async () => {
  workspace.dispose();
  await emulator.close();
  clock.dispose();
});

/** Names of the selected stack's policies; the workspace itself knows only its first stack. */
async function policies(): Promise<string[]> {
  const { stdout } = await workspace.pulumi(["stack", "export"], { expectCode: 0 });
  const { deployment } = JSON.parse(stdout) as StackState;
  const held = (deployment.resources ?? []).filter(({ type }) => type.endsWith(":BackupPolicy"));
  return held.map(({ urn }) => urn.split("::").at(-1) ?? "").sort();
}

test("the fleet runs in two stacks: each takes what is due of its own part, once, and names what is stale", async () => {
  // None of their scheduled times passes in the next few minutes.
  clock = movedClock(Date.UTC(2027, 0, 11, 7));
  emulator = await startEmulator({ now: clock.now });
  Object.assign(emulator.scp.virtualserver, { creatingMs: 0, deletingMs: 0, raceMs: 0 });
  emulator.virtus.createIntervalMs = 0;
  const directory = join(__dirname, "../../examples/fleet");
  workspace = await createWorkspace({ directory, env: { ...emulator.environment, ...clock.env } });
  expect(compilerMessages(workspace.directory)).toEqual([]);
  const changes = changesSeenBy(emulator);

  const taken: string[] = [];
  for (let shard = 0; shard < SHARDS; shard++) {
    const mine = targetsOf(targets, shard, SHARDS).map(({ name }) => name);
    expect(mine.length).toBeGreaterThan(2);
    await workspace.pulumi(["stack", "init", `shard-${shard}`], { expectCode: 0 });
    for (const [key, value] of Object.entries({ shard, shards: SHARDS })) {
      await workspace.pulumi(["config", "set", key, String(value)], { expectCode: 0 });
    }
    if (mine.includes("shop")) {
      // A target that fails does not affect the others.
      const env = { PULUMI_CONTINUE_ON_ERROR: "true" };
      const rule = { platform: "discloud", operation: "create-snapshot", fault: "status", status: 403 } as const;
      await withFaults(emulator, [{ ...rule, target: "1745338954955", times: "always" }], () =>
        workspace.up(["--skip-preview"], { expectCode: 1, env }),
      );
      expect(await policies()).toEqual(mine.filter((name) => name !== "shop").sort());
      changes().forEach((change) => {
        if (!change.endsWith(" 1745338954955")) taken.push(change);
      });
    }
    await workspace.up(["--skip-preview"], { expectCode: 0 });
    expect(await policies()).toEqual([...mine].sort());
    taken.push(...changes());

    const { stdout } = await workspace.pulumi(["stack", "output", "--json"], { expectCode: 0 });
    const watched = ["forum", "mysql", "uploads"];
    expect(JSON.parse(stdout)).toEqual({ names: mine, stale: mine.filter((name) => watched.includes(name)) });

    await workspace.up(["--skip-preview"], { expectCode: 0 });
    expect(changes()).toEqual([]);
  }
  expect(taken.sort()).toEqual(
    [
      ...targets.flatMap((target) => {
        if (target.platform === "discloud") return [`discloud create-snapshot ${target.appId}`];
        if (target.platform !== "virtus") return [];
        return target.appId === undefined
          ? [`virtus create-database-snapshot ${target.databaseId}`]
          : [`virtus create-app-snapshot ${target.appId}`];
      }),
      ...targets.flatMap((target) => {
        if (target.platform !== "scp") return [];
        return target.volumeId === undefined
          ? [`scp create-file-schedule ${target.fileVolumeId}`]
          : [`scp create-snapshot ${target.volumeId}`];
      }),
    ].sort(),
  );

  for (let shard = 0; shard < SHARDS; shard++) {
    await workspace.pulumi(["stack", "select", `shard-${shard}`], { expectCode: 0 });
    await workspace.destroy(["--skip-preview"], { expectCode: 0 });
    expect(await policies()).toEqual([]);
  }
}, 600_000);
