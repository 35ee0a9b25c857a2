import { createHmac } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, seed } from "../../emulator";
import type { CommandResult } from "../support/engine";
import { createStack, type Stack } from "./stack";

const credentials = {
  discloud: { token: "canary-discloud-3b1f8a" },
  virtus: { apiKey: "canary-virtus-92cc07" },
  dscloud: { apiKey: "canary-dscloud-e4d5a1" },
  snapshooter: { token: "canary-snapshooter-5e21d7" },
  scp: { accessKey: "CANARY0SCP0ACCESS0KEY0AD31", secretKey: "canary-scp-secret-b60f2e" },
};
const ENCRYPTION_KEY = "canary-encryption-key-77c0ab";
const fields = Object.entries(credentials).flatMap(([platform, known]) =>
  Object.entries(known).map(([field, value]) => ({ key: `snapshots:${platform}.${field}`, value })),
);
const canaries = [...fields.map(({ value }) => value), ENCRYPTION_KEY];

/** Parts of download links or of virtus keys, and of nothing else. */
const linkParts =
  /Signature=|AWSAccessKeyId=|Expires=\d|X-Amz-|discloud-downloads|virtus-snapshots\/|dscloud-backups\//;

/** Names of a backup's files, which are data whatever they look like. */
const fileNames = ["a/dump.sql", "b/dump.sql", "../../dump.sql", "name with spaces & ?=#.gz", "toString", "__proto__"];

const PROGRAM = `
  const pulumi = require("@pulumi/pulumi");
  const { Snapshot, getSnapshots, getSnapshot, getSnapshotsOutput, getDownloadLink, getDownloadLinkOutput } =
    require("pulumi-snapshots");
  const { release, discloud, virtus, database, dscloud, job, volume, files } = require("./program.json");
  const triggers = { release };
  const statusOf = async (url) => (await fetch(url)).status;
  module.exports = async () => {
    const app = new Snapshot("app", { ...discloud, triggers });
    new Snapshot("virtus", { ...virtus, triggers });
    new Snapshot("database", { ...database, triggers });
    new Snapshot("adopted", { ...dscloud, adopt: "latest" });
    const backup = new Snapshot("backup", { ...job, triggers, deletionPolicy: "delete" });
    new Snapshot("volume", { ...volume, triggers, description: "canaries", deletionPolicy: "delete" });
    new Snapshot("files", { ...files, triggers, deletionPolicy: "delete" });
    const links = await Promise.all([discloud, virtus, database, dscloud].map((target) =>
      getDownloadLink({ ...target, id: "latest" })));
    const ofBackup = getDownloadLinkOutput({ ...job, id: backup.snapshotId });
    return {
      working: await Promise.all(links.map(({ url }) => statusOf(url))),
      newest: (await getSnapshots({ ...virtus, limit: 1 })).map(({ createdAt }) => createdAt),
      account: (await getSnapshots({ platform: "discloud" })).map(({ id }) => id),
      one: (await getSnapshot({ ...dscloud, id: "latest" })).backupName,
      counted: getSnapshotsOutput({ ...discloud, appId: pulumi.output(discloud.appId) }).length,
      link: getDownloadLinkOutput({ ...discloud, id: app.snapshotId }),
      ofBackup,
      names: pulumi.unsecret(ofBackup.apply(({ files }) => Object.keys(files))),
      statuses: pulumi.unsecret(ofBackup.apply(({ files }) => Promise.all(Object.values(files).map(statusOf)))),
      listed: backup.snapshotId.apply(() => getSnapshots(job)),
    };
  };`;

const program = {
  release: "1",
  discloud: { platform: "discloud", appId: seed.discloud.appId },
  virtus: { platform: "virtus", appId: seed.virtus.appId },
  database: { platform: "virtus", databaseId: seed.virtus.databaseId },
  dscloud: { platform: "dscloud", appId: seed.dscloud.appId },
  job: { platform: "snapshooter", jobId: seed.snapshooter.emptyJobId },
  volume: { platform: "scp", volumeId: seed.scp.volumeId },
  files: { platform: "scp", fileVolumeId: seed.scp.fileVolumeId },
};

let stack: Stack;
afterEach(() => stack.dispose());

function withoutCredentials({ environment }: Emulator): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/_(TOKEN|API_KEY|ACCESS_KEY|SECRET_KEY)$/.test(name)),
  );
}

/** All text in Pulumi's home: the journal, logs, credentials of the state folder. */
function homeText(): string {
  return readdirSync(stack.workspace.home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}

/** All signatures that were sent to Samsung Cloud Platform, computed from the requests that the emulator has seen. */
function signatures({ requests, scp, url }: Emulator): Set<string> {
  const { accessKey, secretKey } = credentials.scp;
  const timestamps = [...new Set(scp.timestamps)];
  const signed = new Set(
    requests
      .filter(({ platform }) => platform === "scp")
      .map(({ method, path, query }) => `${method}${url}${path}${query === "" ? "" : `?${query}`}`),
  );
  const sign = (text: string) => createHmac("sha256", secretKey).update(text).digest("base64").replace(/=$/, "");
  return new Set(
    [...signed].flatMap((request) => timestamps.map((timestamp) => sign(`${request}${timestamp}${accessKey}Openapi`))),
  );
}

/**
 * Lines that the engine itself writes at `-v=9` for any provider: the stack's secret config on its way to a provider
 * written for Node.js, and the stack's secret outputs. Only these lines may show a credential or a link, and with
 * credentials from the environment no line shows a credential.
 */
const engineLines = {
  secretConfig: /"msg":"(Unm|M)arshaling property for RPC\[Provider\[0x[0-9a-f]+\]\.Configure\(\)\.inputs\]: /,
  stackOutputs:
    /"msg":"Unmarshaling property for RPC\[ResourceMonitor\.RegisterResourceOutputs\(urn:pulumi:dev::snap::pulumi:pulumi:Stack::snap-dev\)\]: /,
};

test.each(["environment", "config"] as const)(
  "no token, key, signature or link in state, output, logs, journal or ids, with credentials from the %s",
  async (source) => {
    stack = await createStack({
      emulator: { credentials },
      files: { "index.js": PROGRAM, "program.json": program },
      ...(source === "config" ? { env: withoutCredentials } : {}),
    });
    const { emulator, workspace } = stack;
    Object.assign(emulator.snapshooter, { encryptionKey: ENCRYPTION_KEY, fileNames });
    Object.assign(emulator.snapshooter.timing, { pendingMs: 0, runningMs: 0 });
    Object.assign(emulator.scp.virtualserver, { creatingMs: 0, deletingMs: 0, raceMs: 0 });
    Object.assign(emulator.scp.filestorage, { creatingMs: 0, deletingMs: 0 });
    if (source === "config") {
      const secrets = fields.flatMap(({ key, value }) => ["--secret", `${key}=${value}`]);
      await workspace.pulumi(["config", "set-all", "--path", ...secrets], { expectCode: 0 });
    }
    const verbose = ["-v=9", "--logtostderr"];
    const runs: Record<string, CommandResult> = {};

    runs["up"] = await workspace.up(["--skip-preview", ...verbose], { expectCode: 0 });
    const { stdout } = await workspace.pulumi(["stack", "output", "--json"], { expectCode: 0 });
    const { backups } = emulator.snapshooter.jobs.get(seed.snapshooter.emptyJobId) ?? {};
    expect(JSON.parse(stdout)).toMatchObject({
      working: [200, 200, 200, 200],
      account: expect.arrayContaining([`discloud/app/${seed.discloud.appId}/${seed.discloud.version}`]),
      one: seed.dscloud.latestName,
      counted: expect.any(Number),
      link: "[secret]",
      ofBackup: "[secret]",
      names: fileNames,
      statuses: fileNames.map(() => 200),
      listed: [{ snapshotId: backups?.present()[0]?.id, files: fileNames.map((name) => ({ name })) }],
    });
    const shown = await workspace.pulumi(["stack", "output", "--show-secrets", "--json"], { expectCode: 0 });
    const { link, ofBackup } = JSON.parse(shown.stdout);
    expect(link.url).toContain(`${emulator.url}/discloud-downloads/`);
    // The engine never shows a map member of that name, whoever created it.
    expect(Object.keys(ofBackup.files).sort()).toEqual(fileNames.filter((name) => name !== "__proto__").sort());
    expect(Object.values(ofBackup.files)).toContain(ofBackup.url);
    expect((await stack.snapshot("backup")).outputs).toMatchObject({ files: fileNames.map((name) => ({ name })) });

    const { accessKey, secretKey } = credentials.scp;
    emulator.faults.add({
      platform: "snapshooter",
      operation: "start-backup",
      fault: "status",
      status: 422,
      body: { message: `${credentials.snapshooter.token} may not, see ${ofBackup.url}` },
    });
    workspace.write({ "program.json": { ...program, release: "2" } });
    const failed = await workspace.up(["--diff", ...verbose]);
    runs["failed"] = failed;
    expect(failed.code).not.toBe(0);
    // With --diff the engine writes errors to stderr.
    expect(failed.output).toMatch(/HTTP 422 \[secret\] may not, see http:\/\/.*\?\[…\]/);

    emulator.faults.add({
      platform: "virtus",
      operation: "list-app-snapshots",
      fault: "status",
      status: 400,
      body: { status: "error", code: "BAD", message: `${credentials.virtus.apiKey} is no good` },
    });
    const detail = `${accessKey} with ${secretKey} is no good`;
    emulator.faults.add({
      platform: "scp",
      operation: "get-snapshot",
      fault: "status",
      status: 400,
      body: { errors: [{ code: "ValidationError", title: "Bad Request", detail, request_id: "req-1" }] },
    });
    emulator.faults.add({ platform: "scp", operation: "list-file-snapshots", fault: "revoke-credentials" });
    emulator.discloud.access.revoked = true;
    emulator.snapshooter.access.revoked = true;
    const refresh = await workspace.refresh(["--skip-preview", ...verbose]);
    runs["refresh"] = refresh;
    expect(refresh.code).not.toBe(0);
    expect(refresh.stdout).toContain("[secret] is no good");
    expect(refresh.stdout).toContain("[secret] with [secret] is no good");
    expect(refresh.stdout.match(/HTTP 401/g)?.length).toBeGreaterThan(2);
    emulator.faults.clear();
    for (const { access } of [emulator.discloud, emulator.snapshooter, emulator.scp]) access.revoked = false;
    runs["destroy"] = await workspace.destroy(["--skip-preview", ...verbose], { expectCode: 0 });

    const forms = canaries.flatMap((canary) => [canary, Buffer.from(canary).toString("base64").replace(/=+$/, "")]);
    const signed = signatures(emulator);
    expect(signed.size).toBeGreaterThan(50);
    /** Lines that show some form of a credential, a signature or a link, shortened for the output of a failing test. */
    const leaks = (text: string) =>
      text
        .split("\n")
        .filter(
          (line) =>
            linkParts.test(line) ||
            forms.some((form) => line.includes(form)) ||
            line.match(/[A-Za-z0-9+/]{43}/g)?.some((word) => signed.has(word)),
        )
        .map((line) => line.slice(0, 600));
    const own = source === "config" ? [engineLines.stackOutputs, engineLines.secretConfig] : [engineLines.stackOutputs];
    for (const [name, { stdout: out, stderr }] of Object.entries(runs)) {
      if (source === "environment") expect(canaries.filter((canary) => stderr.includes(canary))).toEqual([]);
      expect({ name, leaks: leaks(out) }).toEqual({ name, leaks: [] });
      const notTheEngines = leaks(stderr).filter((line) => !own.some((pattern) => pattern.test(line)));
      expect({ name, leaks: notTheEngines }).toEqual({ name, leaks: [] });
    }
    expect(runs["up"].stderr.length).toBeGreaterThan(100_000);
    expect(leaks(workspace.stateText())).toEqual([]);
    expect(leaks(homeText())).toEqual([]);
  },
);
