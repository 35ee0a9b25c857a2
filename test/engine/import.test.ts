import { readFileSync } from "node:fs";
import { join } from "node:path";
import { seed } from "../../emulator";
import { changesSeenBy, createStack, diagnosticsOf, requestsSeenBy, type Stack } from "./stack";

const TYPE = "pulumi-nodejs:dynamic/snapshots:Snapshot";
const PROVIDER = 'exports.handler = () => require("pulumi-snapshots/runtime").provider("Snapshot");';
const HOUR_MS = 3_600_000;

const discloud = { platform: "discloud", appId: seed.discloud.appId };
const id = `discloud/app/${seed.discloud.appId}/${seed.discloud.version}`;

let stack: Stack;
afterEach(() => stack.dispose());

const versions = (appId: string) =>
  (stack.emulator.discloud.apps.get(appId)?.snapshots.present() ?? []).map(({ version }) => version);

/** The import file that the README shows, for a snapshot that the emulator has. */
function readmeImportFile(): { resources: { name: string; id: string; outputs: object }[] } {
  const readme = readFileSync(join(__dirname, "../../README.md"), "utf8");
  const [, block] = /^```json\n(\{\n {2}"resources"[\s\S]*?)^```$/m.exec(readme) ?? [];
  return JSON.parse(block ?? "");
}

test("the README's file imports a snapshot, and the next preview shows nothing", async () => {
  const file = readmeImportFile();
  const [resource] = file.resources;
  expect(resource?.id).toBe(id);
  const name = resource?.name ?? "";
  stack = await createStack({ resources: { [name]: discloud }, files: { "import.json": file } });
  const { emulator, workspace } = stack;
  const changes = changesSeenBy(emulator);

  const args = ["import", "--yes", "--file", "import.json", "--generate-code=false", "--protect=false"];
  const imported = await workspace.pulumi(args, { expectCode: 0 });
  expect(imported.output).not.toMatch(/error|warning/i);
  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  await workspace.up(["--skip-preview", "--expect-no-changes"], { expectCode: 0 });
  await workspace.refresh(["--skip-preview"], { expectCode: 0 });
  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  expect(await stack.snapshot(name)).toMatchObject({
    id,
    outputs: { ...discloud, snapshotId: seed.discloud.version, status: "available", sizeText: expect.any(String) },
  });
  const destroy = await workspace.destroy(["--skip-preview"], { expectCode: 0 });
  expect(destroy.stdout).toMatch(/kept on Discloud: snapshot 20241207-190711 of app/);
  expect(changes()).toEqual([]);
}, 600_000);

test("an import file with as good as no outputs is filled by a refresh", async () => {
  const outputs = { __provider: PROVIDER };
  const resource = { type: TYPE, name: "least", id, inputs: { __provider: PROVIDER, ...discloud }, outputs };
  stack = await createStack({
    resources: { least: discloud },
    files: { "import.json": { resources: [resource] } },
  });
  const { emulator, workspace } = stack;
  const args = ["import", "--yes", "--file", "import.json", "--generate-code=false", "--protect=false"];
  await workspace.pulumi([...args, "--skip-preview"], { expectCode: 0 });
  await workspace.refresh(["--skip-preview"], { expectCode: 0 });
  await workspace.up(["--expect-no-changes"], { expectCode: 0 });
  expect((await stack.snapshot("least")).outputs).toMatchObject({
    snapshotId: seed.discloud.version,
    status: "available",
  });
  expect(changesSeenBy(emulator)()).toEqual([]);
}, 600_000);

test("Snapshot.get reads one on any platform, destroy leaves it alone, and a missing one is an error", async () => {
  const dscloudId = `dscloud/app/${seed.dscloud.appId}/${encodeURIComponent(seed.dscloud.latestName)}`;
  stack = await createStack({
    files: {
      "index.js": `
        const { Snapshot } = require("pulumi-snapshots");
        const got = require("./ids.json").map((id, index) => Snapshot.get("got-" + index, id));
        module.exports = { ids: got.map((each) => each.snapshotId), apps: got.map((each) => each.appId) };`,
      "ids.json": [id, dscloudId],
    },
  });
  const { emulator, workspace } = stack;
  const changes = changesSeenBy(emulator);
  const up = await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(up.output).not.toMatch(/warning|error/i);
  const { stdout } = await workspace.pulumi(["stack", "output", "--json"], { expectCode: 0 });
  expect(JSON.parse(stdout)).toEqual({
    ids: [seed.discloud.version, seed.dscloud.latestName],
    apps: [seed.discloud.appId, seed.dscloud.appId],
  });
  expect(await stack.snapshot("got-0")).toMatchObject({ id, external: true });
  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  await workspace.refresh(["--skip-preview", "--expect-no-changes"], { expectCode: 0 });

  const missing = `discloud/app/${seed.discloud.appId}/20000101-000000`;
  workspace.write({ "ids.json": [missing] });
  const failed = await workspace.up(["--skip-preview"]);
  expect(failed.code).not.toBe(0);
  expect(diagnosticsOf(failed, "got-0").join("\n")).toMatch(/error: .*there is no snapshot 20000101-000000 of app/);
  workspace.write({ "ids.json": ["discloud/20000101-000000"] });
  const odd = await workspace.preview();
  expect(odd.code).not.toBe(0);
  expect(odd.stdout).toMatch(/is not the id of a snapshot: it is written <platform>\/<kind>\/<target>\/<snapshot>/);

  const requests = requestsSeenBy(emulator);
  requests();
  const destroy = await workspace.destroy(["--skip-preview"], { expectCode: 0 });
  expect(destroy.output).not.toMatch(/kept on/);
  expect(requests()).toEqual([]);
  expect(changes()).toEqual([]);
}, 600_000);

test("adopt: the id that is held, none, and latest again are updates without a request; another id replaces", async () => {
  stack = await createStack({ resources: { adopted: { ...discloud, adopt: "latest" } } });
  const { emulator, workspace } = stack;
  const other = emulator.discloud.addSnapshot(seed.discloud.appId, { createdAtMs: Date.UTC(2024, 0, 1) }).version;
  const changes = changesSeenBy(emulator);
  const requests = requestsSeenBy(emulator);
  await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(await stack.snapshot("adopted")).toMatchObject({ id, outputs: { adopted: true } });
  emulator.discloud.addSnapshot(seed.discloud.appId);
  requests();

  for (const adopt of [seed.discloud.version, undefined, "latest"]) {
    stack.declare({ adopted: { ...discloud, ...(adopt === undefined ? {} : { adopt }) } });
    const up = await workspace.up(["--skip-preview"], { expectCode: 0 });
    expect(up.stdout).toContain("~ 1 updated");
    expect((await stack.snapshot("adopted")).id).toBe(id);
  }
  expect(requests()).toEqual([]);

  stack.declare({ adopted: { ...discloud, adopt: other } });
  const preview = await workspace.preview(["--diff"], { expectCode: 0 });
  expect(preview.stdout).toMatch(new RegExp(`~ adopt\\s*: "latest" => "${other}"`));
  expect(preview.stdout).toContain("+-1 to replace");
  await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect((await stack.snapshot("adopted")).outputs).toMatchObject({ snapshotId: other, adopted: true });

  stack.declare({ adopted: { ...discloud, adopt: "20000101-000000" } });
  const missing = await workspace.up(["--skip-preview"]);
  expect(missing.code).not.toBe(0);
  expect(diagnosticsOf(missing, "adopted").join("\n")).toMatch(/no snapshot "20000101-000000" to adopt: it lists "/);
  expect(changes()).toEqual([]);
}, 600_000);

test("reuseWithin adopts a young snapshot instead of taking one, and never the one that is being replaced", async () => {
  const declared = (release: string) => ({
    young: { platform: "virtus", appId: seed.virtus.appId, reuseWithin: "6h", triggers: { release } },
    // When a snapshot on Discloud was taken is not known, unless it is an own one.
    unknown: { ...discloud, reuseWithin: "10y", triggers: { release } },
  });
  stack = await createStack({ resources: declared("1") });
  const { emulator, workspace } = stack;
  const changes = changesSeenBy(emulator);
  const young = emulator.virtus.addSnapshot(seed.virtus.appId, { modifiedMs: Date.now() - 5 * HOUR_MS });

  await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toEqual([`discloud create-snapshot ${seed.discloud.appId}`]);
  expect((await stack.snapshot("young")).outputs).toMatchObject({
    snapshotId: new Date(young.modifiedMs).toISOString(),
    adopted: true,
  });
  const first = (await stack.snapshot("unknown")).outputs;
  expect(first).toMatchObject({ snapshotId: versions(seed.discloud.appId).at(-1), adopted: false });

  stack.declare(declared("2"));
  await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toEqual([
    `discloud create-snapshot ${seed.discloud.appId}`,
    `virtus create-app-snapshot ${seed.virtus.appId}`,
  ]);
  expect((await stack.snapshot("young")).outputs).toMatchObject({ adopted: false });
  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
}, 600_000);
