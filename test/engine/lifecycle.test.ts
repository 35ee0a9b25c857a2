import { seed } from "../../emulator";
import { changesSeenBy, createStack, type Declared, diagnosticsOf, requestsSeenBy, type Stack } from "./stack";

let stack: Stack;
let changes: () => string[];

const declare = (release: string): Record<string, Declared> => ({
  "on-discloud": { platform: "discloud", appId: seed.discloud.appId, triggers: { release, always: "same" } },
  "on-virtus": { platform: "virtus", appId: seed.virtus.appId, triggers: { release } },
  "of-database": { platform: "virtus", databaseId: seed.virtus.databaseId, triggers: { release } },
  "on-dscloud": { platform: "dscloud", appId: seed.dscloud.appId, adopt: "latest", triggers: { release } },
});
const names = Object.keys(declare(""));

const onePostEach = [
  `discloud create-snapshot ${seed.discloud.appId}`,
  `virtus create-app-snapshot ${seed.virtus.appId}`,
  `virtus create-database-snapshot ${seed.virtus.databaseId}`,
];

/** What the platform itself holds of the newest snapshot, as the ids in the state should name it. */
function newestIds(): Record<string, string> {
  const { discloud, virtus, dscloud } = stack.emulator;
  const version = discloud.apps.get(seed.discloud.appId)?.snapshots.present().at(-1)?.version;
  const ofApp = virtus.targets.get(seed.virtus.appId)?.snapshots.present().at(-1);
  const ofDatabase = virtus.targets.get(seed.virtus.databaseId)?.snapshots.present().at(-1);
  const successful = dscloud.apps
    .get(seed.dscloud.appId)
    ?.present()
    .filter((backup) => backup.is_successful);
  const newest = successful?.sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at)).at(-1);
  const modified = encodeURIComponent(new Date(ofApp?.modifiedMs ?? 0).toISOString());
  return {
    "on-discloud": `discloud/app/${seed.discloud.appId}/${version}`,
    "on-virtus": `virtus/app/${seed.virtus.appId}/${ofApp?.name}/${modified}`,
    "of-database": `virtus/database/${seed.virtus.databaseId}/${ofDatabase?.versionId}`,
    "on-dscloud": `dscloud/app/${seed.dscloud.appId}/${encodeURIComponent(newest?.name ?? "")}`,
  };
}

async function idsInState(): Promise<Record<string, string | undefined>> {
  const snapshots = await Promise.all(names.map((name) => stack.snapshot(name)));
  return Object.fromEntries(snapshots.map(({ id }, index) => [names[index], id]));
}

beforeAll(async () => {
  stack = await createStack({ resources: declare("1") });
  changes = changesSeenBy(stack.emulator);
});

afterAll(() => stack.dispose());

test("up takes exactly one snapshot per resource, and none on DS Cloud", async () => {
  const up = await stack.workspace.up([], { expectCode: 0 });
  expect(up.stdout).toContain("+ 5 created");
  // The preview says what is to come, the up what it did, and neither the other's.
  expect(up.stdout.match(/^ {4}will take a snapshot of app 1745338954955$/gm)).toHaveLength(1);
  expect(up.stdout.match(/^ {4}took snapshot "\d+-\d+" of app 1745338954955 \(.*\d s\)$/gm)).toHaveLength(1);
  expect(up.output).not.toMatch(/warning|error/i);
  expect(changes()).toEqual(onePostEach);
  expect(await idsInState()).toEqual(newestIds());
  const outputs = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, (await stack.snapshot(name)).outputs] as const)),
  );
  expect(outputs).toMatchObject({
    "on-discloud": { status: "available", adopted: false, createdAt: expect.stringMatching(/Z$/) },
    "on-virtus": { status: "available", adopted: false, sizeBytes: 129_007, snapshotName: seed.virtus.snapshotName },
    "of-database": { status: "available", adopted: false, versionId: expect.any(String) },
    "on-dscloud": { status: "available", adopted: true, snapshotId: seed.dscloud.latestName },
  });
}, 600_000);

test("nothing changed is no diff and no request that changes anything, although keys, links and orders change", async () => {
  for (const platform of ["discloud", "virtus", "dscloud"]) {
    stack.emulator.faults.add({ platform, fault: "list-shuffle", times: "always" });
  }
  const before = await idsInState();

  const up = await stack.workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(up.stdout).toContain("5 unchanged");
  const preview = await stack.workspace.preview(["--diff", "--expect-no-changes"], { expectCode: 0 });
  expect(preview.stdout).toContain("5 unchanged");
  const refresh = await stack.workspace.refresh(["--diff", "--expect-no-changes"], { expectCode: 0 });
  expect(refresh.stdout).toContain("5 unchanged");
  await stack.workspace.preview(["--refresh", "--expect-no-changes"], { expectCode: 0 });

  for (const { output } of [up, preview, refresh]) expect(output).not.toMatch(/warning|error|^ *[~+-] /im);
  expect(changes()).toEqual([]);
  expect(await idsInState()).toEqual(before);
  stack.emulator.faults.clear();
}, 600_000);

test("a changed trigger previews as its old => new, and takes exactly one new snapshot each", async () => {
  const requests = requestsSeenBy(stack.emulator);
  requests();
  const before = await idsInState();
  stack.emulator.dscloud.addBackup(seed.dscloud.appId);
  stack.declare(declare("2"));

  const preview = await stack.workspace.preview(["--diff"], { expectCode: 0 });
  expect(preview.stdout.match(/~ release\s*: "1" => "2"/g)).toHaveLength(4);
  expect(preview.stdout).not.toContain("always");
  expect(preview.stdout).toContain("+-4 to replace");
  const rows = await stack.workspace.preview([], { expectCode: 0 });
  expect(diagnosticsOf(rows, "on-discloud")).toEqual([
    "will be replaced; the old snapshot stays on Discloud (its API can't delete)",
  ]);
  expect(diagnosticsOf(rows, "on-dscloud")).toEqual([
    "will be replaced; the old snapshot stays on DS Cloud (its API can't delete)",
    `will adopt the newest usable snapshot of app ${seed.dscloud.appId}`,
  ]);
  expect(requests()).toEqual([]);

  const up = await stack.workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(up.stdout).toContain("+-4 replaced");
  expect(changes()).toEqual(onePostEach);
  expect(await idsInState()).toEqual(newestIds());
  for (const name of names) {
    const taken = name === "on-dscloud" ? /^adopted snapshot / : /^took snapshot /;
    const said = diagnosticsOf(up, name);
    expect(said).toEqual([expect.stringMatching(taken), expect.stringMatching(/^kept on .*: snapshot /)]);
    const held = decodeURIComponent(before[name]?.split("/").at(-1) ?? "");
    expect(said[1]).toContain(held);
  }
  await stack.workspace.preview(["--expect-no-changes"], { expectCode: 0 });
}, 600_000);

test("destroy sends no request at all, and says on each row what stays", async () => {
  const requests = requestsSeenBy(stack.emulator);
  requests();
  const before = await idsInState();
  const counts = () => ({
    discloud: stack.emulator.discloud.apps.get(seed.discloud.appId)?.snapshots.present().length,
    virtus: stack.emulator.virtus.targets.get(seed.virtus.appId)?.snapshots.present().length,
  });
  const held = counts();

  const destroy = await stack.workspace.destroy([], { expectCode: 0 });
  expect(requests()).toEqual([]);
  expect(counts()).toEqual(held);
  for (const [name, title] of [
    ["on-discloud", "Discloud"],
    ["on-virtus", "Virtus Cloud"],
    ["of-database", "Virtus Cloud"],
    ["on-dscloud", "DS Cloud"],
  ] as const) {
    const id = decodeURIComponent(before[name]?.split("/").at(-1) ?? "");
    const kind = name === "of-database" ? "database" : "app";
    expect(diagnosticsOf(destroy, name)).toEqual([
      expect.stringMatching(new RegExp(`^kept on ${title}: snapshot ${id} of ${kind} .* \\(its API can't delete\\)$`)),
    ]);
  }
  expect(await stack.workspace.resources()).toEqual([]);
}, 600_000);
