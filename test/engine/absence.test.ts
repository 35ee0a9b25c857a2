import { type Emulator, type FaultRule, seed, startEmulator } from "../../emulator";
import {
  besideClocks,
  changesSeenBy,
  connectionTo,
  createStack,
  type Declared,
  diagnosticsOf,
  type Stack,
} from "./stack";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const { jobId, emptyJobId, backupId } = seed.snapshooter;
const { volumeId, attachedVolumeId, fileVolumeId } = seed.scp;

const adopting = { adopt: "latest" };
const retaining = { ...adopting, deletionPolicy: "retain" };
const recreating = { onGone: "recreate" };

const discloud = { platform: "discloud", appId: seed.discloud.appId, ...adopting };
const virtus = { platform: "virtus", appId: seed.virtus.appId, ...adopting };
const dscloud = { platform: "dscloud", appId: seed.dscloud.appId, ...adopting };
const job = { platform: "snapshooter", jobId, ...retaining };
const volume = { platform: "scp", volumeId, ...retaining };
const files = { platform: "scp", fileVolumeId, ...retaining };

/** Responses that prove nothing, one for each kind of target, and the message on the resource's row. */
const proofless: Record<string, { declared: Declared; rules: FaultRule[]; says: RegExp }> = {
  "discloud-failing": {
    declared: discloud,
    rules: [{ platform: "discloud", fault: "status", status: 401 }],
    says: /HTTP 401\b.*check the credential of the connection "discloud-failing"/,
  },
  "virtus-failing": {
    declared: virtus,
    rules: [{ platform: "virtus", fault: "html", status: 404 }],
    says: /HTTP 404 with an answer that is not JSON/,
  },
  "dscloud-failing": {
    declared: dscloud,
    rules: [{ platform: "dscloud", fault: "html", status: 200 }],
    says: /HTTP 200 with an answer that is not JSON/,
  },
  "snapshooter-failing": {
    declared: job,
    rules: [
      { platform: "snapshooter", operation: "get-backup", fault: "status", status: 404 },
      { platform: "snapshooter", operation: "list-backups", fault: "status", status: 500 },
    ],
    says: /list backups of job .*HTTP 500/,
  },
  "volume-failing": {
    declared: volume,
    rules: [{ platform: "scp", operation: "get-snapshot", fault: "html", status: 404 }],
    says: /HTTP 404\b/,
  },
  "files-failing": {
    declared: files,
    rules: [{ platform: "scp", operation: "list-file-snapshots", fault: "status", status: 503 }],
    says: /HTTP 503\b/,
  },
};

/** Snapshots that no longer exist and stay in the state. */
const gone: Record<string, Declared> = {
  "discloud-gone": discloud,
  "virtus-gone": virtus,
  "dscloud-gone": dscloud,
  "snapshooter-gone": { ...job, jobId: emptyJobId },
  "snapshooter-expired": job,
  "volume-gone": volume,
  "files-gone": { ...files, fileVolumeId: "other-files" },
};

/** Snapshots that no longer exist and are taken again by the next up. */
const again: Record<string, Declared> = {
  "discloud-again": { platform: "discloud", appId: "other-app", ...recreating },
  "virtus-again": { platform: "virtus", databaseId: seed.virtus.databaseId, ...recreating },
  "dscloud-again": { ...dscloud, appId: "other-app", ...recreating },
  "snapshooter-again": { platform: "snapshooter", jobId: "other-job", deletionPolicy: "delete", ...recreating },
  "volume-again": { platform: "scp", volumeId: attachedVolumeId, force: true, deletionPolicy: "delete", ...recreating },
  "files-again": { platform: "scp", fileVolumeId, deletionPolicy: "delete", ...recreating },
};

/** Snapshots whose absence is not proven at first: the target itself no longer exists, or its list is empty. */
const unknown: Record<string, { declared: Declared; says: RegExp }> = {
  "discloud-target": {
    declared: { ...discloud, appId: "vanishing" },
    says: /Discloud answers 404 for the app vanishing itself/,
  },
  "virtus-target": {
    declared: { ...virtus, appId: "vanishing" },
    says: /the account no longer shows the app vanishing itself/,
  },
  "dscloud-target": {
    declared: { ...dscloud, appId: "vanishing" },
    says: /DS Cloud answers an empty list for the app vanishing, which proves nothing/,
  },
  "snapshooter-target": { declared: { ...job, jobId: "vanishing" }, says: /job vanishing itself/ },
  "volume-target": { declared: { ...volume, volumeId: "vanishing" }, says: /volume vanishing/ },
  "files-target": { declared: { ...files, fileVolumeId: "vanishing" }, says: /File Storage volume vanishing/ },
};

let ahead = 0;
let stack: Stack;
/** The platforms behind the connections whose names end in "-failing". */
let failing: Emulator;
let changes: () => string[];

beforeAll(async () => {
  const now = () => Date.now() + ahead;
  failing = await startEmulator({ now });
  stack = await createStack({ emulator: { now } });
  changes = changesSeenBy(stack.emulator);
  stack.workspace.setConfig(
    Object.fromEntries(
      ["discloud", "virtus", "dscloud", "snapshooter", "scp"].map((platform) => [
        `snapshots:${platform}-failing`,
        connectionTo(failing, platform),
      ]),
    ),
  );
  const { discloud, virtus, dscloud, snapshooter, scp } = stack.emulator;
  const createdAtMs = Date.now() - DAY_MS;
  for (const id of ["other-app", "vanishing"]) {
    discloud.addApp(id);
    discloud.addSnapshot(id, { createdAtMs });
    dscloud.addApp(id);
    dscloud.addBackup(id, { createdAtMs: createdAtMs - MINUTE_MS });
    dscloud.addBackup(id, { createdAtMs });
  }
  virtus.addApp("vanishing");
  virtus.addSnapshot("vanishing", { modifiedMs: createdAtMs });
  snapshooter.addJob({ id: "other-job" });
  snapshooter.addJob({ id: "vanishing" });
  for (const id of [emptyJobId, "vanishing"]) snapshooter.addBackup(id);
  Object.assign(snapshooter.timing, { pendingMs: 0, runningMs: 0 });
  scp.virtualserver.addVolume({ id: "vanishing" });
  scp.virtualserver.addSnapshot("vanishing");
  for (const id of ["other-files", "vanishing"]) {
    scp.filestorage.addVolume({ id });
    scp.filestorage.addSnapshot(id);
  }
  failing.scp.filestorage.addSnapshot(fileVolumeId);
  Object.assign(scp.virtualserver, { creatingMs: 0, raceMs: 0 });
  scp.filestorage.creatingMs = 0;

  stack.declare({
    ...Object.fromEntries(
      Object.entries(proofless).map(([name, { declared }]) => [
        name,
        { ...declared, connection: `${declared["platform"]}-failing` },
      ]),
    ),
    ...gone,
    ...again,
    ...Object.fromEntries(Object.entries(unknown).map(([name, { declared }]) => [name, declared])),
  });
  await stack.workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toHaveLength(5);
});

afterAll(async () => {
  await stack.dispose();
  await failing.close();
});

test("a refresh keeps what no answer proves gone, with the answer on its row or as unknown with the way out", async () => {
  const { discloud, virtus, dscloud, snapshooter, scp } = stack.emulator;
  const before = await stack.snapshots();
  for (const rule of Object.values(proofless).flatMap(({ rules }) => rules)) {
    failing.faults.add({ ...rule, times: "always" });
  }
  discloud.removeApp("vanishing");
  virtus.removeTarget("vanishing");
  for (const { name } of dscloud.apps.get("vanishing")?.present() ?? []) dscloud.removeBackup("vanishing", name);
  snapshooter.removeJob("vanishing");
  scp.virtualserver.removeVolume("vanishing");
  scp.filestorage.removeVolume("vanishing");
  const taken = virtus.targets.get(seed.virtus.databaseId)?.snapshots.present().at(-1);
  virtus.removeSnapshot(seed.virtus.databaseId, taken as never);

  // Every resource is read at the same time, so that their retries run in parallel.
  const refresh = await stack.workspace.refresh(["--skip-preview", "--parallel", "32"]);
  expect(refresh.code).not.toBe(0);
  expect(refresh.output).not.toMatch(/^\s+at .*:\d+:\d+/m);
  const after = await stack.snapshots();
  for (const [name, { says }] of Object.entries(proofless)) {
    expect([name, diagnosticsOf(refresh, name)]).toEqual([name, [expect.stringMatching(/^error: \[/)]]);
    expect(diagnosticsOf(refresh, name)[0]).toMatch(says);
    const { id, inputs, outputs } = before[name] ?? {};
    expect(after[name]).toMatchObject({ id, inputs, outputs });
  }
  const late = { "virtus-again": { says: /list does not show it, but may be up to 35 minutes late/ } };
  for (const [name, { says }] of Object.entries({ ...unknown, ...late })) {
    const [warning, ...more] = diagnosticsOf(refresh, name);
    expect([name, warning, more]).toEqual([name, expect.stringMatching(/^warning: .* does not prove it gone/), []]);
    expect(warning).toMatch(says);
    expect(warning).toContain(`remove it with pulumi state delete '${before[name]?.urn}'`);
    expect(after[name]).toMatchObject({ id: before[name]?.id, outputs: { status: "unknown" } });
  }
  expect(changes()).toEqual([]);
});

test("what is proven gone stays with a warning and no diff, or is dropped and taken again by the next up", async () => {
  const { discloud, virtus, dscloud, snapshooter, scp } = stack.emulator;
  failing.faults.clear();
  const before = await stack.snapshots();
  const idOf = (name: string) => String(before[name]?.outputs?.["snapshotId"]);
  discloud.removeSnapshot(seed.discloud.appId, idOf("discloud-gone"));
  discloud.removeSnapshot("other-app", idOf("discloud-again"));
  const ofApp = virtus.targets.get(seed.virtus.appId)?.snapshots.present().at(-1);
  virtus.removeSnapshot(seed.virtus.appId, ofApp as never);
  dscloud.removeBackup(seed.dscloud.appId, idOf("dscloud-gone"));
  dscloud.removeBackup("other-app", idOf("dscloud-again"));
  snapshooter.removeBackup(idOf("snapshooter-gone"));
  for (const id of [backupId, idOf("snapshooter-again")]) snapshooter.setStatus(id, "expired");
  for (const name of ["volume-gone", "volume-again"]) scp.virtualserver.removeSnapshot(idOf(name));
  for (const name of ["files-gone", "files-again"]) scp.filestorage.removeSnapshot(idOf(name));
  ahead = 36 * MINUTE_MS;

  const refresh = await stack.workspace.refresh(["--skip-preview", "--parallel", "32"], { expectCode: 0 });
  const after = await stack.snapshots();
  for (const name of Object.keys(gone)) {
    expect([name, besideClocks(diagnosticsOf(refresh, name))]).toEqual([
      name,
      [
        expect.stringMatching(
          /^warning: snapshot .* is gone from .* \(expired or deleted; the API doesn't say which\)/,
        ),
      ],
    ]);
    expect(after[name]?.outputs).toMatchObject({ status: "gone", snapshotId: idOf(name) });
  }
  for (const name of Object.keys(proofless)) expect(after[name]?.outputs).toEqual(before[name]?.outputs);
  expect(Object.keys(after).filter((name) => name in again)).toEqual([]);
  expect(changes()).toEqual([]);

  const preview = await stack.workspace.preview([], { expectCode: 0 });
  expect(preview.stdout).toContain(`+ ${Object.keys(again).length} to create`);
  expect(preview.stdout).not.toMatch(/to (update|replace)/);
  await stack.workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(changes()).toEqual([
    "discloud create-snapshot other-app",
    `scp create-file-snapshot ${fileVolumeId}`,
    `scp create-snapshot ${attachedVolumeId}`,
    "snapshooter start-backup other-job",
    `virtus create-database-snapshot ${seed.virtus.databaseId}`,
  ]);
});
