import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { seed } from "../../emulator";
import { runCommand } from "../pulumi-cli/processes.js";
import { installedPackage, type Workspace } from "../support/engine";
import { tarball } from "./package-managers";
import { changesSeenBy, createStack, type Stack } from "./stack";

const TYPESCRIPT = {
  "Pulumi.yaml": "name: snap\nruntime: nodejs\n",
  "package.json": { name: "snap", private: true, main: "index.ts" },
  "tsconfig.json": {
    compilerOptions: { module: "nodenext", moduleResolution: "nodenext", target: "es2022", strict: true, noEmit: true },
    files: ["index.ts"],
  },
  "index.ts": `
    import * as pulumi from "@pulumi/pulumi";
    import { Snapshot, type SnapshotArgs } from "pulumi-snapshots";

    const args: SnapshotArgs = { platform: "discloud", appId: "${seed.discloud.appId}", triggers: { release: "1" } };
    const snapshot = new Snapshot("typed", args);
    export const version: pulumi.Output<string> = snapshot.snapshotId;
    export const compiler: string = require("typescript").version;`,
};

const JAVASCRIPT = {
  "Pulumi.yaml": "name: snap\nruntime: nodejs\n",
  "package.json": { name: "snap", private: true, main: "index.js" },
  "index.js": `
    const { Snapshot } = require("pulumi-snapshots");
    const snapshot = new Snapshot("plain", { platform: "discloud", appId: "${seed.discloud.appId}" });
    exports.version = snapshot.snapshotId;`,
};

let stack: Stack | undefined;
const folders: string[] = [];

afterEach(async () => {
  await stack?.dispose();
  stack = undefined;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Runs up, refresh without the program, and destroy, with exactly one snapshot; returns the program's outputs. */
async function liveThrough({ emulator, workspace }: Stack): Promise<Record<string, unknown>> {
  const changes = changesSeenBy(emulator);
  const up = await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(up.stdout).toContain("+ 2 created");
  expect(up.output).not.toMatch(/warning|error/i);
  const { deployment } = await workspace.state();
  const { outputs = {} } = deployment.resources?.find(({ type }) => type === "pulumi:pulumi:Stack") ?? {};
  expect(outputs["version"]).toMatch(/^\d{8}-\d{6}$/);
  await workspace.refresh(["--skip-preview", "--expect-no-changes"], { expectCode: 0 });
  await workspace.destroy(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toEqual([`discloud create-snapshot ${seed.discloud.appId}`]);
  return outputs;
}

test("a TypeScript program under TypeScript 5.9", async () => {
  stack = await createStack({ files: TYPESCRIPT });
  expect(await liveThrough(stack)).toMatchObject({ compiler: expect.stringMatching(/^5\.9\./) });
});

test("a TypeScript program under TypeScript 6, and a wrong one, which does not compile", async () => {
  stack = await createStack({ files: TYPESCRIPT });
  const { workspace, emulator } = stack;
  mkdirSync(join(workspace.directory, "node_modules"));
  const compiler = join(require.resolve("typescript6/package.json"), "..");
  symlinkSync(compiler, join(workspace.directory, "node_modules/typescript"), "dir");
  expect(await liveThrough(stack)).toMatchObject({ compiler: expect.stringMatching(/^6\./) });

  const before = emulator.requests.length;
  workspace.write({
    "index.ts":
      'import { Snapshot } from "pulumi-snapshots";\nnew Snapshot("a", { platform: "dscloud", appId: "1" });\n',
  });
  const preview = await workspace.preview();
  expect(preview.code).not.toBe(0);
  expect(preview.output).toMatch(/index\.ts.*error TS\d+[\s\S]*'adopt' is missing/);
  expect(emulator.requests).toHaveLength(before);
});

test("a plain JavaScript program", async () => {
  stack = await createStack({ files: JAVASCRIPT });
  await liveThrough(stack);
});

test("a program in a monorepo that has the package as a workspace link", async () => {
  // As npm installs a workspace: a link beside it, and the dependencies of both in a node_modules above them.
  const parent = join(installedPackage(), "monorepo");
  folders.push(parent);
  mkdirSync(join(parent, "linked"), { recursive: true });
  mkdirSync(join(parent, "node_modules"));
  execFileSync("tar", ["-xzf", tarball(), "--strip-components=1", "-C", "linked"], { cwd: parent });
  symlinkSync("../linked", join(parent, "node_modules/pulumi-snapshots"), "dir");
  stack = await createStack({ files: JAVASCRIPT, parent });
  await liveThrough(stack);
});

/** Inline program: the engine runs it inside the calling process. */
const AUTOMATION = `
  const { LocalWorkspace } = require("@pulumi/pulumi/automation");
  const { Snapshot } = require("pulumi-snapshots");
  const program = async () => {
    const snapshot = new Snapshot("inline", { platform: "discloud", appId: "${seed.discloud.appId}" });
    return { version: snapshot.snapshotId };
  };
  async function main() {
    const stack = await LocalWorkspace.createStack({ stackName: "inline", projectName: "automation", program });
    const preview = await stack.preview();
    const up = await stack.up();
    const refresh = await stack.refresh();
    const destroy = await stack.destroy();
    return {
      preview: preview.changeSummary,
      version: up.outputs.version.value,
      refresh: refresh.summary.resourceChanges,
      destroy: destroy.summary.result,
      says: destroy.stdout.includes("kept on Discloud"),
    };
  }
  main().then((result) => console.log(JSON.stringify(result)), (error) => {
    console.error(error);
    process.exitCode = 1;
  });`;

test("an inline program of the Automation API", async () => {
  stack = await createStack({ files: { ...JAVASCRIPT, "automate.js": AUTOMATION } });
  const { emulator, workspace } = stack;
  const changes = changesSeenBy(emulator);
  const result = await automate(workspace);
  expect(result).toEqual({
    preview: { create: 2 },
    version: expect.stringMatching(/^\d{8}-\d{6}$/),
    refresh: { same: 2 },
    destroy: "succeeded",
    says: true,
  });
  expect(changes()).toEqual([`discloud create-snapshot ${seed.discloud.appId}`]);
});

async function automate(workspace: Workspace): Promise<unknown> {
  const { directory: cwd, env } = workspace;
  const run = await runCommand("node", ["automate.js"], { cwd, env, timeoutMs: 110_000 });
  if (run.code !== 0) throw new Error(run.output);
  return JSON.parse(run.stdout);
}
