import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, type FaultRule, seed } from "../../emulator";
import { compilerMessages, TSCONFIG } from "./compile";
import { connectSeveral } from "./several";
import {
  changesSeenBy,
  concernsOf,
  createStack,
  type Declared,
  diagnosticsOf,
  requestsSeenBy,
  type Stack,
} from "./stack";

const { jobId, emptyJobId, backupId, expiredBackupId } = seed.snapshooter;
const job = { platform: "snapshooter", jobId };
const empty = { platform: "snapshooter", jobId: emptyJobId };
const shortly = { customTimeouts: { create: "2s" } };

let stack: Stack;

/** The ids of the backups that a job has, oldest first. */
const backups = (id: string) => (stack.emulator.snapshooter.jobs.get(id)?.backups.present() ?? []).map(({ id }) => id);

/** The changing requests about a job since the last call, in the order in which they came, as method and last word of the path. */
function changesOf(
  next: () => readonly { changes: boolean; target: string | undefined; method: string; path: string }[],
) {
  return (id: string) =>
    next()
      .filter(({ changes, target }) => changes && target === id)
      .map(({ method, path }) => `${method} ${path.split("/").at(-1)}`);
}

describe("the life of a backup", () => {
  let changes: () => string[];
  let requests: ReturnType<typeof requestsSeenBy>;
  const policies = { taken: "delete", kept: "retain" };

  const declare = (release: string): Record<string, Declared> => ({
    taken: { ...job, triggers: { release, always: "same" }, deletionPolicy: policies.taken },
    kept: { ...empty, triggers: { release }, tag: "daily", deletionPolicy: policies.kept },
    adopted: { ...job, adopt: backupId, deletionPolicy: "retain" },
  });
  const idsInState = async () =>
    Object.fromEntries(Object.entries(await stack.snapshots()).map(([name, { id }]) => [name, id]));
  const newestIds = () => ({
    taken: `snapshooter/job/${jobId}/${backups(jobId).at(-1)}`,
    kept: `snapshooter/job/${emptyJobId}/${backups(emptyJobId).at(-1)}`,
    adopted: `snapshooter/job/${jobId}/${backupId}`,
  });

  beforeAll(async () => {
    stack = await createStack({ resources: declare("1") });
    Object.assign(stack.emulator.snapshooter.timing, { pendingMs: 100, runningMs: 100 });
    changes = changesSeenBy(stack.emulator);
    requests = requestsSeenBy(stack.emulator);
  });
  afterAll(() => stack.dispose());

  test("up starts exactly one backup per resource, and none where one is adopted", async () => {
    const up = await stack.workspace.up([], { expectCode: 0 });
    expect(up.stdout).toContain("+ 4 created");
    expect(up.output).not.toMatch(/warning|error/i);
    expect(changes()).toEqual([`snapshooter start-backup ${emptyJobId}`, `snapshooter start-backup ${jobId}`]);
    expect(await idsInState()).toEqual(newestIds());

    const held = await stack.snapshots();
    const outputs = held["taken"]?.outputs;
    expect(outputs).toMatchObject({
      snapshotId: backups(jobId).at(-1),
      status: "available",
      platformStatus: "completed",
      createdAt: expect.stringMatching(/Z$/),
      completedAt: expect.stringMatching(/Z$/),
      tag: "manual",
      adopted: false,
    });
    expect(outputs?.["files"]).toEqual([
      { id: expect.any(String), name: expect.stringContaining("test.sql.gz"), sizeText: expect.any(String) },
    ]);
    expect(held["adopted"]?.outputs).toMatchObject({ snapshotId: backupId, adopted: true });
    const [started] = stack.emulator.snapshooter.jobs.get(emptyJobId)?.backups.present() ?? [];
    expect(started?.tags).toMatchObject({ manual: false, daily: true });
  }, 600_000);

  test("nothing changed is no diff and no request that changes anything, although links, pages and orders change", async () => {
    stack.emulator.faults.add({ platform: "snapshooter", fault: "list-shuffle", times: "always" });
    Object.assign(stack.emulator.snapshooter, { defaultOrder: "oldest-first", pageCap: 1 });
    const before = await idsInState();

    const up = await stack.workspace.up(["--skip-preview"], { expectCode: 0 });
    const preview = await stack.workspace.preview(["--diff", "--expect-no-changes"], { expectCode: 0 });
    const refresh = await stack.workspace.refresh(["--diff", "--expect-no-changes"], { expectCode: 0 });
    for (const { stdout, output } of [up, preview, refresh]) {
      expect(stdout).toContain("4 unchanged");
      expect(output).not.toMatch(/warning|error|^ *[~+-] /im);
    }
    expect(changes()).toEqual([]);
    expect(await idsInState()).toEqual(before);
    stack.emulator.faults.clear();
  }, 600_000);

  test("a changed trigger previews as its old => new; the new backup is complete before the old one is deleted", async () => {
    requests();
    const before = { [jobId]: backups(jobId), [emptyJobId]: backups(emptyJobId) };
    stack.declare(declare("2"));

    const preview = await stack.workspace.preview(["--diff"], { expectCode: 0 });
    expect(preview.stdout.match(/~ release\s*: "1" => "2"/g)).toHaveLength(2);
    expect(preview.stdout).not.toContain("always");
    expect(preview.stdout).toContain("+-2 to replace");
    expect(requests()).toEqual([]);

    const up = await stack.workspace.up(["--skip-preview"], { expectCode: 0 });
    expect(up.stdout).toContain("+-2 replaced");
    const sent = requests();
    const old = before[jobId]?.at(-1);
    expect(changesOf(() => sent)(jobId)).toEqual(["POST start", `DELETE ${old}`]);
    expect(changesOf(() => sent)(emptyJobId)).toEqual(["POST start"]);
    const [deleted] = sent.filter(({ method }) => method === "DELETE");
    const seenNew = sent.findIndex(({ path }) => path.endsWith(`/backups/${backups(jobId).at(-1)}`));
    expect(seenNew).toBeGreaterThan(-1);
    expect(sent.indexOf(deleted as (typeof sent)[number])).toBeGreaterThan(seenNew);

    expect(backups(jobId)).toEqual([...(before[jobId]?.slice(0, -1) ?? []), expect.any(String)]);
    expect(backups(emptyJobId)).toEqual([...(before[emptyJobId] ?? []), expect.any(String)]);
    expect(await idsInState()).toEqual(newestIds());
    expect(concernsOf(up, "taken")).toEqual([]);
    expect(concernsOf(up, "kept")).toEqual([
      `kept on SnapShooter: snapshot ${before[emptyJobId]?.at(-1)} of job ${emptyJobId} (deletionPolicy: "retain")`,
    ]);
    await stack.workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  }, 600_000);

  test("a change of deletionPolicy is an update without a request", async () => {
    requests();
    Object.assign(policies, { taken: "retain", kept: "delete" });
    stack.declare(declare("2"));
    const preview = await stack.workspace.preview(["--diff"], { expectCode: 0 });
    expect(preview.stdout).toMatch(/~ deletionPolicy\s*: "delete" => "retain"/);
    expect(preview.stdout).toMatch(/~ deletionPolicy\s*: "retain" => "delete"/);
    const up = await stack.workspace.up(["--skip-preview"], { expectCode: 0 });
    expect(up.stdout).toContain("~ 2 updated");
    expect(requests()).toEqual([]);
  }, 600_000);

  test("destroy deletes what up took for it under the policy of the last up, and says on each row what stays", async () => {
    requests();
    const before = { [jobId]: backups(jobId), [emptyJobId]: backups(emptyJobId) };
    stack.emulator.snapshooter.deletion = "not-allowed";
    const refused = await stack.workspace.destroy(["--skip-preview", "--continue-on-error"]);
    expect(refused.code).not.toBe(0);
    const mine = before[emptyJobId]?.at(-1) ?? "";
    expect(diagnosticsOf(refused, "kept")[0]).toMatch(
      new RegExp(`^error: .*delete backup ${mine}: .*set deletionPolicy: "retain", run pulumi up once`),
    );
    expect(refused.output).not.toMatch(/^\s+at .*:\d+:\d+/m);
    const stays = (id: string | undefined, why: string) => [
      `kept on SnapShooter: snapshot ${id} of job ${jobId} (${why})`,
    ];
    expect(diagnosticsOf(refused, "taken")).toEqual(stays(before[jobId]?.at(-1), 'deletionPolicy: "retain"'));
    expect(diagnosticsOf(refused, "adopted")).toEqual(stays(backupId, "it was adopted, not taken by this resource"));
    expect((await stack.workspace.resources(":Snapshot")).map(({ urn }) => urn.split("::").at(-1))).toEqual(["kept"]);

    stack.emulator.snapshooter.deletion = "accepted";
    stack.emulator.snapshooter.addBackup(emptyJobId);
    const destroy = await stack.workspace.destroy(["--skip-preview"], { expectCode: 0 });
    expect(diagnosticsOf(destroy, "kept")).toEqual([]);
    expect(backups(jobId)).toEqual(before[jobId]);
    expect(backups(emptyJobId)).toEqual([...(before[emptyJobId]?.slice(0, -1) ?? []), expect.any(String)]);
    expect(backups(emptyJobId)).not.toContain(mine);
    expect(await stack.workspace.resources()).toEqual([]);
  }, 600_000);
});

describe("what is out of the ordinary", () => {
  afterEach(() => stack.dispose());

  test("not ready in time: a diff stays until it is, no second one is started, and a failed one is replaced", async () => {
    stack = await createStack({
      resources: {
        slow: { ...job, deletionPolicy: "delete", opts: shortly },
        failing: { ...empty, deletionPolicy: "delete", opts: shortly },
      },
    });
    const { emulator, workspace } = stack;
    const changes = changesSeenBy(emulator);
    Object.assign(emulator.snapshooter.timing, { pendingMs: 0, runningMs: Number.POSITIVE_INFINITY });

    const up = await workspace.up(["--skip-preview"]);
    expect(up.code).not.toBe(0);
    expect(changes()).toHaveLength(2);
    const slow = backups(jobId).at(-1) ?? "";
    const failing = backups(emptyJobId).at(-1) ?? "";
    expect(diagnosticsOf(up, "slow").join("\n")).toMatch(
      new RegExp(`snapshot "${slow}".* is not ready yet, its status is "running".*run pulumi up again`),
    );
    const held = await stack.snapshots();
    expect(held["slow"]).toMatchObject({
      id: `snapshooter/job/${jobId}/${slow}`,
      outputs: { snapshotId: slow, status: "running" },
    });

    await workspace.refresh(["--skip-preview"], { expectCode: 0 });
    const preview = await workspace.preview(["--expect-no-changes"]);
    expect(preview.code).not.toBe(0);
    expect(preview.stdout).toContain("~ 2 to update");

    emulator.snapshooter.setStatus(slow, "completed");
    emulator.snapshooter.setStatus(failing, "failed");
    const again = await workspace.up(["--skip-preview"]);
    expect(again.code).not.toBe(0);
    expect(changes()).toEqual([]);
    const later = await stack.snapshots();
    expect(later["slow"]?.outputs).toMatchObject({ snapshotId: slow, status: "available" });
    expect(concernsOf(again, "slow")).toEqual([]);
    expect(diagnosticsOf(again, "failing").join("\n")).toMatch(
      new RegExp(`snapshot "${failing}".* has failed, its status is "failed"\\. The next pulumi up takes another`),
    );
    expect(later["failing"]).toMatchObject({
      id: `snapshooter/job/${emptyJobId}/${failing}`,
      outputs: { snapshotId: failing, status: "failed" },
    });

    emulator.snapshooter.timing.runningMs = 0;
    const last = await workspace.up(["--skip-preview"], { expectCode: 0 });
    expect(last.stdout).toContain("+-1 replaced");
    expect(changes()).toEqual([`snapshooter delete-backup ${emptyJobId}`, `snapshooter start-backup ${emptyJobId}`]);
    expect(backups(emptyJobId)).toHaveLength(1);
    expect((await stack.snapshot("failing")).outputs).toMatchObject({ snapshotId: backups(emptyJobId)[0] });
    await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  }, 600_000);

  test("a start whose answer is lost is found by the job's list, also by a later up, and never sent twice", async () => {
    const declare = (release: string) => ({
      lost: { ...empty, deletionPolicy: "delete", triggers: { release }, opts: shortly },
    });
    stack = await createStack({ resources: declare("1") });
    const { emulator, workspace } = stack;
    const changes = changesSeenBy(emulator);
    Object.assign(emulator.snapshooter.timing, { pendingMs: 0, runningMs: 0 });
    const lost = { platform: "snapshooter", operation: "start-backup", fault: "reset-after-commit" } as const;
    emulator.faults.add(lost);

    const up = await workspace.up(["--skip-preview"], { expectCode: 0 });
    expect(changes()).toHaveLength(1);
    const [first = ""] = backups(emptyJobId);
    expect(backups(emptyJobId)).toHaveLength(1);
    expect((await stack.snapshot("lost")).id).toBe(`snapshooter/job/${emptyJobId}/${first}`);
    expect(concernsOf(up, "lost")).toEqual([
      expect.stringMatching(`^warning: the answer to the request of .* was lost; .*"${first}".* is used as its result`),
    ]);

    emulator.faults.add(lost);
    emulator.snapshooter.jobs.get(emptyJobId)?.backups.hold();
    stack.declare(declare("2"));
    const held = await workspace.up(["--skip-preview"]);
    expect(held.code).not.toBe(0);
    expect(await workspace.resources(":Snapshot")).toMatchObject([
      { id: expect.stringContaining(`snapshooter/job/${emptyJobId}/pending/`), outputs: { status: "pending" } },
      { id: `snapshooter/job/${emptyJobId}/${first}`, delete: true },
    ]);
    emulator.snapshooter.jobs.get(emptyJobId)?.backups.release();
    await workspace.up(["--skip-preview"], { expectCode: 0 });
    // Nothing in a backup proves that this program started the one that the list showed: neither is ever deleted.
    expect(changes()).toEqual([`snapshooter start-backup ${emptyJobId}`]);
    expect(backups(emptyJobId)).toHaveLength(2);
    const second = backups(emptyJobId).find((id) => id !== first);
    expect((await stack.snapshot("lost")).outputs).toMatchObject({ snapshotId: second, status: "available" });
    await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
    await workspace.destroy(["--skip-preview"], { expectCode: 0 });
    expect(new Set(backups(emptyJobId))).toEqual(new Set([first, second]));
  }, 600_000);

  const laravel404 = { operation: "get-backup", fault: "status", status: 404 } as const;
  const proofless: Record<string, { says: RegExp; rules: readonly Omit<FaultRule, "platform">[] }> = {
    "http-401": {
      says: /HTTP 401\b.*check the credential of the connection "http-401"/,
      rules: [{ fault: "status", status: 401 } as never],
    },
    "http-403-page": { says: /HTTP 403\b/, rules: [{ fault: "html", status: 403 } as never] },
    "http-404-page": {
      says: /HTTP 404 .*an answer that is not JSON/,
      rules: [{ fault: "html", status: 404 } as never],
    },
    "http-404-without-the-list": {
      says: /list backups of job .*HTTP 500/,
      rules: [laravel404 as never, { operation: "list-backups", fault: "status", status: 500 } as never],
    },
    "http-500": { says: /HTTP 500\b/, rules: [{ fault: "status", status: 500 } as never] },
    "http-503": { says: /HTTP 503\b/, rules: [{ fault: "status", status: 503 } as never] },
    "cut-json": {
      says: /HTTP 200 with an answer that is not JSON/,
      rules: [{ fault: "status", status: 200, body: '{"data":{"id":"', contentType: "application/json" } as never],
    },
  };

  test("gone only on proof: every other answer keeps the backup and says why, and so does a job that is gone", async () => {
    stack = await createStack();
    const { emulator, workspace } = stack;
    const others = await connectSeveral(workspace, "snapshooter", Object.keys(proofless));
    try {
      Object.assign(emulator.snapshooter.timing, { pendingMs: 0, runningMs: 0 });
      const other = emulator.snapshooter.addBackup(emptyJobId).id;
      emulator.snapshooter.addJob({ id: "vanishing-job" });
      emulator.snapshooter.addBackup("vanishing-job");
      emulator.snapshooter.addJob({ id: "other-job" });
      const adopted = { adopt: "latest", deletionPolicy: "retain" };
      stack.declare({
        ...Object.fromEntries(Object.keys(proofless).map((name) => [name, { ...job, ...adopted, connection: name }])),
        expired: { ...job, ...adopted },
        removed: { ...empty, ...adopted },
        jobless: { ...job, ...adopted, jobId: "vanishing-job" },
        again: { ...job, jobId: "other-job", deletionPolicy: "delete", onGone: "recreate" },
      });
      const changes = changesSeenBy(emulator);
      await workspace.up(["--skip-preview"], { expectCode: 0 });
      expect(changes()).toEqual(["snapshooter start-backup other-job"]);
      const before = await stack.snapshots();
      expect(before["expired"]?.outputs).toMatchObject({ snapshotId: backupId });

      for (const [name, { rules }] of Object.entries(proofless)) {
        for (const rule of rules) {
          others[name]?.faults.add({ platform: "snapshooter", times: "always", ...rule } as FaultRule);
        }
      }
      const again = backups("other-job")[0] ?? "";
      emulator.snapshooter.setStatus(backupId, "expired");
      emulator.snapshooter.setStatus(again, "expired");
      emulator.snapshooter.removeBackup(other);
      emulator.snapshooter.removeJob("vanishing-job");
      const refresh = await workspace.refresh(["--skip-preview", "--parallel", "16"]);
      expect(refresh.code).not.toBe(0);
      expect(refresh.output).not.toMatch(/^\s+at .*:\d+:\d+/m);
      const after = await stack.snapshots();
      for (const [name, { says }] of Object.entries(proofless)) {
        expect(diagnosticsOf(refresh, name)).toEqual([expect.stringMatching(/^error: \[snapshooter\]/)]);
        expect(diagnosticsOf(refresh, name)[0]).toMatch(says);
        expect(after[name]?.outputs).toEqual(before[name]?.outputs);
      }
      expect(diagnosticsOf(refresh, "jobless")).toEqual([
        expect.stringMatching(/^warning: .* does not prove it gone: .*job vanishing-job itself/),
      ]);
      for (const { faults } of Object.values<Emulator>(others)) faults.clear();

      await workspace.refresh(["--skip-preview"], { expectCode: 0 });
      const held = await stack.snapshots();
      expect(held["jobless"]?.outputs).toMatchObject({ status: "unknown" });
      for (const [name, id] of [
        ["expired", backupId],
        ["removed", other],
      ] as const) {
        expect(held[name]?.outputs).toMatchObject({ status: "gone", snapshotId: id });
      }
      const up = await workspace.up(["--skip-preview"], { expectCode: 0 });
      expect(up.stdout).toContain("+ 1 created");
      expect(up.stdout).not.toMatch(/updated|replaced/);
      expect(changes()).toEqual(["snapshooter start-backup other-job"]);
      await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
    } finally {
      await Promise.all(Object.values<Emulator>(others).map((each) => each.close()));
    }
  }, 600_000);

  const canaries = { token: "canary-snapshooter-5e21d7", encryptionKey: "canary-encryption-key-77c0ab" };
  const fileNames = [
    "a/dump.sql",
    "b/dump.sql",
    "../../dump.sql",
    "name with spaces & ?=#.gz",
    "toString",
    "__proto__",
  ];
  const PROGRAM = `
    const pulumi = require("@pulumi/pulumi");
    const { Snapshot, getSnapshots, getDownloadLinkOutput } = require("pulumi-snapshots");
    const job = require("./job.json");
    const release = new pulumi.Config().require("release");
    const taken = new Snapshot("taken", { ...job, triggers: { release }, deletionPolicy: "delete" });
    const link = getDownloadLinkOutput({ ...job, id: taken.snapshotId });
    const statuses = link.apply(({ files }) => Promise.all(Object.values(files).map(async (url) => (await fetch(url)).status)));
    module.exports = {
      link,
      names: pulumi.unsecret(link.apply(({ files }) => Object.keys(files))),
      statuses: pulumi.unsecret(statuses),
      listed: taken.snapshotId.apply(() => getSnapshots(job)),
    };`;
  const secrets = [
    ...Object.values(canaries),
    ...Object.values(canaries).map((text) => Buffer.from(text).toString("base64")),
  ];

  /** The lines that show a credential, a key or a signed link, cut to what a failing test should show. */
  const leaks = (text: string) =>
    text
      .split("\n")
      .filter((line) => secrets.some((secret) => line.includes(secret)) || /X-Amz-/.test(line))
      .map((line) => line.slice(0, 600));
  /** What the engine itself writes at \`-v=9\` about a program's secret outputs, whatever they are. */
  const engineLine =
    /"msg":"Unmarshaling property for RPC\[ResourceMonitor\.RegisterResourceOutputs\(urn:pulumi:dev::snap::pulumi:pulumi:Stack::snap-dev\)\]: /;

  test("the links to a backup's files are secret, and no link, key or token is in state, output or logs", async () => {
    stack = await createStack({
      emulator: { credentials: { snapshooter: { token: canaries.token } } },
      files: { "index.js": PROGRAM, "job.json": empty },
    });
    const { emulator, workspace } = stack;
    Object.assign(emulator.snapshooter, { encryptionKey: canaries.encryptionKey, fileNames });
    Object.assign(emulator.snapshooter.timing, { pendingMs: 0, runningMs: 0 });
    const verbose = ["--skip-preview", "-v=9", "--logtostderr"];
    await workspace.config("release", "1");

    const up = await workspace.up(verbose, { expectCode: 0 });
    const { stdout } = await workspace.pulumi(["stack", "output", "--json"], { expectCode: 0 });
    expect(JSON.parse(stdout)).toMatchObject({
      link: "[secret]",
      names: fileNames,
      statuses: fileNames.map(() => 200),
      listed: [{ snapshotId: backups(emptyJobId)[0], files: fileNames.map((name) => ({ name })) }],
    });
    const shown = await workspace.pulumi(["stack", "output", "link", "--show-secrets", "--json"], { expectCode: 0 });
    const { url, files } = JSON.parse(shown.stdout);
    // What the engine shows of a map has no member of that name, whoever made it.
    expect(Object.keys(files).sort()).toEqual(fileNames.filter((name) => name !== "__proto__").sort());
    expect(Object.values(files)).toContain(url);
    expect((await stack.snapshot("taken")).outputs).toMatchObject({ files: fileNames.map((name) => ({ name })) });

    emulator.faults.add({
      platform: "snapshooter",
      operation: "start-backup",
      fault: "status",
      status: 422,
      body: { message: `${canaries.token} may not, see ${url}` },
    });
    await workspace.config("release", "2");
    const failed = await workspace.up(verbose);
    expect(failed.code).not.toBe(0);
    expect(diagnosticsOf(failed, "taken").join("\n")).toMatch(/HTTP 422 \[secret\] may not, see http:\/\/.*\?\[…\]/);
    emulator.snapshooter.access.revoked = true;
    const refresh = await workspace.refresh(verbose);
    expect(refresh.code).not.toBe(0);
    emulator.snapshooter.access.revoked = false;
    const destroy = await workspace.destroy(verbose, { expectCode: 0 });
    expect(backups(emptyJobId)).toEqual([]);

    for (const [name, { stdout: out, stderr }] of Object.entries({ up, failed, refresh, destroy })) {
      expect({ name, leaks: leaks(out) }).toEqual({ name, leaks: [] });
      expect({ name, leaks: leaks(stderr).filter((line) => !engineLine.test(line)) }).toEqual({ name, leaks: [] });
    }
    expect(up.stderr.length).toBeGreaterThan(50_000);
    expect(leaks(workspace.stateText())).toEqual([]);
    const home = readdirSync(workspace.home, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(leaks(home.map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8")).join("\n"))).toEqual([]);
  }, 600_000);

  test("what SnapShooter asks for, and lacks, is refused at preview before any request, and does not compile", async () => {
    stack = await createStack({
      files: {
        "tsconfig.json": TSCONFIG,
        "program.ts": `
          import { getDownloadLinkOutput, Snapshot } from "pulumi-snapshots";
          const taken = new Snapshot("a", { platform: "snapshooter", jobId: "1", tag: "daily", deletionPolicy: "delete" });
          new Snapshot("b", { platform: "snapshooter", jobId: "1", adopt: "latest", deletionPolicy: "retain" });
          export const link = getDownloadLinkOutput({ platform: "snapshooter", jobId: "1", id: taken.snapshotId }).files;
          // @ts-expect-error no default is right for everybody
          new Snapshot("1", { platform: "snapshooter", jobId: "1" });
          // @ts-expect-error one of the rotations
          new Snapshot("2", { platform: "snapshooter", jobId: "1", tag: "yearly", deletionPolicy: "retain" });
          // @ts-expect-error another platform's target
          new Snapshot("3", { platform: "snapshooter", appId: "1", deletionPolicy: "retain" });
          // @ts-expect-error the platform gives no name
          new Snapshot("4", { platform: "snapshooter", jobId: "1", name: "a", deletionPolicy: "retain" });`,
      },
    });
    expect(compilerMessages(stack.workspace.directory)).toEqual([]);
    const refusals: [Declared, property: string, reason: RegExp][] = [
      [job, "deletionPolicy", /missing: say what destroy and replacement do .*"delete" removes it, "retain" leaves it/],
      [
        { ...job, adopt: expiredBackupId, deletionPolicy: "delete" },
        "deletionPolicy",
        /"delete" together with adopt could delete a snapshot that this program never took: write "retain"/,
      ],
      [{ ...job, tag: "daily", onGone: "recreate", deletionPolicy: "retain" }, "onGone", /goes with tag "manual" only/],
    ];
    for (const [declared, property, reason] of refusals) {
      stack.declare({ refused: declared });
      const preview = await stack.workspace.preview();
      expect(preview.code).not.toBe(0);
      expect(diagnosticsOf(preview, "refused")).toEqual([
        expect.stringMatching(new RegExp(`^error: .*property ${property}\\b.*${reason.source}`)),
      ]);
    }
    expect(stack.emulator.requests).toEqual([]);
  }, 600_000);
});
