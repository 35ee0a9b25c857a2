import { definitions } from "../provider/platforms";
import { blocksIn } from "./docs-pages";
import { changesSeenBy, createStack, type Stack } from "./engine/stack";

let stack: Stack;
afterEach(() => stack.dispose());

test("the programs of getting started take what they say, and nothing when run again", async () => {
  const page = "docs/getting-started.md";
  const programs = blocksIn(page, "typescript");
  const [manifest = ""] = blocksIn(page, "yaml");
  const [tsconfig = ""] = blocksIn(page, "json");
  const names = programs.map((_text, index) => `program${index}`);
  stack = await createStack({
    files: {
      "Pulumi.yaml": manifest,
      "tsconfig.json": tsconfig,
      "package.json": { name: "backups", private: true, main: "index.ts" },
      ...Object.fromEntries(programs.map((text, index) => [`${names[index]}.ts`, text])),
      "index.ts": names.map((name) => `export * as ${name} from "./${name}";\n`).join(""),
    },
  });
  const { emulator, workspace } = stack;
  Object.assign(emulator.snapshooter.timing, { pendingMs: 0, runningMs: 0 });
  Object.assign(emulator.scp.virtualserver, { creatingMs: 0, deletingMs: 0, raceMs: 0 });
  emulator.virtus.createIntervalMs = 0;
  const changes = changesSeenBy(emulator);

  await workspace.up(["--skip-preview"], { expectCode: 0 });
  const held = Object.values(await stack.snapshots()).map(({ outputs }) => outputs);
  expect(new Set(held.map((outputs) => outputs?.["platform"]))).toEqual(new Set(Object.keys(definitions)));
  for (const outputs of held) expect(outputs).toMatchObject({ status: "available" });
  expect(changes().map((change) => change.split(" ").slice(0, 2).join(" "))).toEqual([
    "discloud create-snapshot",
    "scp create-snapshot",
    "snapshooter start-backup",
    "virtus create-app-snapshot",
    "virtus create-database-snapshot",
  ]);

  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  await workspace.destroy(["--skip-preview"], { expectCode: 0 });
  expect(changes().map((change) => change.split(" ").slice(0, 2).join(" "))).toEqual(["scp delete-snapshot"]);
}, 600_000);
