import { seed } from "../../emulator";
import { blocksIn } from "../docs/pages";
import { changesSeenBy, createStack, diagnosticsOf, requestsSeenBy, type Stack } from "./stack";

const TYPE = "pulumi-nodejs:dynamic/snapshots:Snapshot";
const PROVIDER = 'exports.handler = () => require("pulumi-snapshots/runtime").provider("Snapshot");';

const discloud = { platform: "discloud", appId: seed.discloud.appId };
const id = `discloud/app/${seed.discloud.appId}/${seed.discloud.version}`;
const dscloudId = `dscloud/app/${seed.dscloud.appId}/${encodeURIComponent(seed.dscloud.latestName)}`;

let stack: Stack;
afterEach(() => stack.dispose());

/** Import file from the README, for a snapshot that the emulator has. */
function readmeImportFile(): { resources: { name: string; id: string; outputs: object }[] } {
  return JSON.parse(blocksIn("README.md", "json").find((text) => text.includes('"resources"')) ?? "");
}

test("the README's file imports a snapshot into the README's program, and the next preview shows nothing", async () => {
  const file = readmeImportFile();
  const [resource] = file.resources;
  expect(resource?.id).toBe(id);
  const name = resource?.name ?? "";
  const [program = ""] = blocksIn("README.md", "typescript");
  stack = await createStack({
    files: {
      "package.json": { name: "snap", private: true, main: "index.ts" },
      "tsconfig.json": { compilerOptions: { module: "nodenext", target: "es2022", strict: true }, files: ["index.ts"] },
      "index.ts": program,
      "import.json": file,
    },
  });
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
  expect(destroy.stdout).toMatch(/kept on Discloud: snapshot "20241207-190711" of app/);
  expect(changes()).toEqual([]);
}, 600_000);

test("an import file with as good as no outputs is filled by a refresh; Snapshot.get reads one, and destroy leaves all alone", async () => {
  const inputs = { __provider: PROVIDER, ...discloud };
  const least = { type: TYPE, name: "least", id, inputs, outputs: { __provider: PROVIDER } };
  const imported = { least: discloud };
  stack = await createStack({
    resources: imported,
    files: { "import.json": { resources: [least] } },
  });
  const { emulator, workspace } = stack;
  const changes = changesSeenBy(emulator);
  const args = ["import", "--yes", "--file", "import.json", "--generate-code=false", "--protect=false"];
  const run = await workspace.pulumi(args, { expectCode: 0 });
  expect(run.output).not.toMatch(/error|warning/i);
  await workspace.refresh(["--skip-preview"], { expectCode: 0 });
  stack.declare({ ...imported, "got-discloud": { get: id }, "got-dscloud": { get: dscloudId } });
  const up = await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(up.stdout).toContain("2 unchanged");
  expect(up.output).not.toMatch(/warning|error/i);
  const held = await stack.snapshots();
  for (const each of ["least", "got-discloud"]) {
    expect(held[each]).toMatchObject({
      id,
      outputs: { ...discloud, snapshotId: seed.discloud.version, status: "available", sizeText: expect.any(String) },
    });
  }
  expect(held["got-discloud"]?.external).toBe(true);
  expect(held["got-dscloud"]).toMatchObject({ external: true, outputs: { snapshotId: seed.dscloud.latestName } });
  await workspace.refresh(["--skip-preview", "--expect-no-changes"], { expectCode: 0 });

  stack.declare({ ...imported, missing: { get: `discloud/app/${seed.discloud.appId}/20000101-000000` } });
  const failed = await workspace.up(["--skip-preview"]);
  expect(failed.code).not.toBe(0);
  expect(diagnosticsOf(failed, "missing").join("\n")).toMatch(/error: .*there is no snapshot 20000101-000000 of app/);

  const requests = requestsSeenBy(emulator);
  requests();
  const destroy = await workspace.destroy(["--skip-preview"], { expectCode: 0 });
  const stays = /^ +kept on Discloud: snapshot "20241207-190711" of app/gm;
  expect(destroy.stdout.match(stays)).toHaveLength(1);
  expect(diagnosticsOf(destroy, "got-dscloud")).toEqual([]);
  expect(requests()).toEqual([]);
  expect(changes()).toEqual([]);
});
