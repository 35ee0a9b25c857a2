import { seed } from "../../emulator";
import {
  changesSeenBy,
  concernsOf,
  createStack,
  type Declared,
  diagnosticsOf,
  requestsSeenBy,
  type Stack,
} from "./stack";

const { jobId, emptyJobId, backupId } = seed.snapshooter;
const { volumeId, attachedVolumeId, fileVolumeId, snapshotId } = seed.scp;
const OTHER_APP = "other-app";
const HOUR_MS = 3_600_000;

let stack: Stack;
let changes: () => string[];
let requests: ReturnType<typeof requestsSeenBy>;

/** Values in the program that change from step to step. */
const said = {
  release: "1",
  reuseWithin: "6h",
  volume: { description: "before the release" } as { name?: string; description?: string },
  /** Deletion policies of `backup`, `daily-backup` and `volume`. */
  policies: ["delete", "retain", "delete"],
  adoptedBackup: backupId,
  adoptedVolume: { adopt: snapshotId } as { adopt?: string },
};

/** Snapshots on every platform: taken, adopted and reused. */
function declared(): Record<string, Declared> {
  const triggers = { release: said.release };
  const [backup, daily, volume] = said.policies;
  return {
    "on-discloud": { platform: "discloud", appId: seed.discloud.appId, triggers: { ...triggers, always: "same" } },
    "on-virtus": { platform: "virtus", appId: seed.virtus.appId, triggers },
    "of-database": { platform: "virtus", databaseId: seed.virtus.databaseId, triggers },
    "on-dscloud": { platform: "dscloud", appId: seed.dscloud.appId, adopt: "latest", triggers },
    reusing: { platform: "virtus", appId: OTHER_APP, reuseWithin: said.reuseWithin, triggers },
    backup: { platform: "snapshooter", jobId, triggers, deletionPolicy: backup },
    "daily-backup": { platform: "snapshooter", jobId: emptyJobId, triggers, tag: "daily", deletionPolicy: daily },
    "adopted-backup": { platform: "snapshooter", jobId, adopt: said.adoptedBackup, deletionPolicy: "retain" },
    volume: { platform: "scp", volumeId, ...said.volume, triggers, deletionPolicy: volume },
    named: {
      platform: "scp",
      volumeId: attachedVolumeId,
      force: true,
      name: "the same name",
      triggers,
      deletionPolicy: "delete",
    },
    files: { platform: "scp", fileVolumeId, triggers, deletionPolicy: "retain" },
    "adopted-volume": { platform: "scp", volumeId, ...said.adoptedVolume, deletionPolicy: "retain" },
  };
}

const names = Object.keys(declared());
/** Names of the snapshots that a change of the triggers replaces. */
const replaced = names.filter((name) => declared()[name]?.["triggers"] !== undefined);
const creates = [
  `discloud create-snapshot ${seed.discloud.appId}`,
  `scp create-file-snapshot ${fileVolumeId}`,
  `scp create-snapshot ${volumeId}`,
  `scp create-snapshot ${attachedVolumeId}`,
  `snapshooter start-backup ${emptyJobId}`,
  `snapshooter start-backup ${jobId}`,
  `virtus create-app-snapshot ${seed.virtus.appId}`,
  `virtus create-database-snapshot ${seed.virtus.databaseId}`,
];

const versions = () => stack.emulator.discloud.apps.get(seed.discloud.appId)?.snapshots.present() ?? [];
const ofVirtus = (id: string) => stack.emulator.virtus.targets.get(id)?.snapshots.present() ?? [];
const backups = (id: string) => (stack.emulator.snapshooter.jobs.get(id)?.backups.present() ?? []).map(({ id }) => id);
const onVolume = (id: string) => stack.emulator.scp.virtualserver.snapshotsOf(id);
const onFiles = () => stack.emulator.scp.filestorage.snapshotsOf(fileVolumeId);

/** Expected id of each in the state, from the newest snapshot on its platform. */
function newestIds(): Record<string, string> {
  const successful = (stack.emulator.dscloud.apps.get(seed.dscloud.appId)?.present() ?? [])
    .filter((backup) => backup.is_successful)
    .sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
  const ofApp = (id: string) => {
    const newest = ofVirtus(id).at(-1);
    const modified = encodeURIComponent(new Date(newest?.modifiedMs ?? 0).toISOString());
    return `virtus/app/${id}/${newest?.name}/${modified}`;
  };
  return {
    "on-discloud": `discloud/app/${seed.discloud.appId}/${versions().at(-1)?.version}`,
    "on-virtus": ofApp(seed.virtus.appId),
    "of-database": `virtus/database/${seed.virtus.databaseId}/${ofVirtus(seed.virtus.databaseId).at(-1)?.versionId}`,
    "on-dscloud": `dscloud/app/${seed.dscloud.appId}/${encodeURIComponent(successful.at(-1)?.name ?? "")}`,
    reusing: ofApp(OTHER_APP),
    backup: `snapshooter/job/${jobId}/${backups(jobId).at(-1)}`,
    "daily-backup": `snapshooter/job/${emptyJobId}/${backups(emptyJobId).at(-1)}`,
    "adopted-backup": `snapshooter/job/${jobId}/${backupId}`,
    volume: `scp/volume/${volumeId}/${onVolume(volumeId).at(-1)?.id}`,
    named: `scp/volume/${attachedVolumeId}/${onVolume(attachedVolumeId).at(-1)?.id}`,
    files: `scp/file-volume/${fileVolumeId}/${onFiles().at(-1)?.id}`,
    "adopted-volume": `scp/volume/${volumeId}/${snapshotId}`,
  };
}

async function idsInState(): Promise<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(await stack.snapshots()).map(([name, { id }]) => [name, id]));
}

beforeAll(async () => {
  stack = await createStack({ resources: declared() });
  const { virtus, snapshooter, scp } = stack.emulator;
  // Finished after the response, as on the platforms; here within a moment.
  Object.assign(snapshooter.timing, { pendingMs: 100, runningMs: 100 });
  Object.assign(scp.virtualserver, { creatingMs: 300, deletingMs: 300, raceMs: 500 });
  Object.assign(scp.filestorage, { creatingMs: 0, deletingMs: 0 });
  virtus.createIntervalMs = 0;
  virtus.addApp(OTHER_APP);
  virtus.addSnapshot(OTHER_APP, { modifiedMs: Date.now() - 5 * HOUR_MS });
  changes = changesSeenBy(stack.emulator);
  requests = requestsSeenBy(stack.emulator);
});

afterAll(() => stack.dispose());

test("up takes exactly one snapshot per resource, and none where one is adopted or reused", async () => {
  const up = await stack.workspace.up([], { expectCode: 0 });
  expect(up.stdout).toContain(`+ ${names.length + 1} created`);
  expect(up.output).not.toMatch(/warning|error/i);
  expect(changes()).toEqual(creates);
  expect(await idsInState()).toEqual(newestIds());
  const taken = onVolume(volumeId).at(-1);
  const held = await stack.snapshots();
  const isAdopted = (name: string) => /^(on-dscloud|reusing|adopted-)/.test(name);
  for (const name of names) {
    expect(held[name]?.outputs).toMatchObject({ status: "available", adopted: isAdopted(name) });
  }
  expect(Object.fromEntries(Object.entries(held).map(([name, { outputs }]) => [name, outputs]))).toMatchObject({
    "on-discloud": { createdAt: expect.stringMatching(/Z$/) },
    "on-virtus": { sizeBytes: 129_007, snapshotName: seed.virtus.snapshotName },
    "of-database": { versionId: expect.any(String) },
    "on-dscloud": { snapshotId: seed.dscloud.latestName },
    backup: {
      platformStatus: "completed",
      createdAt: expect.stringMatching(/Z$/),
      completedAt: expect.stringMatching(/Z$/),
      tag: "manual",
      files: [{ id: expect.any(String), name: expect.stringContaining("test.sql.gz"), sizeText: expect.any(String) }],
    },
    volume: {
      name: taken?.name,
      description: "before the release",
      platformStatus: "available",
      createdAt: expect.stringMatching(/Z$/),
      sizeGib: 104,
      region: seed.scp.region,
    },
    files: { region: seed.scp.region },
  });
  expect(taken).toMatchObject({
    name: expect.stringMatching(/^volume-[0-9a-f]{7}$/),
    description: "before the release",
  });
  expect(onVolume(attachedVolumeId).at(-1)?.description).toBe(`Snapshot ${held["named"]?.outputs?.["ownerId"]}`);
  const [daily] = stack.emulator.snapshooter.jobs.get(emptyJobId)?.backups.present() ?? [];
  expect(daily?.tags).toMatchObject({ manual: false, daily: true });
});

test("nothing changed is no diff and no request that changes anything, although keys, links, pages, orders and versions change", async () => {
  const { emulator, workspace } = stack;
  for (const platform of ["discloud", "virtus", "dscloud", "snapshooter", "scp"]) {
    emulator.faults.add({ platform, fault: "list-shuffle", times: "always" });
  }
  Object.assign(emulator.snapshooter, { defaultOrder: "oldest-first", pageCap: 1 });
  const before = await idsInState();
  const env = { SCP_VIRTUALSERVER_VERSION: "1.2" };
  const refresh = await workspace.refresh(["--skip-preview", "--diff", "--expect-no-changes"], { expectCode: 0, env });
  const up = await workspace.up(["--skip-preview", "--diff"], { expectCode: 0, env });
  for (const { stdout, output } of [refresh, up]) {
    expect(stdout).toContain(`${names.length + 1} unchanged`);
    expect(output).not.toMatch(/warning|error|^ *[~+-] /im);
  }
  expect(changes()).toEqual([]);
  expect(await idsInState()).toEqual(before);
  emulator.faults.clear();
});

test("a changed trigger previews as its old => new; the new snapshot is usable before the old one is deleted", async () => {
  requests();
  const before = await idsInState();
  const onPlatform = { job: backups(jobId), volume: onVolume(volumeId), named: onVolume(attachedVolumeId) };
  const filesBefore = onFiles();
  stack.emulator.dscloud.addBackup(seed.dscloud.appId);
  said.release = "2";
  stack.declare(declared());

  const preview = await stack.workspace.preview(["--diff"], { expectCode: 0 });
  expect(preview.stdout.match(/~ release\s*: "1" => "2"/g)).toHaveLength(replaced.length);
  expect(preview.stdout).not.toContain("always");
  expect(preview.stdout).toContain(`+-${replaced.length} to replace`);
  const rows = await stack.workspace.preview([], { expectCode: 0 });
  const ahead = "will be replaced; the old snapshot stays on";
  expect(diagnosticsOf(rows, "on-discloud")).toEqual([`${ahead} Discloud (its API can't delete)`]);
  expect(diagnosticsOf(rows, "on-dscloud")).toEqual([
    `${ahead} DS Cloud (its API can't delete)`,
    `will adopt the newest usable snapshot of app ${seed.dscloud.appId}`,
  ]);
  expect(requests()).toEqual([]);

  const up = await stack.workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(up.stdout).toContain(`+-${replaced.length} replaced`);
  const sent = requests();
  // A snapshot is not reused, however young, if it is the one being replaced.
  const posts = sent.filter(({ method, changes }) => changes && method === "POST");
  expect(posts.map(({ platform, operation, target }) => `${platform} ${operation} ${target}`).sort()).toEqual(
    [...creates, `virtus create-app-snapshot ${OTHER_APP}`].sort(),
  );
  expect(await idsInState()).toEqual(newestIds());

  const deleted: [string, string | undefined, string | undefined][] = [
    ["backup", onPlatform.job.at(-1), backups(jobId).at(-1)],
    ["volume", onPlatform.volume.at(-1)?.id, onVolume(volumeId).at(-1)?.id],
    ["named", onPlatform.named.at(-1)?.id, onVolume(attachedVolumeId).at(-1)?.id],
  ];
  for (const [name, old, made] of deleted) {
    const deletes = sent.filter(({ method, path }) => method === "DELETE" && path.endsWith(`/${old}`));
    expect(deletes.filter(({ committed }) => committed)).toHaveLength(1);
    const seenNew = sent.findIndex(({ method, path }) => method === "GET" && path.endsWith(`/${made}`));
    expect(seenNew).toBeGreaterThan(-1);
    expect(sent.indexOf(deletes[0] as (typeof sent)[number])).toBeGreaterThan(seenNew);
    expect(concernsOf(up, name)).toEqual([]);
  }
  expect(new Set(sent.filter(({ method }) => method === "DELETE").map(({ path }) => path)).size).toBe(deleted.length);
  expect(backups(jobId)).toEqual([...onPlatform.job.slice(0, -1), expect.any(String)]);
  expect(onVolume(volumeId)).toEqual([...onPlatform.volume.slice(0, -1), expect.anything()]);
  expect(onVolume(volumeId).at(-1)?.name).not.toBe(onPlatform.volume.at(-1)?.name);
  expect(onVolume(attachedVolumeId).at(-1)?.name).toBe("the same name");
  expect(onFiles()).toHaveLength(filesBefore.length + 1);
  for (const name of replaced.filter((name) => deleted.every(([each]) => each !== name))) {
    const old = decodeURIComponent(before[name]?.split("/").at(-1) ?? "");
    expect(diagnosticsOf(up, name)).toEqual([
      expect.stringMatching(name === "on-dscloud" ? /^adopted snapshot / : /^took snapshot .*\d s\)/),
      expect.stringMatching(new RegExp(`^kept on .*: snapshot "${old}" of `)),
    ]);
  }
});

test("what can change in place is one PUT for a name and a description, and no request for the rest", async () => {
  requests();
  const before = await idsInState();
  said.volume = { name: "kept for the audit", description: "after the release" };
  said.policies = ["retain", "delete", "retain"];
  said.adoptedBackup = "latest";
  said.adoptedVolume = {};
  stack.declare(declared());
  const preview = await stack.workspace.preview(["--diff"], { expectCode: 0 });
  expect(preview.stdout).toMatch(/~ name\s*: "volume-[0-9a-f]{7}" => "kept for the audit"/);
  expect(preview.stdout).toMatch(/~ description\s*: "before the release" => "after the release"/);
  expect(preview.stdout.match(/~ deletionPolicy\s*: "delete" => "retain"/g)).toHaveLength(2);
  expect(preview.stdout).toMatch(/~ deletionPolicy\s*: "retain" => "delete"/);
  expect(preview.stdout).toMatch(new RegExp(`~ adopt\\s*: "${backupId}" => "latest"`));
  expect(preview.stdout).toContain("~ 5 to update");
  expect(requests()).toEqual([]);

  await stack.workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(changes().filter((change) => change.includes(" set-"))).toEqual([`scp set-snapshot ${volumeId}`]);
  expect(requests().filter(({ target }) => target !== volumeId)).toEqual([]);
  expect(onVolume(volumeId).at(-1)).toMatchObject(said.volume);
  expect(await idsInState()).toEqual(before);
  expect((await stack.snapshot("volume")).outputs).toMatchObject({ ...said.volume, updatedAt: expect.any(String) });
});

test("a name and a description that are no longer given stay, and another id to adopt replaces without taking one", async () => {
  const given = said.volume;
  const other = stack.emulator.snapshooter.addBackup(jobId).id;
  said.volume = {};
  said.adoptedBackup = other;
  stack.declare(declared());
  const up = await stack.workspace.up(["--skip-preview", "--diff"], { expectCode: 0 });
  expect(up.stdout).toMatch(new RegExp(`~ adopt\\s*: "latest" => "${other}"`));
  expect(up.stdout).toContain("+-1 replaced");
  expect(changes()).toEqual([]);
  expect(onVolume(volumeId).at(-1)).toMatchObject(given);
  expect((await stack.snapshot("adopted-backup")).outputs).toMatchObject({ snapshotId: other, adopted: true });
  await stack.workspace.preview(["--expect-no-changes"], { expectCode: 0 });
});

test("destroy deletes what up took for it under the policy of the last up, and says on each row what stays", async () => {
  const { emulator, workspace } = stack;
  requests();
  const before = await idsInState();
  const onPlatform = { job: backups(jobId), daily: backups(emptyJobId), volume: onVolume(volumeId), files: onFiles() };
  const mine = onPlatform.daily.at(-1) ?? "";
  const foreign = emulator.scp.virtualserver.addSnapshot(attachedVolumeId, { name: "the same name" });
  emulator.snapshooter.deletion = "not-allowed";
  const destroy = await workspace.destroy(["--skip-preview", "--continue-on-error"]);
  expect(destroy.code).not.toBe(0);
  expect(destroy.output).not.toMatch(/^\s+at .*:\d+:\d+/m);
  // The app hosts receive no request at all.
  expect(requests().map(({ platform }) => platform)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/discloud|virtus|dscloud/)]),
  );
  expect(diagnosticsOf(destroy, "daily-backup")[0]).toMatch(
    new RegExp(`^error: .*delete backup ${mine}: .*set deletionPolicy: "retain", run pulumi up once`),
  );
  expect(Object.keys(await stack.snapshots())).toEqual(["daily-backup"]);
  expect(diagnosticsOf(destroy, "named")).toEqual([expect.stringMatching(/^deleted snapshot ".*" of volume /)]);
  expect(onVolume(attachedVolumeId).map(({ id }) => id)).toEqual([foreign.id]);
  expect(onVolume(volumeId)).toEqual(onPlatform.volume);
  expect(onFiles()).toEqual(onPlatform.files);

  const stays = {
    "on-discloud": ["Discloud", "app", "its API can't delete"],
    "on-virtus": ["Virtus Cloud", "app", "its API can't delete"],
    "of-database": ["Virtus Cloud", "database", "its API can't delete"],
    "on-dscloud": ["DS Cloud", "app", "its API can't delete"],
    reusing: ["Virtus Cloud", "app", "its API can't delete"],
    backup: ["SnapShooter", "job", 'deletionPolicy: "retain"'],
    "adopted-backup": ["SnapShooter", "job", "it was adopted, not taken by this resource"],
    volume: ["Samsung Cloud Platform", "volume", 'deletionPolicy: "retain"'],
    files: ["Samsung Cloud Platform", "File Storage volume", 'deletionPolicy: "retain"'],
    "adopted-volume": ["Samsung Cloud Platform", "volume", "it was adopted, not taken by this resource"],
  };
  for (const [name, [title, kind, why]] of Object.entries(stays)) {
    const id = decodeURIComponent(before[name]?.split("/").at(-1) ?? "");
    expect([name, diagnosticsOf(destroy, name)]).toEqual([
      name,
      [expect.stringMatching(new RegExp(`^kept on ${title}: snapshot "${id}" of ${kind} .* \\(${why}\\)$`))],
    ]);
  }

  emulator.snapshooter.deletion = "accepted";
  emulator.snapshooter.addBackup(emptyJobId);
  const again = await workspace.destroy(["--skip-preview"], { expectCode: 0 });
  expect(diagnosticsOf(again, "daily-backup")).toEqual([expect.stringMatching(/^deleted snapshot ".*" of job /)]);
  expect(backups(jobId)).toEqual(onPlatform.job);
  expect(backups(emptyJobId)).toEqual([...onPlatform.daily.slice(0, -1), expect.any(String)]);
  expect(backups(emptyJobId)).not.toContain(mine);
  expect(await workspace.resources()).toEqual([]);
});
