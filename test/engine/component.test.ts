import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { seed } from "../../emulator";
import { VERSION } from "../../provider";
import { emptyFolder, type PackageManager, runPackageManager, tarball, versions } from "./package-managers";
import { changesSeenBy, createStack, type Stack } from "./stack";

/** Third-party package with a component that takes a snapshot: `backups.tgz` once it is packed. */
const COMPONENT = {
  "package.json": {
    name: "backups",
    version: "1.0.0",
    main: "index.js",
    dependencies: { "pulumi-snapshots": "*" },
    peerDependencies: { "@pulumi/pulumi": "^3.0.0" },
  },
  "index.js": `
    const pulumi = require("@pulumi/pulumi");
    const { Snapshot } = require("pulumi-snapshots");
    exports.Backups = class extends pulumi.ComponentResource {
      constructor(name, { appId }, opts) {
        super("backups:index:Backups", name, {}, opts);
        new Snapshot(name, { platform: "discloud", appId }, { parent: this });
      }
    };`,
};

const PROGRAM = {
  "Pulumi.yaml": "name: snap\nruntime: nodejs\n",
  "index.js": `
    const { Backups } = require("backups");
    new Backups("app", { appId: "${seed.discloud.appId}" });`,
};

/** Settings that make each package manager resolve the component's dependency to a file. */
const settings: Readonly<Record<PackageManager, (file: string) => Readonly<Record<string, unknown>>>> = {
  npm: (file) => ({ "package.json": { overrides: { "pulumi-snapshots": file } } }),
  pnpm: (file) => ({ "package.json": { pnpm: { overrides: { "pulumi-snapshots": file } } } }),
  yarn: (file) => ({
    "package.json": { resolutions: { "pulumi-snapshots": file } },
    ".yarnrc.yml": "nodeLinker: node-modules\nenableTelemetry: false\nenableImmutableInstalls: false\n",
    "yarn.lock": "",
  }),
};

const installs: Readonly<Record<PackageManager, readonly string[]>> = {
  npm: ["install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"],
  pnpm: ["install", "--prefer-offline", "--ignore-scripts", "--ignore-workspace", "--silent"],
  yarn: ["install", "--mode=skip-build"],
};

let component: string;
let stack: Stack | undefined;
const folders: string[] = [];

beforeAll(async () => {
  component = emptyFolder(COMPONENT);
  await runPackageManager("npm", ["pack", "--ignore-scripts"], component);
}, 60_000);
afterAll(() => rmSync(component, { recursive: true, force: true }));
afterEach(async () => {
  await stack?.dispose();
  stack = undefined;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Starts a program whose only dependency besides the SDK is the component; `files` override its settings. */
async function start(packageManager: PackageManager, files: Readonly<Record<string, string>> = {}): Promise<Stack> {
  const parent = emptyFolder();
  folders.push(parent);
  stack = await createStack({ files: PROGRAM, parent });
  const { "package.json": own, ...others } = settings[packageManager](`file:${tarball()}`);
  stack.workspace.write({
    ...others,
    "package.json": {
      name: "snap",
      private: true,
      main: "index.js",
      dependencies: {
        backups: `file:${join(component, "backups-1.0.0.tgz")}`,
        "@pulumi/pulumi": versions()["@pulumi/pulumi"],
      },
      ...(own as Record<string, unknown>),
    },
    ...files,
  });
  await runPackageManager(packageManager, installs[packageManager], stack.workspace.directory);
  return stack;
}

async function liveThrough({ emulator, workspace }: Stack, env: Record<string, string> = {}): Promise<void> {
  const changes = changesSeenBy(emulator);
  const up = await workspace.up(["--skip-preview"], { expectCode: 0, env });
  expect(up.output).not.toMatch(/warning|error/i);
  await workspace.refresh(["--skip-preview", "--expect-no-changes"], { expectCode: 0, env });
  await workspace.destroy(["--skip-preview"], { expectCode: 0, env });
  expect(changes()).toEqual([`discloud create-snapshot ${seed.discloud.appId}`]);
}

test.each(["npm", "yarn"] as const)(
  "a component's package brings the provider along where %s has installed it",
  async (packageManager) => {
    const { workspace } = await start(packageManager);
    expect(readdirSync(join(workspace.directory, "node_modules"))).toContain("pulumi-snapshots");
    // A program in a subfolder finds it, too.
    workspace.write({
      "packages/infra/index.js": PROGRAM["index.js"],
      "Pulumi.yaml": "name: snap\nruntime: nodejs\nmain: packages/infra/\n",
    });
    await liveThrough(stack as Stack);
  },
  600_000,
);

test("where pnpm keeps it out of the program's reach, the preview says what to add; with it everything works", async () => {
  const { workspace, emulator } = await start("pnpm");
  expect(readdirSync(join(workspace.directory, "node_modules"))).not.toContain("pulumi-snapshots");
  const preview = await workspace.preview();
  expect(preview.code).not.toBe(0);
  expect(preview.output).toContain(
    `the package can't be found from ${workspace.directory}, where the program runs. ` +
      `A dependency of the program has it, and the program needs it too: pnpm add pulumi-snapshots@${VERSION}`,
  );
  expect(preview.output).not.toContain("Cannot find module");
  expect(emulator.requests).toEqual([]);

  await runPackageManager("pnpm", ["add", "--silent", "--ignore-workspace", tarball()], workspace.directory);
  // The package's own dependencies stay out of reach.
  expect(readdirSync(join(workspace.directory, "node_modules"))).not.toContain("undici");
  await liveThrough(stack as Stack);
}, 600_000);

test("pnpm's public hoist pattern brings it into reach; if it goes before its resources, nothing is lost", async () => {
  const { workspace } = await start("pnpm", { ".npmrc": "public-hoist-pattern[]=pulumi-snapshots\n" });
  await liveThrough(stack as Stack);

  await workspace.up(["--skip-preview"], { expectCode: 0 });
  rmSync(join(workspace.directory, "node_modules/pulumi-snapshots"));
  for (const run of ["refresh", "destroy"] as const) {
    const { code, output } = await workspace[run](["--skip-preview"]);
    expect(code).not.toBe(0);
    expect(output).toContain("Cannot find module 'pulumi-snapshots/runtime'");
  }
  const [left] = await workspace.resources(":Snapshot");
  await workspace.pulumi(["state", "delete", left?.urn ?? "", "--yes"], { expectCode: 0 });
  expect(await workspace.resources(":Snapshot")).toEqual([]);
}, 600_000);

test("under Yarn's Plug'n'Play the program needs it too, and then everything works", async () => {
  const { workspace, emulator } = await start("yarn", {
    ".yarnrc.yml": "nodeLinker: pnp\nenableTelemetry: false\nenableImmutableInstalls: false\n",
  });
  const folder = workspace.directory;
  // As `yarn exec pulumi` starts it.
  const env = { NODE_OPTIONS: `--require ${join(folder, ".pnp.cjs")}` };
  const preview = await workspace.preview([], { env });
  expect(preview.code).not.toBe(0);
  expect(preview.output).toContain(`and the program needs it too: yarn add pulumi-snapshots@${VERSION}`);
  expect(emulator.requests).toEqual([]);

  await runPackageManager("yarn", ["add", "--mode=skip-build", `pulumi-snapshots@file:${tarball()}`], folder);
  await liveThrough(stack as Stack, env);
}, 600_000);
