import { readFileSync } from "node:fs";
import { join } from "node:path";
import { seed } from "../../emulator";
import { changesSeenBy, createStack, diagnosticsOf, requestsSeenBy, type Stack } from "./stack";

const TYPE = "pulumi-nodejs:dynamic/snapshots:Snapshot";
const PROVIDER = 'exports.handler = () => require("pulumi-snapshots/runtime").provider("Snapshot");';

const discloud = { platform: "discloud", appId: seed.discloud.appId };
const id = `discloud/app/${seed.discloud.appId}/${seed.discloud.version}`;
const dscloudId = `dscloud/app/${seed.dscloud.appId}/${encodeURIComponent(seed.dscloud.latestName)}`;

let stack: Stack;
afterEach(() => stack.dispose());

/** The import file that the README shows, for a snapshot that the emulator has. */
function readmeImportFile(): { resources: { name: string; id: string; outputs: object }[] } {
  const readme = readFileSync(join(__dirname, "../../README.md"), "utf8");
  const [, block] = /^```json\n(\{\n {2}"resources"[\s\S]*?)^```$/m.exec(readme) ?? [];
  return JSON.parse(block ?? "");
}

test("the README's file imports a snapshot, so that the next preview shows nothing, and a file without outputs is filled by a refresh; Snapshot.get reads one, and destroy leaves all alone", async () => {
  const [fromReadme] = readmeImportFile().resources;
  expect(fromReadme?.id).toBe(id);
  const name = fromReadme?.name ?? "";
  const inputs = { __provider: PROVIDER, ...discloud };
  const least = { type: TYPE, name: "least", id, inputs, outputs: { __provider: PROVIDER } };
  const imported = { [name]: discloud, least: discloud };
  stack = await createStack({
    resources: imported,
    files: { "import.json": { resources: [fromReadme, least] } },
  });
  const { emulator, workspace } = stack;
  const changes = changesSeenBy(emulator);
  const args = ["import", "--yes", "--file", "import.json", "--generate-code=false", "--protect=false"];
  const run = await workspace.pulumi(args, { expectCode: 0 });
  expect(run.output).not.toMatch(/error|warning/i);
  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });

  await workspace.refresh(["--skip-preview"], { expectCode: 0 });
  stack.declare({ ...imported, "got-discloud": { get: id }, "got-dscloud": { get: dscloudId } });
  const up = await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(up.stdout).toContain("3 unchanged");
  expect(up.output).not.toMatch(/warning|error/i);
  const held = await stack.snapshots();
  for (const each of [name, "least", "got-discloud"]) {
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
  const stays = /^ +warning: forgotten, not deleted: snapshot 20241207-190711 .* stays on Discloud/gm;
  expect(destroy.stdout.match(stays)).toHaveLength(2);
  expect(diagnosticsOf(destroy, "got-dscloud")).toEqual([]);
  expect(requests()).toEqual([]);
  expect(changes()).toEqual([]);
});
