import { seed } from "../../emulator";
import {
  changesSeenBy,
  concernsOf,
  connectionTo,
  createStack,
  type Declared,
  diagnosticsOf,
  type Stack,
} from "./stack";

const { jobId, emptyJobId } = seed.snapshooter;
const { volumeId, attachedVolumeId, fileVolumeId } = seed.scp;
const discloud = { platform: "discloud", appId: seed.discloud.appId };
const virtus = { platform: "virtus", appId: seed.virtus.appId };
const database = { platform: "virtus", databaseId: seed.virtus.databaseId };
const deleting = { deletionPolicy: "delete" };
const job = { platform: "snapshooter", jobId, ...deleting };
const emptyJob = { platform: "snapshooter", jobId: emptyJobId, ...deleting };
const volume = { platform: "scp", volumeId, ...deleting };
const attached = { platform: "scp", volumeId: attachedVolumeId, force: true, ...deleting };
const files = { platform: "scp", fileVolumeId, ...deleting };
const within = (create: string) => ({ opts: { customTimeouts: { create } } });

let stack: Stack;
let changes: () => string[];
afterEach(() => stack.dispose());

async function start(resources: Record<string, Declared>): Promise<void> {
  stack = await createStack({ resources });
  changes = changesSeenBy(stack.emulator);
  const { virtus, snapshooter, scp } = stack.emulator;
  Object.assign(snapshooter.timing, { pendingMs: 0, runningMs: 0 });
  Object.assign(scp.virtualserver, { creatingMs: 0, deletingMs: 0, raceMs: 0 });
  Object.assign(scp.filestorage, { creatingMs: 0, deletingMs: 0 });
  virtus.createIntervalMs = 0;
  // An account may take one snapshot every five seconds: parallel creates need connections of their own.
  stack.workspace.setConfig({ "snapshots:other": connectionTo(stack.emulator, "virtus") });
}

const versions = () =>
  (stack.emulator.discloud.apps.get(seed.discloud.appId)?.snapshots.present() ?? []).map(({ version }) => version);
const ofVirtus = (id: string) => stack.emulator.virtus.targets.get(id)?.snapshots.present() ?? [];
const backups = (id: string) => (stack.emulator.snapshooter.jobs.get(id)?.backups.present() ?? []).map(({ id }) => id);
const onVolume = (id: string) => stack.emulator.scp.virtualserver.snapshotsOf(id).map(({ id }) => id);
const onFiles = () => stack.emulator.scp.filestorage.snapshotsOf(fileVolumeId).map(({ id }) => id);

test("not ready in time: a diff stays until it is, without a second request; a failed one is replaced", async () => {
  await start({
    "slow-backup": { ...job, ...within("2s") },
    "failing-backup": { ...emptyJob, ...within("2s") },
    "slow-volume": { ...volume, ...within("2s") },
    "failing-volume": { ...attached, ...within("2s") },
    "failed-files": { ...files, ...within("2s") },
    lost: { ...virtus, ...within("6s") },
    late: { ...database, connection: "other", ...within("6s") },
  });
  const { emulator, workspace } = stack;
  const { virtualserver, filestorage } = emulator.scp;
  emulator.snapshooter.timing.runningMs = Number.POSITIVE_INFINITY;
  virtualserver.creatingMs = Number.POSITIVE_INFINITY;
  filestorage.outcome = "error";
  emulator.virtus.holdLists();
  emulator.faults.add({ platform: "virtus", operation: "create-app-snapshot", fault: "reset-after-commit" });

  const up = await workspace.up(["--skip-preview"]);
  expect(up.code).not.toBe(0);
  expect(changes()).toHaveLength(7);
  const made = {
    "slow-backup": backups(jobId).at(-1) ?? "",
    "failing-backup": backups(emptyJobId).at(-1) ?? "",
    "slow-volume": onVolume(volumeId).at(-1) ?? "",
    "failing-volume": onVolume(attachedVolumeId).at(-1) ?? "",
    "failed-files": onFiles().at(-1) ?? "",
  };
  const says = (result: typeof up, name: string) => diagnosticsOf(result, name).join("\n");
  const waiting = (id: string, status: string) =>
    new RegExp(`snapshot "${id}".* is not ready yet, its status is "${status}".*run pulumi up again`);
  const failed = (id: string, status: string) =>
    new RegExp(`snapshot "${id}".* has failed, its status is "${status}"\\. The next pulumi up takes another`);
  expect(says(up, "slow-backup")).toMatch(waiting(made["slow-backup"], "running"));
  expect(says(up, "slow-volume")).toMatch(waiting(made["slow-volume"], "creating"));
  expect(says(up, "failed-files")).toMatch(failed(made["failed-files"], "error"));
  expect(says(up, "lost")).toMatch(/The request is recorded: run pulumi up again/);
  expect(says(up, "late")).toMatch(/accepted the snapshot at .* run pulumi up again/);
  const held = await stack.snapshots();
  expect(held).toMatchObject({
    "slow-backup": { id: `snapshooter/job/${jobId}/${made["slow-backup"]}`, outputs: { status: "running" } },
    "slow-volume": { id: `scp/volume/${volumeId}/${made["slow-volume"]}`, outputs: { status: "running" } },
    "failed-files": {
      id: `scp/file-volume/${fileVolumeId}/${made["failed-files"]}`,
      outputs: { snapshotId: made["failed-files"], status: "failed", platformStatus: "error" },
    },
    lost: {
      id: expect.stringMatching(new RegExp(`^virtus/app/${seed.virtus.appId}/pending/\\d{4}-`)),
      outputs: { status: "pending" },
    },
    late: { id: expect.stringMatching(new RegExp(`^virtus/database/${seed.virtus.databaseId}/pending/`)) },
  });

  const refresh = await workspace.refresh(["--skip-preview"], { expectCode: 0 });
  expect(diagnosticsOf(refresh, "lost")).toEqual([
    expect.stringMatching(/^warning: .*the next pulumi up looks for it/),
  ]);
  const preview = await workspace.preview(["--expect-no-changes"]);
  expect(preview.code).not.toBe(0);
  expect(preview.stdout).toContain("~ 6 to update");
  expect(preview.stdout).toContain("+-1 to replace");

  emulator.snapshooter.setStatus(made["slow-backup"], "completed");
  emulator.snapshooter.setStatus(made["failing-backup"], "failed");
  virtualserver.setStatus(made["slow-volume"], "available");
  virtualserver.setStatus(made["failing-volume"], "error");
  filestorage.outcome = "available";
  emulator.virtus.releaseLists();
  const again = await workspace.up(["--skip-preview", "--continue-on-error"]);
  expect(again.code).not.toBe(0);
  expect(changes()).toEqual([`scp create-file-snapshot ${fileVolumeId}`]);
  const [ofApp, ofDatabase] = [seed.virtus.appId, seed.virtus.databaseId].map((id) => ofVirtus(id).at(-1));
  const modified = new Date(ofApp?.modifiedMs ?? 0).toISOString();
  expect(await stack.snapshots()).toMatchObject({
    "slow-backup": { outputs: { snapshotId: made["slow-backup"], status: "available" } },
    "failing-backup": { outputs: { snapshotId: made["failing-backup"], status: "failed" } },
    "slow-volume": { outputs: { snapshotId: made["slow-volume"], status: "available" } },
    "failing-volume": { outputs: { snapshotId: made["failing-volume"], status: "failed" } },
    lost: { id: held["lost"]?.id, outputs: { snapshotId: modified, status: "available" } },
    late: { outputs: { snapshotId: ofDatabase?.versionId, status: "available" } },
  });
  expect(says(again, "failing-backup")).toMatch(failed(made["failing-backup"], "failed"));
  expect(says(again, "failing-volume")).toMatch(failed(made["failing-volume"], "error"));

  emulator.snapshooter.timing.runningMs = 0;
  virtualserver.creatingMs = 0;
  const last = await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(last.stdout).toContain("+-2 replaced");
  expect(changes()).toEqual([
    `scp create-snapshot ${attachedVolumeId}`,
    `scp delete-file-snapshot ${fileVolumeId}`,
    `scp delete-snapshot ${attachedVolumeId}`,
    `snapshooter delete-backup ${emptyJobId}`,
    `snapshooter start-backup ${emptyJobId}`,
  ]);
  expect(onFiles()).not.toContain(made["failed-files"]);
  expect([backups(emptyJobId), onVolume(attachedVolumeId)]).toEqual([[expect.any(String)], [expect.any(String)]]);

  // A pending snapshot that was found keeps its id until a refresh reads it.
  await workspace.refresh(["--skip-preview"], { expectCode: 0 });
  expect((await stack.snapshot("lost")).id).toBe(
    `virtus/app/${seed.virtus.appId}/${seed.virtus.snapshotName}/${encodeURIComponent(modified)}`,
  );
  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  expect(changes()).toEqual([]);
});

test("a lost answer is got over in the same up, or in the next one while the replaced snapshot stays; what was only inferred is not deleted", async () => {
  const declared = (release: string): Record<string, Declared> => ({
    first: virtus,
    second: virtus,
    read: { platform: "dscloud", appId: seed.dscloud.appId, adopt: "latest" },
    app: { ...discloud, triggers: { release }, ...within("6s") },
    backup: { ...emptyJob, triggers: { release }, ...within("6s") },
    volume,
    files,
  });
  await start(declared("1"));
  const { emulator, workspace } = stack;
  const lost = { fault: "reset-after-commit" } as const;
  const posts = [
    { platform: "discloud", operation: "create-snapshot" },
    { platform: "snapshooter", operation: "start-backup" },
    { platform: "scp", operation: "create-snapshot" },
    { platform: "scp", operation: "create-file-snapshot" },
  ];
  for (const post of posts) emulator.faults.add({ ...post, ...lost });
  // Somebody else's snapshot appears in the same moment and is never claimed.
  emulator.faults.add({ platform: "scp", operation: "create-snapshot", fault: "foreign-snapshot", when: "after" });
  emulator.faults.add({ platform: "discloud", operation: "list-app-snapshots", fault: "cut" });
  emulator.faults.add({ platform: "dscloud", fault: "status", status: 503 });
  emulator.faults.add({ platform: "dscloud", fault: "reset-before-commit", skip: 1 });
  emulator.faults.add({ platform: "virtus", operation: "list-app-snapshots", fault: "status", status: 429 });
  const foreign = onVolume(volumeId);

  const up = await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toEqual([
    `discloud create-snapshot ${seed.discloud.appId}`,
    `scp create-file-snapshot ${fileVolumeId}`,
    `scp create-snapshot ${volumeId}`,
    `snapshooter start-backup ${emptyJobId}`,
    `virtus create-app-snapshot ${seed.virtus.appId}`,
    `virtus create-app-snapshot ${seed.virtus.appId}`,
  ]);
  const taken = emulator.requests.filter(({ operation }) => operation === "create-app-snapshot");
  expect(taken.map(({ status }) => status)).toEqual([200, 200]);
  const held = await stack.snapshots();
  expect([held["first"]?.outputs?.["snapshotId"], held["second"]?.outputs?.["snapshotId"]].sort()).toEqual(
    ofVirtus(seed.virtus.appId)
      .slice(-2)
      .map(({ modifiedMs }) => new Date(modifiedMs).toISOString()),
  );
  const mine = emulator.scp.virtualserver.snapshotsOf(volumeId).filter(({ name }) => name?.startsWith("volume-"));
  const made = { app: versions()[1], backup: backups(emptyJobId)[0], volume: mine[0]?.id, files: onFiles()[0] };
  expect([versions(), backups(emptyJobId), mine, onFiles()].map(({ length }) => length)).toEqual([2, 1, 1, 1]);
  expect(onVolume(volumeId)).toHaveLength(foreign.length + 2);
  for (const [name, id] of Object.entries(made)) {
    expect(held[name]?.outputs).toMatchObject({ snapshotId: id, status: "available", adopted: false });
    expect(concernsOf(up, name)).toEqual([
      expect.stringMatching(`^warning: the answer to the request of .* was lost; .*"${id}"`),
    ]);
  }
  for (const name of ["first", "second", "read"]) expect(concernsOf(up, name)).toEqual([]);

  for (const post of posts.slice(0, 2)) emulator.faults.add({ ...post, ...lost });
  const lists = { platform: "discloud", operation: "list-app-snapshots", times: "always", skip: 1 } as const;
  emulator.faults.add({ ...lists, fault: "status", status: 503 });
  emulator.snapshooter.jobs.get(emptyJobId)?.backups.hold();
  stack.declare(declared("2"));
  const replacing = await workspace.up(["--skip-preview", "--continue-on-error"]);
  expect(replacing.code).not.toBe(0);
  expect(changes()).toHaveLength(2);
  const pending = (await workspace.resources(":Snapshot")).filter(({ urn }) => /::(app|backup)$/.test(urn));
  expect(pending.map(({ id, delete: isOld = false }) => [id, isOld]).sort()).toEqual([
    [held["app"]?.id, true],
    [expect.stringContaining("/pending/"), false],
    [held["backup"]?.id, true],
    [expect.stringContaining("/pending/"), false],
  ]);

  emulator.faults.clear();
  emulator.snapshooter.jobs.get(emptyJobId)?.backups.release();
  const next = await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toEqual([]);
  const stays = (id: string | undefined, why: RegExp) =>
    expect.stringMatching(new RegExp(`^(warning: )?kept on .*: snapshot "${id}" of .* \\(${why.source}`));
  const inferred = /no answer of the platform named it as this resource's, it was only inferred/;
  expect(concernsOf(next, "app").sort()).toEqual([
    stays(made.app, /its API can't delete/),
    expect.stringMatching(`^warning: the answer to the request of .*"${versions().at(-1)}"`),
  ]);
  expect(concernsOf(next, "backup").sort()).toEqual([
    stays(made.backup, inferred),
    expect.stringMatching(`^warning: the answer to the request of .*"${backups(emptyJobId).at(-1)}"`),
  ]);
  const second = backups(emptyJobId).at(-1);
  expect(await stack.snapshots()).toMatchObject({
    app: { outputs: { snapshotId: versions().at(-1), status: "available" } },
    backup: { outputs: { snapshotId: second, status: "available" } },
  });
  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });

  // The volume's snapshot carries the resource's owner id.
  const destroy = await workspace.destroy(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toEqual([`scp delete-snapshot ${volumeId}`]);
  expect(onVolume(volumeId)).not.toContain(made.volume);
  expect(onVolume(volumeId)).toHaveLength(foreign.length + 1);
  expect(diagnosticsOf(destroy, "volume")).toEqual([expect.stringMatching(/^deleted snapshot ".*" of volume /)]);
  expect(diagnosticsOf(destroy, "backup")).toEqual([stays(second, inferred)]);
  expect(diagnosticsOf(destroy, "files")).toEqual([stays(made.files, inferred)]);
});
