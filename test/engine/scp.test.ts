import { createHmac } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, type FaultRule, seed } from "../../emulator";
import { STACK } from "../support/engine";
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

const { volumeId, attachedVolumeId, fileVolumeId, snapshotId: seededId } = seed.scp;
const volume = { platform: "scp", volumeId };
const attached = { platform: "scp", volumeId: attachedVolumeId, force: true };
const files = { platform: "scp", fileVolumeId };
const shortly = { customTimeouts: { create: "2s" } };

let stack: Stack;

/** The platform's own times are looked at where they matter; elsewhere nothing waits for them. */
async function start(options: Parameters<typeof createStack>[0]): Promise<void> {
  stack = await createStack(options);
  const { virtualserver, filestorage } = stack.emulator.scp;
  Object.assign(virtualserver, { creatingMs: 0, deletingMs: 0, raceMs: 0 });
  Object.assign(filestorage, { creatingMs: 0, deletingMs: 0 });
}

const snapshots = (id: string) => stack.emulator.scp.virtualserver.snapshotsOf(id);
const fileSnapshots = (id: string) => stack.emulator.scp.filestorage.snapshotsOf(id);
const idsOf = (all: readonly { id: string }[]) => all.map(({ id }) => id);

describe("the life of a snapshot", () => {
  let changes: () => string[];
  let requests: ReturnType<typeof requestsSeenBy>;
  const policies = { volume: "delete", files: "retain" };
  let adopt: string | undefined = seededId;
  const given: { name?: string; description?: string } = { description: "before the release" };

  const declare = (release: string): Record<string, Declared> => ({
    volume: { ...volume, ...given, triggers: { release, always: "same" }, deletionPolicy: policies.volume },
    named: { ...attached, name: "the same name", triggers: { release }, deletionPolicy: "delete" },
    files: { ...files, triggers: { release }, deletionPolicy: policies.files },
    adopted: { ...volume, ...(adopt === undefined ? {} : { adopt }), deletionPolicy: "retain" },
  });
  const idsInState = async () =>
    Object.fromEntries(Object.entries(await stack.snapshots()).map(([name, { id }]) => [name, id]));
  const newestIds = () => ({
    volume: `scp/volume/${volumeId}/${snapshots(volumeId).at(-1)?.id}`,
    named: `scp/volume/${attachedVolumeId}/${snapshots(attachedVolumeId).at(-1)?.id}`,
    files: `scp/file-volume/${fileVolumeId}/${fileSnapshots(fileVolumeId).at(-1)?.id}`,
    adopted: `scp/volume/${volumeId}/${seededId}`,
  });

  beforeAll(async () => {
    await start({ resources: declare("1") });
    Object.assign(stack.emulator.scp.virtualserver, { creatingMs: 300, deletingMs: 300, raceMs: 500 });
    changes = changesSeenBy(stack.emulator);
    requests = requestsSeenBy(stack.emulator);
  });
  afterAll(() => stack.dispose());

  test("up takes exactly one snapshot per resource, and none where one is adopted", async () => {
    const up = await stack.workspace.up([], { expectCode: 0 });
    expect(up.stdout).toContain("+ 5 created");
    expect(up.output).not.toMatch(/warning|error/i);
    expect(changes()).toEqual([
      `scp create-file-snapshot ${fileVolumeId}`,
      `scp create-snapshot ${volumeId}`,
      `scp create-snapshot ${attachedVolumeId}`,
    ]);
    expect(await idsInState()).toEqual(newestIds());
    const taken = snapshots(volumeId).at(-1);
    expect(taken).toMatchObject({
      name: expect.stringMatching(/^volume-[0-9a-f]{7}$/),
      description: given.description,
    });
    const held = await stack.snapshots();
    expect(held["volume"]?.outputs).toMatchObject({
      snapshotId: taken?.id,
      name: taken?.name,
      description: given.description,
      status: "available",
      platformStatus: "available",
      createdAt: expect.stringMatching(/Z$/),
      sizeGib: 104,
      region: seed.scp.region,
      adopted: false,
    });
    expect(held["files"]?.outputs).toMatchObject({ status: "available", region: seed.scp.region });
    expect(held["adopted"]?.outputs).toMatchObject({ snapshotId: seededId, adopted: true });
  }, 600_000);

  test("nothing changed is no diff and no request that changes anything, although orders and versions change", async () => {
    stack.emulator.faults.add({ platform: "scp", fault: "list-shuffle", times: "always" });
    const before = await idsInState();
    const env = { SCP_VIRTUALSERVER_VERSION: "1.2" };
    const up = await stack.workspace.up(["--skip-preview"], { expectCode: 0, env });
    const preview = await stack.workspace.preview(["--diff", "--expect-no-changes"], { expectCode: 0 });
    const refresh = await stack.workspace.refresh(["--diff", "--expect-no-changes"], { expectCode: 0, env });
    for (const { stdout, output } of [up, preview, refresh]) {
      expect(stdout).toContain("5 unchanged");
      expect(output).not.toMatch(/warning|error|^ *[~+-] /im);
    }
    expect(changes()).toEqual([]);
    expect(await idsInState()).toEqual(before);
    stack.emulator.faults.clear();
  }, 600_000);

  test("a changed trigger previews as its old => new; the new snapshot is usable before the old one is deleted", async () => {
    requests();
    const before = {
      volume: snapshots(volumeId),
      named: snapshots(attachedVolumeId),
      files: fileSnapshots(fileVolumeId),
    };
    stack.declare(declare("2"));

    const preview = await stack.workspace.preview(["--diff"], { expectCode: 0 });
    expect(preview.stdout.match(/~ release\s*: "1" => "2"/g)).toHaveLength(3);
    expect(preview.stdout).not.toContain("always");
    expect(preview.stdout).toContain("+-3 to replace");
    expect(requests()).toEqual([]);

    const up = await stack.workspace.up(["--skip-preview"], { expectCode: 0 });
    expect(up.stdout).toContain("+-3 replaced");
    const sent = requests();
    for (const [id, all] of [
      [volumeId, before.volume],
      [attachedVolumeId, before.named],
    ] as const) {
      const old = all.at(-1)?.id ?? "";
      const made = snapshots(id).at(-1)?.id ?? "";
      const posts = sent.filter(({ method, target }) => method === "POST" && target === id);
      expect(posts).toHaveLength(1);
      const deletes = sent.filter(({ method, path }) => method === "DELETE" && path.endsWith(`/${old}`));
      expect(deletes.filter(({ committed }) => committed)).toHaveLength(1);
      const seenNew = sent.findIndex(({ method, path }) => method === "GET" && path.endsWith(`/${made}`));
      expect(seenNew).toBeGreaterThan(-1);
      expect(sent.indexOf(deletes[0] as (typeof sent)[number])).toBeGreaterThan(seenNew);
      expect(idsOf(snapshots(id))).toEqual([...idsOf(all.slice(0, -1)), made]);
    }
    expect(sent.filter(({ method }) => method === "DELETE").map(({ operation }) => operation)).not.toContain(
      "delete-file-snapshot",
    );
    expect(fileSnapshots(fileVolumeId)).toHaveLength(before.files.length + 1);
    expect(await idsInState()).toEqual(newestIds());
    expect(snapshots(volumeId).at(-1)?.name).not.toBe(before.volume.at(-1)?.name);
    expect(snapshots(attachedVolumeId).at(-1)?.name).toBe("the same name");
    for (const name of ["volume", "named"]) expect(concernsOf(up, name)).toEqual([]);
    expect(concernsOf(up, "files")).toEqual([
      `kept on Samsung Cloud Platform: snapshot ${before.files.at(-1)?.id} of file-volume ${fileVolumeId} ` +
        '(deletionPolicy: "retain")',
    ]);
    await stack.workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  }, 600_000);

  test("another name and description are one PUT and no replacement, and stay when they are no longer given", async () => {
    changes();
    const before = await idsInState();
    Object.assign(given, { name: "kept for the audit", description: "after the release" });
    stack.declare(declare("2"));
    const preview = await stack.workspace.preview(["--diff"], { expectCode: 0 });
    expect(preview.stdout).toMatch(/~ name\s*: "volume-[0-9a-f]{7}" => "kept for the audit"/);
    expect(preview.stdout).toMatch(/~ description\s*: "before the release" => "after the release"/);
    expect(preview.stdout).toContain("~ 1 to update");

    await stack.workspace.up(["--skip-preview"], { expectCode: 0 });
    expect(changes()).toEqual([`scp set-snapshot ${volumeId}`]);
    expect(snapshots(volumeId).at(-1)).toMatchObject(given);
    expect(await idsInState()).toEqual(before);
    expect((await stack.snapshot("volume")).outputs).toMatchObject({ ...given, updatedAt: expect.any(String) });
    await stack.workspace.refresh(["--skip-preview", "--expect-no-changes"], { expectCode: 0 });

    delete given.name;
    delete given.description;
    stack.declare(declare("2"));
    await stack.workspace.up(["--skip-preview"], { expectCode: 0 });
    expect(changes()).toEqual([]);
    expect(snapshots(volumeId).at(-1)).toMatchObject({ name: "kept for the audit", description: "after the release" });
    await stack.workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  }, 600_000);

  test("a change of deletionPolicy, and to adopt no more, are updates without a request", async () => {
    requests();
    Object.assign(policies, { volume: "retain", files: "delete" });
    adopt = undefined;
    stack.declare(declare("2"));
    const up = await stack.workspace.up(["--skip-preview"], { expectCode: 0 });
    expect(up.stdout).toContain("~ 3 updated");
    expect(requests()).toEqual([]);
    await stack.workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  }, 600_000);

  test("destroy deletes what up took for it under the policy of the last up, and says on each row what stays", async () => {
    changes();
    const before = { volume: snapshots(volumeId), files: fileSnapshots(fileVolumeId) };
    const foreign = stack.emulator.scp.virtualserver.addSnapshot(attachedVolumeId, { name: "the same name" });
    const destroy = await stack.workspace.destroy(["--skip-preview"], { expectCode: 0 });
    expect(changes()).toEqual([`scp delete-file-snapshot ${fileVolumeId}`, `scp delete-snapshot ${attachedVolumeId}`]);
    expect(idsOf(snapshots(volumeId))).toEqual(idsOf(before.volume));
    expect(idsOf(snapshots(attachedVolumeId))).toEqual([foreign.id]);
    expect(idsOf(fileSnapshots(fileVolumeId))).toEqual(idsOf(before.files.slice(0, -1)));
    for (const name of ["named", "files"]) expect(diagnosticsOf(destroy, name)).toEqual([]);
    const stays = (id: string | undefined, why: string) => [
      `kept on Samsung Cloud Platform: snapshot ${id} of volume ${volumeId} (${why})`,
    ];
    expect(diagnosticsOf(destroy, "volume")).toEqual(stays(before.volume.at(-1)?.id, 'deletionPolicy: "retain"'));
    expect(diagnosticsOf(destroy, "adopted")).toEqual(stays(seededId, "it was adopted, not taken by this resource"));
    expect(await stack.workspace.resources()).toEqual([]);
  }, 600_000);
});

describe("what is out of the ordinary", () => {
  afterEach(() => stack.dispose());

  test("not ready in time: a diff stays until it is, without a second POST; one with the status error is replaced", async () => {
    await start({
      resources: {
        slow: { ...volume, deletionPolicy: "delete", opts: shortly },
        failing: { ...attached, deletionPolicy: "delete", opts: shortly },
        "failing-at-once": { ...files, deletionPolicy: "delete", opts: shortly },
      },
    });
    const { emulator, workspace } = stack;
    const { virtualserver, filestorage } = emulator.scp;
    const changes = changesSeenBy(emulator);
    virtualserver.creatingMs = Number.POSITIVE_INFINITY;
    filestorage.outcome = "error";

    const up = await workspace.up(["--skip-preview"]);
    expect(up.code).not.toBe(0);
    expect(changes()).toHaveLength(3);
    const slow = snapshots(volumeId).at(-1)?.id ?? "";
    const failing = snapshots(attachedVolumeId).at(-1)?.id ?? "";
    const failed = fileSnapshots(fileVolumeId).at(-1)?.id ?? "";
    const says = (result: typeof up, name: string) => diagnosticsOf(result, name).join("\n");
    expect(says(up, "slow")).toMatch(
      new RegExp(`snapshot "${slow}".* is not ready yet, its status is "creating".*run pulumi up again`),
    );
    const hasFailed = (id: string) =>
      new RegExp(`snapshot "${id}".* has failed, its status is "error"\\. The next pulumi up takes another`);
    expect(says(up, "failing-at-once")).toMatch(hasFailed(failed));
    const held = await stack.snapshots();
    expect(held["slow"]).toMatchObject({
      id: `scp/volume/${volumeId}/${slow}`,
      outputs: { snapshotId: slow, status: "running" },
    });
    expect(held["failing-at-once"]).toMatchObject({
      id: `scp/file-volume/${fileVolumeId}/${failed}`,
      outputs: { snapshotId: failed, status: "failed", platformStatus: "error" },
    });

    await workspace.refresh(["--skip-preview"], { expectCode: 0 });
    const preview = await workspace.preview(["--expect-no-changes"]);
    expect(preview.code).not.toBe(0);
    expect(preview.stdout).toContain("~ 2 to update");
    expect(preview.stdout).toContain("+-1 to replace");

    virtualserver.setStatus(slow, "available");
    virtualserver.setStatus(failing, "error");
    filestorage.outcome = "available";
    const again = await workspace.up(["--skip-preview", "--continue-on-error"]);
    expect(again.code).not.toBe(0);
    expect(changes()).toEqual([`scp create-file-snapshot ${fileVolumeId}`]);
    const later = await stack.snapshots();
    expect(later["slow"]?.outputs).toMatchObject({ snapshotId: slow, status: "available" });
    expect(says(again, "failing")).toMatch(hasFailed(failing));
    expect(later["failing"]).toMatchObject({
      id: `scp/volume/${attachedVolumeId}/${failing}`,
      outputs: { snapshotId: failing, status: "failed" },
    });

    virtualserver.creatingMs = 0;
    const last = await workspace.up(["--skip-preview"], { expectCode: 0 });
    expect(last.stdout).toContain("+-1 replaced");
    expect(changes()).toEqual([
      `scp create-snapshot ${attachedVolumeId}`,
      `scp delete-file-snapshot ${fileVolumeId}`,
      `scp delete-snapshot ${attachedVolumeId}`,
    ]);
    expect(idsOf(fileSnapshots(fileVolumeId))).not.toContain(failed);
    expect(snapshots(attachedVolumeId)).toHaveLength(1);
    expect((await stack.snapshot("failing")).outputs).toMatchObject({ snapshotId: snapshots(attachedVolumeId)[0]?.id });
    await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  }, 600_000);

  test("a lost answer is found by volume and name, also from another machine with the state as it was before", async () => {
    const declare = (release: string) => ({
      lost: { ...volume, deletionPolicy: "delete", triggers: { release } },
      file: { ...files, deletionPolicy: "delete" },
    });
    await start({ resources: declare("1") });
    const { emulator, workspace } = stack;
    const changes = changesSeenBy(emulator);
    const lost = { platform: "scp", fault: "reset-after-commit" } as const;
    emulator.faults.add({ ...lost, operation: "create-snapshot" });
    emulator.faults.add({ ...lost, operation: "create-file-snapshot" });
    // Somebody else's appears in the same moment, and is never claimed.
    emulator.faults.add({ platform: "scp", operation: "create-snapshot", fault: "foreign-snapshot", when: "after" });

    const up = await workspace.up(["--skip-preview"], { expectCode: 0 });
    expect(changes()).toHaveLength(2);
    const mine = (id: string) => snapshots(id).filter(({ name }) => name?.startsWith("lost-"));
    const [first] = mine(volumeId);
    expect(mine(volumeId)).toHaveLength(1);
    const held = await stack.snapshots();
    expect(held["lost"]?.id).toBe(`scp/volume/${volumeId}/${first?.id}`);
    expect(held["file"]?.outputs).toMatchObject({ snapshotId: fileSnapshots(fileVolumeId)[0]?.id });
    expect(fileSnapshots(fileVolumeId)).toHaveLength(1);
    for (const name of ["lost", "file"]) {
      expect(concernsOf(up, name)).toEqual([
        expect.stringMatching(/^warning: the answer to the request of .* was lost/),
      ]);
    }

    const { stdout: before } = await workspace.pulumi(["stack", "export"], { expectCode: 0 });
    stack.declare(declare("2"));
    await workspace.up(["--skip-preview"], { expectCode: 0 });
    expect(changes()).toEqual([`scp create-snapshot ${volumeId}`, `scp delete-snapshot ${volumeId}`]);
    const [second] = mine(volumeId);
    expect(second?.id).not.toBe(first?.id);

    workspace.write({ "before.json": before });
    await workspace.pulumi(["stack", "import", "--file", "before.json"], { expectCode: 0 });
    const elsewhere = { PULUMI_HOME: join(workspace.directory, "another-machine") };
    const again = await workspace.up(["--skip-preview", "--stack", STACK], { expectCode: 0, env: elsewhere });
    expect(changes().filter((change) => change.includes("create"))).toEqual([]);
    expect(concernsOf(again, "lost")).toEqual([
      expect.stringMatching(
        new RegExp(`^warning: snapshot "${second?.id}".* already has this resource's name .*no second one is taken`),
      ),
    ]);
    expect(idsOf(mine(volumeId))).toEqual([second?.id]);
    expect((await stack.snapshot("lost")).outputs).toMatchObject({ snapshotId: second?.id, adopted: false });
    await workspace.preview(["--expect-no-changes"], { expectCode: 0 });

    const foreign = idsOf(snapshots(volumeId)).filter((id) => id !== second?.id);
    await workspace.destroy(["--skip-preview"], { expectCode: 0 });
    // Only its name says whose the second one is, which proves nothing: it is kept.
    expect(new Set(idsOf(snapshots(volumeId)))).toEqual(new Set([...foreign, second?.id]));
    expect(foreign).toHaveLength(2);
  }, 600_000);

  /** As the gateway before the services answers where a header of the signature is missing. */
  const gateway = (status: number, error: string) => ({
    fault: "status",
    status,
    body: { timestamp: "2026-11-21T03:00:00.000+00:00", path: "/v1/snapshots", status, error, requestId: "5f2c81aa" },
  });
  const proofless = {
    "gateway-404": { says: /HTTP 404\b.*the gateway, not the service, answers 404/, rule: gateway(404, "Not Found") },
    "http-401": { says: /HTTP 401\b.*HMAC validation failed.*check/, rule: { fault: "status", status: 401 } },
    "http-403": { says: /HTTP 403\b.*Action definition is not found/, rule: { fault: "status", status: 403 } },
    "http-500": { says: /HTTP 500\b.*Contact the administrator/, rule: { fault: "status", status: 500 } },
    "http-503": { says: /HTTP 503\b/, rule: { fault: "status", status: 503 } },
    "page-200": { says: /HTTP 200 with an answer that is not JSON/, rule: { fault: "html", status: 200 } },
  };

  test("gone only on proof: every other answer keeps the snapshot and says why, and so does a volume that is gone", async () => {
    await start({});
    const { emulator, workspace } = stack;
    const { virtualserver, filestorage } = emulator.scp;
    const names = Object.keys(proofless) as (keyof typeof proofless)[];
    const others = await connectSeveral(workspace, "scp", names);
    try {
      const adopted = { adopt: "latest", deletionPolicy: "retain" };
      for (const { scp } of Object.values<Emulator>(others)) scp.filestorage.addSnapshot(fileVolumeId);
      for (const id of ["vanishing-files", "other-files"]) filestorage.addVolume({ id });
      filestorage.addSnapshot("other-files");
      stack.declare({
        ...Object.fromEntries(
          names.flatMap((connection) => [
            [`${connection}-volume`, { ...volume, ...adopted, connection }],
            [`${connection}-files`, { ...files, ...adopted, connection }],
          ]),
        ),
        "gone-volume": { ...volume, ...adopted },
        "gone-files": { ...files, ...adopted, fileVolumeId: "other-files" },
        volumeless: { ...files, fileVolumeId: "vanishing-files", deletionPolicy: "delete" },
        "again-volume": { ...attached, deletionPolicy: "delete", onGone: "recreate" },
        "again-files": { ...files, deletionPolicy: "delete", onGone: "recreate" },
      });
      const changes = changesSeenBy(emulator);
      await workspace.up(["--skip-preview"], { expectCode: 0 });
      expect(changes()).toHaveLength(3);
      const before = await stack.snapshots();

      for (const name of names) {
        others[name].faults.add({ platform: "scp", times: "always", ...proofless[name].rule } as FaultRule);
      }
      for (const id of [volumeId, attachedVolumeId]) {
        for (const each of snapshots(id)) virtualserver.removeSnapshot(each.id);
      }
      for (const id of ["other-files", fileVolumeId]) {
        for (const each of fileSnapshots(id)) filestorage.removeSnapshot(each.id);
      }
      filestorage.removeVolume("vanishing-files");
      const refresh = await workspace.refresh(["--skip-preview", "--parallel", "32"]);
      expect(refresh.code).not.toBe(0);
      expect(refresh.output).not.toMatch(/^\s+at .*:\d+:\d+/m);
      const after = await stack.snapshots();
      for (const name of names.flatMap((connection) => [`${connection}-volume`, `${connection}-files`])) {
        const { says } = proofless[name.replace(/-(volume|files)$/, "") as keyof typeof proofless];
        expect(diagnosticsOf(refresh, name)).toEqual([expect.stringMatching(/^error: \[scp\]/)]);
        expect(diagnosticsOf(refresh, name)[0]).toMatch(says);
        expect(after[name]?.outputs).toEqual(before[name]?.outputs);
      }
      for (const { faults } of Object.values<Emulator>(others)) faults.clear();

      const proven = await workspace.refresh(["--skip-preview"], { expectCode: 0 });
      expect(diagnosticsOf(proven, "volumeless")).toEqual([
        expect.stringMatching(
          /^warning: .* does not prove it gone: the filestorage service answers 404 for File Storage volume vanishing-files/,
        ),
      ]);
      const held = await stack.snapshots();
      expect(held["volumeless"]?.outputs).toMatchObject({ status: "unknown" });
      for (const name of ["gone-volume", "gone-files"]) {
        expect(diagnosticsOf(proven, name)).toEqual([
          expect.stringMatching(/^warning: snapshot .* is gone from Samsung Cloud Platform/),
        ]);
        expect(held[name]?.outputs).toMatchObject({ status: "gone", snapshotId: expect.any(String) });
      }
      const up = await workspace.up(["--skip-preview"], { expectCode: 0 });
      expect(up.stdout).toContain("+ 2 created");
      expect(up.stdout).not.toMatch(/updated|replaced/);
      expect(changes()).toEqual([
        `scp create-file-snapshot ${fileVolumeId}`,
        `scp create-snapshot ${attachedVolumeId}`,
      ]);
      await workspace.preview(["--expect-no-changes"], { expectCode: 0 });

      const destroy = await workspace.destroy(["--skip-preview"]);
      expect(destroy.code).not.toBe(0);
      expect(diagnosticsOf(destroy, "volumeless").join("\n")).toMatch(
        /\[scp\] delete snapshot .* does not prove it gone: .*pulumi state delete/,
      );
      await workspace.pulumi(["state", "delete", held["volumeless"]?.urn ?? "", "--yes"], { expectCode: 0 });
      await workspace.destroy(["--skip-preview"], { expectCode: 0 });
      expect(snapshots(attachedVolumeId)).toEqual([]);
    } finally {
      await Promise.all(Object.values<Emulator>(others).map((each) => each.close()));
    }
  }, 600_000);

  const canaries = { accessKey: "CANARY0SCP0ACCESS0KEY0AD31", secretKey: "canary-scp-secret-b60f2e" };

  /** Every signature that was sent: made anew from what the emulator has seen. */
  function signatures({ requests, scp, url }: Emulator): string[] {
    return requests.flatMap(({ method, path, query }) =>
      scp.timestamps.map((timestamp) =>
        createHmac("sha256", canaries.secretKey)
          .update(`${method}${url}${path}${query === "" ? "" : `?${query}`}${timestamp}${canaries.accessKey}Openapi`)
          .digest("base64"),
      ),
    );
  }

  test.each(["environment", "config"] as const)(
    "no key or signature is in state, output, logs or errors, with credentials from the %s",
    async (source) => {
      await start({
        emulator: { credentials: { scp: canaries } },
        resources: {
          volume: { ...volume, description: "canaries", deletionPolicy: "delete" },
          files: { ...files, deletionPolicy: "delete" },
        },
        env: ({ environment }) =>
          Object.fromEntries(
            Object.entries(environment).filter(([name]) => source === "environment" || !/^SCP_.*_KEY$/.test(name)),
          ),
      });
      const { emulator, workspace } = stack;
      if (source === "config") {
        const secret = { path: true, secret: true };
        await workspace.config("snapshots:scp.accessKey", canaries.accessKey, secret);
        await workspace.config("snapshots:scp.secretKey", canaries.secretKey, secret);
      }
      const verbose = ["--skip-preview", "-v=9", "--logtostderr"];
      const up = await workspace.up(verbose, { expectCode: 0 });
      const detail = `${canaries.accessKey} with ${canaries.secretKey} is no good`;
      emulator.faults.add({
        platform: "scp",
        operation: "get-snapshot",
        fault: "status",
        status: 400,
        body: { errors: [{ code: "ValidationError", title: "Bad Request", detail, request_id: "req-1" }] },
      });
      emulator.faults.add({ platform: "scp", operation: "list-file-snapshots", fault: "revoke-credentials" });
      const refresh = await workspace.refresh(verbose);
      expect(refresh.code).not.toBe(0);
      expect(refresh.stdout).toContain("[secret] with [secret] is no good");
      expect(refresh.stdout).toContain("HTTP 401");
      emulator.faults.clear();
      emulator.scp.access.revoked = false;
      const destroy = await workspace.destroy(verbose, { expectCode: 0 });

      const secrets = Object.values(canaries).flatMap((text) => [text, Buffer.from(text).toString("base64")]);
      const all = [...secrets, ...signatures(emulator)];
      expect(all.length).toBeGreaterThan(50);
      const leaks = (text: string) =>
        text
          .split("\n")
          .filter((line) => all.some((secret) => line.includes(secret)))
          .map((line) => line.slice(0, 600));
      // What the engine itself writes at -v=9: the stack's secret config on its way to a provider written for Node.js.
      const engineLine = /"msg":"(Unm|M)arshaling property for RPC\[Provider\[0x[0-9a-f]+\]\.Configure\(\)\.inputs\]: /;
      for (const [name, { stdout, stderr }] of Object.entries({ up, refresh, destroy })) {
        expect({ name, leaks: leaks(stdout) }).toEqual({ name, leaks: [] });
        const notTheEngines = leaks(stderr).filter((line) => source === "environment" || !engineLine.test(line));
        expect({ name, leaks: notTheEngines }).toEqual({ name, leaks: [] });
      }
      expect(up.stderr.length).toBeGreaterThan(50_000);
      expect(leaks(workspace.stateText())).toEqual([]);
      const home = readdirSync(workspace.home, { recursive: true, withFileTypes: true });
      const kept = home.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
      expect(leaks(kept.map((file) => readFileSync(file, "utf8")).join("\n"))).toEqual([]);
    },
    600_000,
  );

  test("what the platform asks for, and lacks, is refused at preview before any request, and does not compile", async () => {
    await start({
      files: {
        "tsconfig.json": TSCONFIG,
        "program.ts": `
          import { getDownloadLink, Snapshot } from "pulumi-snapshots";
          const taken = new Snapshot("a", { platform: "scp", volumeId: "1", name: "a b_c-1", force: true, deletionPolicy: "delete" });
          new Snapshot("b", { platform: "scp", fileVolumeId: "1", adopt: "latest", deletionPolicy: "retain" });
          export const region = taken.region;
          // @ts-expect-error no default is right for everybody
          new Snapshot("1", { platform: "scp", volumeId: "1" });
          // @ts-expect-error no default is right for everybody
          new Snapshot("2", { platform: "scp", fileVolumeId: "1" });
          // @ts-expect-error one target
          new Snapshot("3", { platform: "scp", volumeId: "1", fileVolumeId: "2", deletionPolicy: "retain" });
          // @ts-expect-error File Storage names its snapshots itself
          new Snapshot("4", { platform: "scp", fileVolumeId: "1", name: "a", deletionPolicy: "retain" });
          // @ts-expect-error the platform gives no links
          export const link = getDownloadLink({ platform: "scp", volumeId: "1", id: "latest" });`,
      },
    });
    expect(compilerMessages(stack.workspace.directory)).toEqual([]);
    const refusals: [Declared, property: string, reason: RegExp][] = [
      [
        volume,
        "deletionPolicy",
        /missing: say what destroy and replacement do .*"delete" removes it, "retain" leaves it/,
      ],
      [
        { ...volume, name: "before: release", deletionPolicy: "delete" },
        "name",
        /must not hold ":": letters, digits, spaces, hyphens and underscores only/,
      ],
      [{ ...files, name: "a", deletionPolicy: "delete" }, "name", /goes with volumeId only; remove it/],
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
