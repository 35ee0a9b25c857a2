import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import typescript5 from "typescript";
import typescript6 from "typescript6";
import { installedPackage } from "../support/engine";

/** Code that compiles and code that must not, in a program that has the package installed. */
const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import {
  BackupPolicy, getDownloadLinkOutput, getSnapshot, getSnapshots, getSnapshotsOutput, Restore, type RestoreStatus, Snapshot,
  type SnapshotArgs,
} from "pulumi-snapshots";

const appId = pulumi.output("1745338954955");
const snapshot = new Snapshot("a", { platform: "discloud", appId, triggers: { release: appId }, reuseWithin: "6h" });
new Snapshot("b", { platform: "virtus", databaseId: "1", adopt: "latest", onGone: "recreate" }, { protect: true });
new Snapshot("c", { platform: "dscloud", appId, adopt: "latest", triggers: { release: "1" } });
new Snapshot("d", { platform: "dscloud", appId, adopt: appId, deletionPolicy: "retain" });
new Snapshot("d2", { platform: "dscloud", appId, adopt: "latest", verify: "archive" });
const checked = new Snapshot("d3", { platform: "snapshooter", jobId: "1", deletionPolicy: "retain", verify: "archive" });
export const hashes = checked.files.apply((all) => all?.map(({ sha256 }) => sha256));
export const verified: pulumi.Output<[string | undefined, number | undefined, string | undefined]> = pulumi.all([
  snapshot.verifiedAt, snapshot.verifiedBytes, snapshot.sha256,
]);
Snapshot.get("e", "discloud/app/1/2", { connection: "other" });
const volume = new Snapshot("r", { platform: "scp", volumeId: "1", name: "a b_c-1", force: true, deletionPolicy: "delete" });
new Snapshot("s", { platform: "scp", fileVolumeId: "1", adopt: "latest", deletionPolicy: "retain" });
export const region = volume.region;
const backup = new Snapshot("t", { platform: "snapshooter", jobId: "1", tag: "daily", deletionPolicy: "delete" });
new Snapshot("u", { platform: "snapshooter", jobId: "1", adopt: "latest", deletionPolicy: "retain" });
export const files = getDownloadLinkOutput({ platform: "snapshooter", jobId: "1", id: backup.snapshotId }).files;
export const status: pulumi.Output<"pending" | "running" | "available" | "failed" | "gone" | "unknown"> = snapshot.status;
export const createdAt: pulumi.Output<string | undefined> = snapshot.createdAt;
export const sizes = getSnapshots({ platform: "discloud", limit: 3 }).then((all) => all.map((each) => each.sizeBytes));
export const newest = getSnapshot({ platform: "virtus", appId: "1", id: "latest" });
export const names = getSnapshotsOutput({ platform: "dscloud", appId }).apply((all) => all.map((each) => each.backupName));
export const link = getDownloadLinkOutput({ platform: "discloud", appId, id: snapshot.snapshotId }).url;

const schedules = [{ cron: "0 3 * * *", timezone: "Europe/Lisbon" }];
const policy = new BackupPolicy("f", { platform: "discloud", appId, schedules, maxAge: "26h", onStale: "fail" });
new BackupPolicy("g", { platform: "virtus", databaseId: appId, schedules: [{ cron: appId }], suspended: true });
new BackupPolicy("h", { platform: "scp", volumeId: "1", schedules, retention: { keepDaily: 7, maxDeletes: 3 } });
new BackupPolicy("i", { platform: "scp", serverId: "1", name: "n", schedules, retention: { keepWithin: "14d" } });
new BackupPolicy("j", { platform: "scp", fileVolumeId: "1", schedules, retention: { keepLast: 7 }, adopt: true });
const job = { name: "n", recipeId: 7, config: { root_path: "/" }, compute: {}, storage: { id: appId } };
new BackupPolicy("k", { platform: "snapshooter", job, schedules, retention: { keepDaily: 7 } }, { protect: true });
new BackupPolicy("l", { platform: "dscloud", appId, maxAge: "26h" });
new BackupPolicy("m", { platform: "snapshooter", jobId: "1", maxAge: "26h", verify: "archive" });
new BackupPolicy("m2", { platform: "virtus", appId, schedules, verify: "archive" });
export const fresh: pulumi.Output<boolean | undefined> = policy.fresh;
export const kept = policy.snapshots.apply((all) => all?.map(({ id, keptBecause }) => [id, keptBecause]));

// @ts-expect-error a schedule
new BackupPolicy("13", { platform: "discloud", appId });
// @ts-expect-error what is only watched has no schedule
new BackupPolicy("14", { platform: "dscloud", appId, schedules });
// @ts-expect-error no app host deletes
new BackupPolicy("15", { platform: "virtus", appId, schedules, retention: { keepLast: 3 } });
// @ts-expect-error a server backup has a retention
new BackupPolicy("16", { platform: "scp", serverId: "1", name: "n", schedules });
// @ts-expect-error a server backup is kept for a time only
new BackupPolicy("17", { platform: "scp", serverId: "1", name: "n", schedules, retention: { keepLast: 7 } });
// @ts-expect-error one target
new BackupPolicy("18", { platform: "scp", serverId: "1", volumeId: "1", name: "n", schedules, retention: {} });
// @ts-expect-error a job, or one that exists
new BackupPolicy("19", { platform: "snapshooter", job, jobId: "1", schedules });

// @ts-expect-error nothing can be downloaded
new Snapshot("28", { platform: "scp", volumeId: "1", deletionPolicy: "retain", verify: "archive" });
// @ts-expect-error an archive is all that can be verified
new Snapshot("29", { platform: "discloud", appId, verify: "zip" });
// @ts-expect-error nothing can be downloaded
new BackupPolicy("30", { platform: "scp", volumeId: "1", schedules, verify: "archive" });
// @ts-expect-error SnapShooter runs the job, whenever it is due
new BackupPolicy("31", { platform: "snapshooter", job, schedules, verify: "archive" });

const confirm = { target: "1", before: "2026-11-21T04:00:00Z" };
const restore = new Restore("n", { platform: "snapshooter", jobId: "1", backupId: appId, files: [appId], confirm });
const compute = { type: "ss_agent", server_id: 1 };
new Restore("o", { platform: "snapshooter", jobId: "1", backupId: "1", compute, triggers: { a: appId }, confirm });
new Restore("p", { platform: "scp", volumeId: appId, snapshotId: appId, connection: "other", confirm }, { protect: true });
new Restore("q", { platform: "virtus", databaseId: "1", versionId: appId, confirm });
export const restored: pulumi.Output<RestoreStatus> = restore.status;
export const overwritten: pulumi.Output<string> = restore.overwritten;
export const ended: pulumi.Output<string | undefined> = restore.completedAt;

// @ts-expect-error Discloud restores nothing
new Restore("20", { platform: "discloud", appId, confirm });
// @ts-expect-error DS Cloud restores nothing
new Restore("21", { platform: "dscloud", appId, confirm });
// @ts-expect-error Virtus Cloud restores databases only
new Restore("22", { platform: "virtus", appId, versionId: "1", confirm });
// @ts-expect-error a Restore reverts virtual-server volumes only
new Restore("23", { platform: "scp", fileVolumeId: "1", snapshotId: "1", confirm });
// @ts-expect-error a confirmation
new Restore("24", { platform: "scp", volumeId: "1", snapshotId: "1" });
// @ts-expect-error an instant
new Restore("25", { platform: "scp", volumeId: "1", snapshotId: "1", confirm: { target: "1" } });
// @ts-expect-error a confirmation is written out
new Restore("26", { platform: "scp", volumeId: "1", snapshotId: "1", confirm: { target: appId, before: "" } });
// @ts-expect-error a snapshot
new Restore("27", { platform: "scp", volumeId: "1", confirm });
// @ts-expect-error SnapShooter's argument
new Restore("28", { platform: "scp", volumeId: "1", snapshotId: "1", files: ["1"], confirm });
// @ts-expect-error a restore deletes nothing
new Restore("29", { platform: "scp", volumeId: "1", snapshotId: "1", deletionPolicy: "retain", confirm });
// @ts-expect-error the API's own field names
new Restore("30", { platform: "snapshooter", jobId: "1", backupId: "1", compute: { type: "a", serverId: 1 }, confirm });

const elsewhere = { platform: "discloud", appId: "1" } satisfies SnapshotArgs;
new Snapshot("elsewhere", elsewhere);
const widened = { platform: "discloud", appId: "1" };
// @ts-expect-error any text is a platform where the constant says nothing else
new Snapshot("widened", widened);

// @ts-expect-error DS Cloud takes no snapshots
new Snapshot("1", { platform: "dscloud", appId });
// @ts-expect-error no app host deletes
new Snapshot("2", { platform: "discloud", appId, deletionPolicy: "delete" });
// @ts-expect-error no app host deletes
new Snapshot("3", { platform: "virtus", appId, deletionPolicy: "delete" });
// @ts-expect-error no app host deletes
new Snapshot("4", { platform: "dscloud", appId, adopt: "latest", deletionPolicy: "delete" });
// @ts-expect-error nothing to reuse where nothing is taken
new Snapshot("5", { platform: "dscloud", appId, adopt: "latest", reuseWithin: "1h" });
// @ts-expect-error one target
new Snapshot("6", { platform: "virtus", appId, databaseId: "1" });
// @ts-expect-error a target
new Snapshot("7", { platform: "virtus" });
// @ts-expect-error unknown argument
new Snapshot("8", { platform: "discloud", appId, appID: "1" });
// @ts-expect-error another platform's argument
new Snapshot("9", { platform: "discloud", databaseId: "1" });
// @ts-expect-error unknown platform
new Snapshot("10", { platform: "vercel", appId });
// @ts-expect-error texts only
new Snapshot("11", { platform: "discloud", appId, triggers: { release: 1 } });
// @ts-expect-error no default is right for everybody
new Snapshot("31", { platform: "scp", volumeId: "1" });
// @ts-expect-error no default is right for everybody
new Snapshot("32", { platform: "scp", fileVolumeId: "1" });
// @ts-expect-error one target
new Snapshot("33", { platform: "scp", volumeId: "1", fileVolumeId: "2", deletionPolicy: "retain" });
// @ts-expect-error File Storage names its snapshots itself
new Snapshot("34", { platform: "scp", fileVolumeId: "1", name: "a", deletionPolicy: "retain" });
// @ts-expect-error no default is right for everybody
new Snapshot("35", { platform: "snapshooter", jobId: "1" });
// @ts-expect-error one of the rotations
new Snapshot("36", { platform: "snapshooter", jobId: "1", tag: "yearly", deletionPolicy: "retain" });
// @ts-expect-error another platform's target
new Snapshot("37", { platform: "snapshooter", appId: "1", deletionPolicy: "retain" });
// @ts-expect-error the platform gives no name
new Snapshot("38", { platform: "snapshooter", jobId: "1", name: "a", deletionPolicy: "retain" });
// @ts-expect-error the platform decides how the rest is read
new Snapshot("12", { platform: pulumi.output("discloud"), appId });
// @ts-expect-error only Discloud lists an account
getSnapshots({ platform: "virtus" });
// @ts-expect-error the platform gives no links
export const linkOfVolume = getDownloadLinkOutput({ platform: "scp", volumeId: "1", id: "latest" });
// @ts-expect-error no such output
export const encryptionKey = snapshot.downloadKey;
`;

let folder: string;
beforeAll(() => {
  const parent = join(installedPackage(), "workspaces");
  mkdirSync(parent, { recursive: true });
  folder = mkdtempSync(join(parent, "types-"));
  writeFileSync(join(folder, "program.ts"), PROGRAM);
  writeFileSync(join(folder, "package.json"), '{ "type": "commonjs" }');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Both have the same API as far as it is used here.
const compilers = { "5.9": typescript5, "6.0": typescript6 as unknown as typeof typescript5 };

test.each([
  ["5.9", { module: "commonjs", moduleResolution: "node10" }],
  ["5.9", { module: "node16", moduleResolution: "node16" }],
  ["5.9", { module: "esnext", moduleResolution: "bundler" }],
  ["6.0", { module: "commonjs", moduleResolution: "node10", ignoreDeprecations: "6.0" }],
  ["6.0", { module: "nodenext", moduleResolution: "nodenext" }],
  ["6.0", { module: "esnext", moduleResolution: "bundler" }],
] as const)("wrong programs don't compile, and right ones do: TypeScript %s with %p", (version, options) => {
  const typescript = compilers[version];
  expect(typescript.version).toMatch(new RegExp(`^${version}\\.`));
  const parsed = typescript.convertCompilerOptionsFromJson(
    { ...options, target: "es2022", strict: true, noEmit: true, types: ["node"] },
    folder,
  );
  expect(parsed.errors).toEqual([]);
  const program = typescript.createProgram([join(folder, "program.ts")], parsed.options);
  const ours = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.startsWith(folder) || fileName.includes("/node_modules/pulumi-snapshots/"));
  expect(ours.length).toBeGreaterThan(1);
  const diagnostics = [
    ...program.getOptionsDiagnostics(),
    ...ours.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
  ];
  const messages = diagnostics.map(({ file, start, messageText }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
    return `${file?.fileName}:${line} ${typescript.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
  expect(messages).toEqual([]);
});
