import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { type Emulator, seed, startEmulator } from "../../emulator";
import { programMessages } from "../support/programs";
import { Command, type FakeStack, fakePulumi } from "./command";

const document = z.array(
  z.strictObject({ resourceId: z.string(), name: z.string(), args: z.record(z.string(), z.string()) }),
);
const imported = z.strictObject({
  resources: z.array(
    z.strictObject({
      type: z.literal("pulumi-nodejs:dynamic/snapshots:Snapshot"),
      name: z.string(),
      id: z.string(),
      inputs: z.record(z.string(), z.unknown()),
      outputs: z.record(z.string(), z.unknown()),
    }),
  ),
});

let emulator: Emulator;
let folder: string;
beforeEach(async () => {
  emulator = await startEmulator();
  folder = await mkdtemp(path.join(tmpdir(), "pulumi-snapshots-adopt-"));
  writeFileSync(path.join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
});
afterEach(async () => {
  await emulator.close();
  await rm(folder, { recursive: true });
});

async function run(args: readonly string[], stack: FakeStack = {}) {
  const env = { ...emulator.environment, PATH: fakePulumi(folder, stack) };
  const command = new Command({ args: ["adopt", ...args], env, cwd: folder });
  return { code: await command.ended, stdout: command.stdout, stderr: command.stderr };
}

/** TypeScript's messages about programs that use this package's types. */
function problemsOf(texts: readonly string[]): string[] {
  return programMessages(new Map(texts.map((text, index) => [path.join(__dirname, `adopted-${index}.ts`), text])));
}

const id = `discloud/app/${seed.discloud.appId}/${seed.discloud.version}`;
const name = `app-${seed.discloud.appId}-${seed.discloud.version}`;
const urnOf = (resource: string) => `urn:pulumi:prod::shop::pulumi-nodejs:dynamic/snapshots:Snapshot::${resource}`;

test("prints a program that adopts what no resource manages, and that compiles", async () => {
  const { code, stdout, stderr } = await run(["discloud", "--stack", "prod"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toBe(`import { Snapshot } from "pulumi-snapshots";

new Snapshot("${name}", {
  platform: "discloud",
  appId: "${seed.discloud.appId}",
  adopt: "${seed.discloud.version}",
});
`);
  const programs = await Promise.all(
    [
      ["virtus", `app/${seed.virtus.appId}`],
      ["virtus", `database/${seed.virtus.databaseId}`],
      ["dscloud", `app/${seed.dscloud.appId}`],
      ["snapshooter", `job/${seed.snapshooter.jobId}`],
      ["scp", `volume/${seed.scp.volumeId}`],
    ].map((args) => run([...args, "--stack", "prod"])),
  );
  expect(problemsOf([stdout, ...programs.map((each) => each.stdout)])).toEqual([]);
}, 90_000);

test("leaves out what is managed, failed or gone, and gives no name twice", async () => {
  const managed = {
    urn: urnOf("mine"),
    type: "pulumi-nodejs:dynamic/snapshots:Snapshot",
    id,
    custom: true,
    inputs: {},
    outputs: { snapshotId: seed.discloud.version },
  };
  const { version } = emulator.discloud.addSnapshot(seed.discloud.appId);
  const other = {
    ...managed,
    urn: urnOf(`app-${seed.discloud.appId}-${version}`),
    id: "discloud/app/1/20200101-000000",
  };
  const { code, stdout } = await run(["discloud", "--stack", "prod", "--json"], { resources: [managed, other] });
  expect(code).toBe(0);
  expect(document.parse(JSON.parse(stdout))).toEqual([
    {
      resourceId: `discloud/app/${seed.discloud.appId}/${version}`,
      name: `app-${seed.discloud.appId}-${version}-2`,
      args: { platform: "discloud", appId: seed.discloud.appId, adopt: version },
    },
  ]);
  const failed = await run(["dscloud", `app/${seed.dscloud.appId}`, "--stack", "prod", "--json"]);
  const adopts = document.parse(JSON.parse(failed.stdout)).map(({ args }) => args["adopt"]);
  expect(adopts).toContain(seed.dscloud.latestName);
  expect(adopts).not.toContain(seed.dscloud.failedName);
  const expired = await run(["snapshooter", `job/${seed.snapshooter.jobId}`, "--stack", "prod", "--json"]);
  expect(document.parse(JSON.parse(expired.stdout))).toMatchObject([
    { args: { adopt: seed.snapshooter.backupId, deletionPolicy: "retain" } },
  ]);
});

test("writes a file for pulumi import with the inputs that the program comes to", async () => {
  const { code, stdout, stderr } = await run(["discloud", "--stack", "org/shop/prod", "--import", "import.json"], {});
  // The fake `pulumi` knows only one stack.
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/no stack named/);
  const written = await run(["discloud", "--stack", "prod", "--import", "import.json"]);
  expect(written).toMatchObject({ code: 0, stdout: expect.stringMatching(/^import \{ Snapshot \}/) });
  expect(written.stderr).toMatch(
    /pulumi import --file \S+import\.json --generate-code=false --protect=false --stack prod\n/,
  );
  const { resources } = imported.parse(JSON.parse(readFileSync(path.join(folder, "import.json"), "utf8")));
  const inputs = {
    platform: "discloud",
    connection: "discloud",
    appId: seed.discloud.appId,
    adopt: seed.discloud.version,
    deletionPolicy: "retain",
    onGone: "keep",
    __provider: 'exports.handler = () => require("pulumi-snapshots/runtime").provider("Snapshot");',
    __urn: urnOf(name),
  };
  expect(resources).toEqual([
    {
      type: "pulumi-nodejs:dynamic/snapshots:Snapshot",
      name,
      id,
      inputs,
      outputs: {
        ...inputs,
        snapshotId: seed.discloud.version,
        version: seed.discloud.version,
        status: "available",
        sizeText: "127KB",
        adopted: true,
      },
    },
  ]);
  const again = await run(["discloud", "--stack", "prod", "--import", "import.json"]);
  expect(again).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/import\.json exists/) });
});

test("leaves what the platform can change in place to the platform", async () => {
  await run(["scp", `volume/${seed.scp.volumeId}`, "--stack", "prod", "--import", "import.json"]);
  const { resources } = imported.parse(JSON.parse(readFileSync(path.join(folder, "import.json"), "utf8")));
  expect(resources[0]?.inputs).toMatchObject({ volumeId: seed.scp.volumeId, deletionPolicy: "retain" });
  for (const properties of [resources[0]?.inputs, resources[0]?.outputs]) {
    expect(Object.keys(properties ?? {})).not.toEqual(expect.arrayContaining(["name"]));
    expect(Object.keys(properties ?? {})).not.toEqual(expect.arrayContaining(["description"]));
  }
});

test("ends with 3 where all is managed", async () => {
  const { code, stdout, stderr } = await run([
    "snapshooter",
    `job/${seed.snapshooter.emptyJobId}`,
    "--stack",
    "prod",
    "--json",
  ]);
  expect({ code, stdout }).toEqual({ code: 3, stdout: "[]\n" });
  expect(stderr).toMatch(/prod already manages every usable snapshot/);
});

test.each<[string, readonly string[], RegExp]>([
  ["no stack", ["discloud"], /--stack is missing/],
  ["no platform", ["--stack", "prod"], /missing required argument 'platform'/],
  ["no target where the API lists none", ["scp", "--stack", "prod"], /needs a target/],
])("refuses %s with 2, before any request", async (_title, args, message) => {
  const { code, stdout, stderr } = await run(args);
  expect(stderr).toMatch(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(emulator.requests).toEqual([]);
});

test("fails with 1 where the list can't be had", async () => {
  emulator.faults.add({ platform: "discloud", operation: "list-snapshots", fault: "wrong-shape", times: "always" });
  const { code, stdout } = await run(["discloud", "--stack", "prod", "--json"]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
});

test("explains itself with --help and an example", async () => {
  const { code, stdout } = await run(["--help"]);
  expect(code).toBe(0);
  for (const part of ["--import", "--json", "--connection", "--stack", "Examples:"]) expect(stdout).toContain(part);
});
