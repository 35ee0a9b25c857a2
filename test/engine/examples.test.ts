import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, seed, startEmulator } from "../../provider/emulator";
import { createWorkspace, type Workspace, type WorkspaceOptions } from "../support/engine";
import { compilerMessages } from "./compile";
import { changesSeenBy, diagnosticsOf } from "./stack";

const REPOSITORY = join(__dirname, "../..");
const EXAMPLES = join(REPOSITORY, "examples");

const examples = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

let emulator: Emulator;
let workspace: Workspace;

/** The platforms' own times are not what is looked at here. */
async function start(options: WorkspaceOptions): Promise<void> {
  emulator = await startEmulator();
  Object.assign(emulator.snapshooter.timing, { pendingMs: 0, runningMs: 0 });
  Object.assign(emulator.scp.virtualserver, { creatingMs: 0, deletingMs: 0, raceMs: 0 });
  Object.assign(emulator.scp.filestorage, { creatingMs: 0, deletingMs: 0 });
  workspace = await createWorkspace({ ...options, env: { ...emulator.environment } });
}

afterEach(async () => {
  workspace.dispose();
  await emulator.close();
});

test.each(examples)(
  "examples/%s compiles, runs, shows no change when run again, and is destroyed",
  async (name) => {
    await start({ directory: join(EXAMPLES, name) });
    const changes = changesSeenBy(emulator);
    expect(compilerMessages(workspace.directory)).toEqual([]);

    const up = await workspace.up(["--skip-preview"], { expectCode: 0 });
    expect(up.output).not.toMatch(/warning|error/i);
    const held = await workspace.resources(":Snapshot");
    expect(held.length).toBeGreaterThan(0);
    for (const { outputs } of held) expect(outputs).toMatchObject({ status: "available" });
    const made = held.filter(({ outputs }) => outputs?.["adopted"] !== true);
    expect(changes()).toHaveLength(made.length);

    // The compiler has had its say twice.
    const env = { PULUMI_NODEJS_TRANSPILE_ONLY: "true" };
    await workspace.preview(["--expect-no-changes"], { expectCode: 0, env });
    expect(changes()).toEqual([]);

    const destroy = await workspace.destroy(["--skip-preview"], { expectCode: 0 });
    expect(destroy.output).not.toMatch(/error/i);
    expect(await workspace.resources()).toEqual([]);
    const deleted = made.filter(({ outputs }) => outputs?.["deletionPolicy"] === "delete");
    expect(changes()).toHaveLength(deleted.length);
    for (const { urn, outputs } of held) {
      const own = urn.split("::").at(-1) ?? "";
      const isDeleted = deleted.some((each) => each.urn === urn);
      const stays = expect.stringContaining(`forgotten, not deleted: snapshot ${outputs?.["snapshotId"]} of`);
      expect(diagnosticsOf(destroy, own)).toEqual(isDeleted ? [] : [stays]);
    }
  },
  120_000,
);

test("the repository's own Pulumi.yaml runs the quick start", async () => {
  await start({
    files: {
      "Pulumi.yaml": readFileSync(join(REPOSITORY, "Pulumi.yaml"), "utf8"),
      ...Object.fromEntries(
        readdirSync(join(EXAMPLES, "quickstart"), { withFileTypes: true })
          .filter((entry) => entry.isFile() && entry.name !== "Pulumi.yaml")
          .map(({ name }) => [`examples/quickstart/${name}`, readFileSync(join(EXAMPLES, "quickstart", name), "utf8")]),
      ),
    },
  });
  const changes = changesSeenBy(emulator);
  await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect((await workspace.resources(":Snapshot")).map(({ outputs }) => outputs?.["platform"]).sort()).toEqual([
    "discloud",
    "dscloud",
    "scp",
    "snapshooter",
    "virtus",
  ]);
  expect(changes()).toEqual([
    `discloud create-snapshot ${seed.discloud.appId}`,
    `scp create-snapshot ${seed.scp.volumeId}`,
    `snapshooter start-backup ${seed.snapshooter.jobId}`,
    `virtus create-app-snapshot ${seed.virtus.appId}`,
  ]);
}, 120_000);
