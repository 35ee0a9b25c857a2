import { definitions } from "../../provider/platforms";
import { changesSeenBy, createStack, type Stack, withFaults } from "../engine/stack";
import { blocksIn } from "./pages";

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

test("the recipe of a snapshot before every deploy deploys after the snapshot, and not without it", async () => {
  const [program = ""] = blocksIn("docs/recipes.md", "typescript");
  stack = await createStack({
    files: {
      "package.json": { name: "snap", private: true, main: "index.ts" },
      "tsconfig.json": { compilerOptions: { module: "nodenext", target: "es2022", strict: true }, files: ["index.ts"] },
      "index.ts": program,
    },
  });
  const { emulator, workspace } = stack;
  emulator.virtus.createIntervalMs = 0;
  const changes = changesSeenBy(emulator);
  const deployed = async () =>
    (await workspace.state()).deployment.resources?.some(({ type }) => type === "app:index:Deployment") ?? false;

  await workspace.config("release", "1");
  const refused = { platform: "virtus", operation: "create-database-snapshot", fault: "status", status: 403 } as const;
  await withFaults(emulator, [{ ...refused, times: "always" }], () =>
    workspace.up(["--skip-preview"], { expectCode: 1 }),
  );
  expect(await deployed()).toBe(false);
  changes();

  const taken = ["virtus create-database-snapshot 7c4de81f90b24a6a8d35e2b1f06a9c57"];
  await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(await deployed()).toBe(true);
  expect(changes()).toEqual(taken);
  await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toEqual([]);
  await workspace.config("release", "2");
  await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toEqual(taken);
}, 600_000);
