import { readdirSync } from "node:fs";
import { join } from "node:path";
import { seed } from "../../emulator";
import { upWithProviderKilled } from "./provider-process";
import { changesSeenBy, concernsOf, createStack, diagnosticsOf, type Stack } from "./stack";

const discloud = { platform: "discloud", appId: seed.discloud.appId };
const virtus = { platform: "virtus", appId: seed.virtus.appId };
const database = { platform: "virtus", databaseId: seed.virtus.databaseId };
const shortly = { customTimeouts: { create: "6s" } };

let stack: Stack;
afterEach(() => stack.dispose());

const discloudVersions = () =>
  (stack.emulator.discloud.apps.get(seed.discloud.appId)?.snapshots.present() ?? []).map(({ version }) => version);
const virtusSnapshots = (id: string) => stack.emulator.virtus.targets.get(id)?.snapshots.present() ?? [];

test("two Snapshots of one Virtus app are taken one after the other, and what fails on the way is got over in the same up", async () => {
  stack = await createStack({
    resources: {
      first: virtus,
      second: virtus,
      lost: discloud,
      read: { platform: "dscloud", appId: seed.dscloud.appId, adopt: "latest" },
    },
  });
  const { emulator, workspace } = stack;
  const changes = changesSeenBy(emulator);
  emulator.faults.add({ platform: "discloud", operation: "create-snapshot", fault: "reset-after-commit" });
  emulator.faults.add({ platform: "discloud", operation: "list-app-snapshots", fault: "cut" });
  emulator.faults.add({ platform: "dscloud", fault: "status", status: 503 });
  emulator.faults.add({ platform: "virtus", operation: "list-app-snapshots", fault: "status", status: 429 });
  emulator.faults.add({ platform: "dscloud", fault: "reset-before-commit", skip: 1 });

  const up = await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toEqual([
    `discloud create-snapshot ${seed.discloud.appId}`,
    `virtus create-app-snapshot ${seed.virtus.appId}`,
    `virtus create-app-snapshot ${seed.virtus.appId}`,
  ]);
  const creates = emulator.requests.filter(({ operation }) => operation === "create-app-snapshot");
  expect(creates.map(({ status }) => status)).toEqual([200, 200]);
  const [first, second, lost] = await Promise.all(["first", "second", "lost"].map((name) => stack.snapshot(name)));
  const taken = virtusSnapshots(seed.virtus.appId).slice(-2);
  expect([first?.outputs?.["snapshotId"], second?.outputs?.["snapshotId"]].sort()).toEqual(
    taken.map(({ modifiedMs }) => new Date(modifiedMs).toISOString()),
  );
  expect(first?.id).not.toBe(second?.id);

  expect(discloudVersions()).toHaveLength(2);
  expect(lost?.id).toBe(`discloud/app/${seed.discloud.appId}/${discloudVersions()[1]}`);
  expect(concernsOf(up, "lost")).toEqual([
    expect.stringMatching(`^warning: the answer to the request of .* was lost; .*"${discloudVersions()[1]}"`),
  ]);
  for (const name of ["first", "second", "read"]) expect(concernsOf(up, name)).toEqual([]);
  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
}, 600_000);

test("a list that lags leaves a pending id in the state, and the next up finds the snapshot without a second POST", async () => {
  stack = await createStack({
    resources: { lost: { ...virtus, opts: shortly }, late: { ...database, opts: shortly } },
  });
  const { emulator, workspace } = stack;
  const changes = changesSeenBy(emulator);
  emulator.virtus.holdLists();
  emulator.faults.add({ platform: "virtus", operation: "create-app-snapshot", fault: "reset-after-commit" });

  const up = await workspace.up(["--skip-preview"]);
  expect(up.code).not.toBe(0);
  expect(changes()).toHaveLength(2);
  expect(diagnosticsOf(up, "lost").join("\n")).toMatch(/The request is recorded: run pulumi up again/);
  expect(diagnosticsOf(up, "late").join("\n")).toMatch(/accepted the snapshot at .* run pulumi up again/);
  const held = await stack.snapshot("lost");
  expect(held.id).toMatch(new RegExp(`^virtus/app/${seed.virtus.appId}/pending/\\d{4}-`));
  expect(held.outputs).toMatchObject({ status: "pending" });
  expect((await stack.snapshot("late")).id).toMatch(new RegExp(`^virtus/database/${seed.virtus.databaseId}/pending/`));

  const refresh = await workspace.refresh();
  expect(refresh.code).toBe(0);
  expect(diagnosticsOf(refresh, "lost")).toEqual([
    expect.stringMatching(/^warning: .*the next pulumi up looks for it/),
  ]);
  const preview = await workspace.preview(["--expect-no-changes"]);
  expect(preview.code).not.toBe(0);
  expect(preview.stdout).toContain("~ 2 to update");

  emulator.virtus.releaseLists();
  const again = await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(again.stdout).toContain("~ 2 updated");
  expect(changes()).toEqual([]);
  const [ofApp, ofDatabase] = [seed.virtus.appId, seed.virtus.databaseId].map((id) => virtusSnapshots(id).at(-1));
  const snapshotId = new Date(ofApp?.modifiedMs ?? 0).toISOString();
  expect(await stack.snapshot("lost")).toMatchObject({ id: held.id, outputs: { snapshotId, status: "available" } });
  expect((await stack.snapshot("late")).outputs).toMatchObject({ snapshotId: ofDatabase?.versionId });
  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });

  await workspace.refresh(["--skip-preview"], { expectCode: 0 });
  expect((await stack.snapshot("lost")).id).toBe(
    `virtus/app/${seed.virtus.appId}/${seed.virtus.snapshotName}/${encodeURIComponent(snapshotId)}`,
  );
  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  expect(changes()).toEqual([]);
}, 600_000);

test("several snapshots that may be the lost one are all named and none is claimed, until adopt chooses", async () => {
  stack = await createStack({ resources: { unclear: { ...discloud, opts: shortly } } });
  const { emulator, workspace } = stack;
  const changes = changesSeenBy(emulator);
  emulator.faults.add({ platform: "discloud", operation: "create-snapshot", fault: "reset-after-commit" });
  emulator.faults.add({ platform: "discloud", operation: "create-snapshot", fault: "foreign-snapshot", when: "after" });

  const up = await workspace.up(["--skip-preview"]);
  expect(up.code).not.toBe(0);
  const [, ...made] = discloudVersions();
  expect(made).toHaveLength(2);
  const message = diagnosticsOf(up, "unclear").join("\n");
  for (const version of made) expect(message).toContain(`"${version}"`);
  expect(message).toMatch(/pass adopt: "/);
  expect((await stack.snapshot("unclear")).id).toContain("/pending/");

  const again = await workspace.up(["--skip-preview"]);
  expect(again.code).not.toBe(0);
  expect(changes()).toHaveLength(1);

  stack.declare({ unclear: { ...discloud, adopt: made[0], opts: shortly } });
  await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toEqual([]);
  expect(await workspace.resources(":Snapshot")).toMatchObject([
    { id: `discloud/app/${seed.discloud.appId}/${made[0]}`, outputs: { adopted: true, status: "available" } },
  ]);
  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
}, 600_000);

test("after a 500 nothing is sent again until the list can't be late any more", async () => {
  let ahead = 0;
  stack = await createStack({
    emulator: { now: () => Date.now() + ahead },
    resources: { refused: { ...discloud, opts: shortly } },
  });
  const { emulator, workspace } = stack;
  const changes = changesSeenBy(emulator);
  emulator.faults.add({ platform: "discloud", operation: "create-snapshot", fault: "status", status: 500 });

  const up = await workspace.up(["--skip-preview"]);
  expect(up.code).not.toBe(0);
  expect(changes()).toHaveLength(1);
  expect(diagnosticsOf(up, "refused").join("\n")).toMatch(/HTTP 500 .*Whether a snapshot was created is not known yet/);
  const early = await workspace.up(["--skip-preview"]);
  expect(early.code).not.toBe(0);
  expect(changes()).toEqual([]);

  ahead = 61_000;
  await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toHaveLength(1);
  expect(discloudVersions()).toHaveLength(2);
  expect((await stack.snapshot("refused")).outputs).toMatchObject({ snapshotId: discloudVersions()[1] });
}, 600_000);

test("a replacement whose answer is lost keeps the old snapshot until the new one is found", async () => {
  const declared = (release: string) => ({ kept: { ...discloud, triggers: { release }, opts: shortly } });
  stack = await createStack({ resources: declared("1") });
  const { emulator, workspace } = stack;
  const changes = changesSeenBy(emulator);
  await workspace.up(["--skip-preview"], { expectCode: 0 });
  const old = await stack.snapshot("kept");

  emulator.faults.add({ platform: "discloud", operation: "create-snapshot", fault: "reset-after-commit" });
  const lists = { platform: "discloud", operation: "list-app-snapshots", times: "always" } as const;
  emulator.faults.add({ ...lists, skip: 1, fault: "status", status: 503 });
  stack.declare(declared("2"));
  const up = await workspace.up(["--skip-preview"]);
  expect(up.code).not.toBe(0);
  expect(await workspace.resources(":Snapshot")).toMatchObject([
    { id: expect.stringContaining("/pending/"), outputs: { status: "pending" } },
    { id: old.id, delete: true },
  ]);

  emulator.faults.clear();
  const again = await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toHaveLength(2);
  expect(concernsOf(again, "kept").sort()).toEqual([
    expect.stringMatching(`^kept on Discloud: snapshot ${old.outputs?.["snapshotId"]} of app`),
    expect.stringMatching(`^warning: the answer to the request of .*"${discloudVersions().at(-1)}"`),
  ]);
  expect((await stack.snapshot("kept")).outputs).toMatchObject({ snapshotId: discloudVersions().at(-1) });
  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
}, 600_000);

test("when the provider's process is killed between request and answer, the next up adopts what was made", async () => {
  stack = await createStack({ resources: { killed: discloud } });
  const { emulator, workspace } = stack;
  const changes = changesSeenBy(emulator);
  emulator.faults.add({ platform: "discloud", operation: "create-snapshot", fault: "slow", ms: 60_000 });

  await upWithProviderKilled(stack, () => emulator.requests.some(({ committed }) => committed));
  expect(await workspace.resources(":Snapshot")).toEqual([]);
  const intents = join(workspace.home, "pulumi-snapshots/intents");
  expect(readdirSync(intents)).toHaveLength(1);

  emulator.faults.clear();
  const again = await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toHaveLength(1);
  expect(concernsOf(again, "killed")).toEqual([expect.stringMatching(/^warning: the answer to the request of/)]);
  expect((await stack.snapshot("killed")).outputs).toMatchObject({ snapshotId: discloudVersions()[1], adopted: false });
  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  expect(readdirSync(intents)).toEqual([]);
}, 600_000);
