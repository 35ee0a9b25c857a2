import { type FaultRule, seed, startEmulator } from "../../emulator";
import { UNKNOWN } from "../../provider/model/unknown";
import type { Properties } from "../../provider/resources/host";
import { restoreSnapshot } from "../../provider/resources/restore/once";
import { Stack, urnOf } from "./stack";

const before = "2026-11-21T04:00:00Z";
const { jobId, backupId, fileId, expiredBackupId, serverId } = seed.snapshooter;
const { volumeId, snapshotId, attachedVolumeId, fileVolumeId } = seed.scp;
const { databaseId } = seed.virtus;

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start("Restore");
});
afterEach(() => stack.close());

const versionId = () => stack.emulator.virtus.targets.get(databaseId)?.snapshots.present().at(-1)?.versionId ?? "";
const volumes = () => stack.emulator.scp.virtualserver;

/** One restore for each platform that supports it, and the number that the platform has carried out. */
const cases = {
  snapshooter: {
    args: (): Properties => ({ platform: "snapshooter", jobId, backupId, confirm: { target: jobId, before } }),
    operation: "restore-backup",
    id: `snapshooter/job/${jobId}/restore/${backupId}/`,
    made: () => stack.emulator.snapshooter.restores.length,
  },
  scp: {
    args: (): Properties => ({ platform: "scp", volumeId, snapshotId, confirm: { target: volumeId, before } }),
    operation: "revert-volume",
    id: `scp/volume/${volumeId}/restore/${snapshotId}/`,
    made: () => volumes().reverts.length,
  },
  virtus: {
    args: (): Properties => ({
      platform: "virtus",
      databaseId,
      versionId: versionId(),
      confirm: { target: databaseId, before },
    }),
    operation: "restore-database-snapshot",
    id: `virtus/database/${databaseId}/restore/`,
    made: () => stack.emulator.virtus.restores.length,
  },
} as const;
type Name = keyof typeof cases;
const names = Object.keys(cases) as Name[];

const fault = (name: Name, rule: object) =>
  stack.fault({ platform: name, operation: cases[name].operation, ...rule } as FaultRule);
const held = () => stack.held("a").props;
const sent = () => stack.emulator.requests.length;

describe.each(names)("a restore on %s", (name) => {
  const { args, made, id } = cases[name];

  it("runs once: no later up and no refresh asks for another, and destroy changes nothing", async () => {
    expect(await stack.up("a", args())).toEqual({ step: "create", warnings: [] });
    expect([stack.posts(), made()]).toEqual([1, 1]);
    expect(stack.held("a").id).toMatch(new RegExp(`^${id}`));
    expect(stack.held("a").id).toMatch(/\/[0-9a-f]{12}$/);

    const before = sent();
    expect((await stack.up("a", args())).step).toBe("same");
    const props = held();
    expect(await stack.refresh("a")).toEqual({ step: "refresh", warnings: [] });
    expect(held()).toEqual(props);
    expect((await stack.up("a", args())).step).toBe("same");
    expect(stack.journal.size).toBe(0);
    expect((await stack.destroy("a")).warnings).toEqual([]);
    expect(stack.told.at(-1)?.message).toMatch(
      /^dropped from the state: .* keeps the restored data( \(restore .*\))?$/,
    );
    expect(sent()).toBe(before);
    expect(stack.journal.size).toBe(0);
  });

  it("runs once more for other triggers, and letting go of the first asks for nothing", async () => {
    await stack.up("a", args());
    const first = stack.held("a").id;
    const run = await stack.up("a", { ...args(), triggers: { attempt: "2" } });
    expect(run).toEqual({ step: "replace", warnings: [] });
    expect([stack.posts(), made()]).toEqual([2, 2]);
    expect(stack.held("a").id).not.toBe(first);
    expect((await stack.up("a", { ...args(), triggers: { attempt: "2" } })).step).toBe("same");
    expect(stack.unsettled()).toBe(0);
  });

  it("is not run by a change of what only bounds it", async () => {
    await stack.up("a", args());
    const before = sent();
    const later = { ...args(), confirm: { ...(args()["confirm"] as Properties), before: "2027-01-01T00:00:00Z" } };
    expect((await stack.up("a", { ...later, timeouts: { create: "1h" } })).step).toBe("update");
    expect(held()).toMatchObject({ confirm: { before: "2027-01-01T00:00:00Z" }, overwritten: expect.any(String) });
    expect((await stack.up("a", { ...later, timeouts: { create: "1h" } })).step).toBe("same");
    expect(sent()).toBe(before);
  });

  it("whose answer is lost may have started, and is never asked for again without another trigger", async () => {
    if (name === "scp") volumes().revertingMs = 0;
    fault(name, { fault: "reset-after-commit" });
    const lost = await stack.up("a", args());
    const says =
      /the restore of .* that was requested at 2026-11-21T02:30:15.* may have started, and .*It is not requested again/;
    expect(lost.failure).toMatch(/broke before the answer was complete/);
    expect(lost.failure).toMatch(says);
    expect(held()).toMatchObject({ status: "unknown", overwritten: expect.any(String) });

    stack.clock.advance(86_400_000);
    const again = await stack.up("a", args());
    expect([again.step, again.failure]).toEqual(["update", expect.stringMatching(says)]);
    expect((await stack.refresh("a")).warnings).toEqual([expect.stringMatching(/may have started/)]);
    expect((await stack.up("a", args())).failure).toMatch(says);
    expect([stack.posts(), made()]).toEqual([1, 1]);

    const later = { ...args(), confirm: { ...(args()["confirm"] as Properties), before: "2026-11-23T00:00:00Z" } };
    expect((await stack.up("a", later)).failure).toMatch(says);
    expect(stack.posts()).toBe(1);
    if (name === "scp") volumes().revertingMs = 1000;
    const next = await stack.up("a", { ...later, triggers: { attempt: "2" } });
    expect([next.step, next.failure]).toEqual(["replace", undefined]);
    expect(next.warnings).toEqual([
      expect.stringMatching(/^dropped from the state: the restore of .* may have started$/),
    ]);
    expect([stack.posts(), made()]).toEqual([2, 2]);
    expect((await stack.up("a", { ...later, triggers: { attempt: "2" } })).step).toBe("same");
    expect(stack.journal.size).toBe(0);
  });

  it.each([
    ["a 500", { fault: "status", status: 500 }],
    ["HTML with 200", { fault: "html" }],
    ["JSON of another shape", { fault: "status", status: 201, body: { errors: [{ code: "x" }] } }],
  ])("that is answered by %s may have started, too", async (_what, rule) => {
    fault(name, rule);
    expect((await stack.up("a", args())).failure).toMatch(/may have started/);
    expect((await stack.up("a", args())).failure).toMatch(/may have started/);
    expect([stack.posts(), made(), held()["status"]]).toEqual([1, 0, "unknown"]);
  });

  it.each([
    ["a refusal", { fault: "status", status: 403 }, /403/],
    ["a busy target, which is not waited for", { fault: "status", status: 409 }, /409/],
  ])("that is answered by %s leaves no state, and the next up asks again", async (_what, rule, says) => {
    fault(name, rule);
    expect((await stack.up("a", args())).failure).toMatch(says);
    expect([stack.state.size, stack.journal.size, stack.posts(), made()]).toEqual([0, 0, 1, 0]);
    expect((await stack.up("a", args())).step).toBe("create");
    expect(made()).toBe(1);
  });

  it("that a killed run asked for is not asked for again, however long ago, but for other triggers", async () => {
    if (name === "scp") volumes().revertingMs = 0;
    fault(name, { fault: "reset-after-commit" });
    await stack.up("a", args());
    // Neither the state nor the end of the request was recorded.
    stack.state.clear();
    for (const [key, { request, ...entry }] of stack.journal) {
      const { endedAt: _end, ...open } = request;
      stack.journal.set(key, { ...entry, request: open });
    }
    stack.clock.advance(30 * 86_400_000);
    expect((await stack.up("a", args())).failure).toMatch(/may have started.*It is not requested again/);
    expect(held()).toMatchObject({ status: "unknown" });
    expect((await stack.up("a", args())).failure).toMatch(/may have started/);
    expect([stack.posts(), made()]).toEqual([1, 1]);

    stack.state.clear();
    if (name === "scp") volumes().revertingMs = 1000;
    const confirm = { ...(args()["confirm"] as Properties), before: "2027-01-01T00:00:00Z" };
    const other = await stack.up("a", { ...args(), confirm, triggers: { attempt: "2" } });
    expect(other.failure).toBeUndefined();
    expect(other.warnings).toEqual([
      expect.stringMatching(
        /^an earlier run was stopped after it had requested a restore at .*; it may have started, and/,
      ),
    ]);
    expect(made()).toBe(2);
  });

  it("whose answer came and whose state was never stored is recovered, and not asked for again", async () => {
    await stack.up("a", args());
    const { restoreId } = held();
    stack.state.clear();
    stack.clock.advance(7_200_000);
    const run = await stack.up("a", args());
    expect(run.failure).toBeUndefined();
    expect(run.warnings.find((warning) => !warning.startsWith("confirm.before"))).toMatch(
      /^an earlier run created restore of .*it is recovered, and no second one is requested$/,
    );
    expect([stack.posts(), made()]).toEqual([1, 1]);
    expect(held()["restoreId"]).toBe(restoreId);
    expect(held()).toMatchObject({ status: "accepted", overwritten: expect.any(String) });
    expect((await stack.up("a", args())).step).toBe("same");
    expect(stack.journal.size).toBe(0);
  });

  it("is refused after the confirmed instant, by the platform's clock", async () => {
    stack.clock.advance(2 * 3_600_000);
    const run = await stack.up("a", args());
    expect(run.failure).toMatch(
      /nothing is restored: confirm\.before is 2026-11-21T04:00:00Z, and the platform's clock shows/,
    );
    expect(run.warnings).toEqual([expect.stringMatching(/confirm\.before .* has passed by this machine's clock/)]);
    expect([stack.posts(), stack.state.size, stack.journal.size]).toEqual([0, 0, 0]);
  });

  it("is refused where only the platform's clock is past the confirmed instant", async () => {
    await stack.close();
    stack.emulator = await startEmulator({ now: () => stack.clock.now() + 7_200_000 });
    stack.environment = { ...stack.emulator.environment };
    const run = await stack.up("a", args());
    expect(run.failure).toMatch(/the platform's clock shows 2026-11-21T04:30:1/);
    expect(run.warnings.filter((warning) => warning.startsWith("confirm"))).toEqual([]);
    expect(stack.posts()).toBe(0);
  });

  it("that the rate limit has held back until after the confirmed instant does not leave again", async () => {
    const timeouts = { create: "6h" };
    fault(name, { fault: "status", status: 429, headers: { "retry-after": "7200" } });
    const run = await stack.up("a", { ...args(), timeouts });
    expect(run.failure).toMatch(/nothing is restored: confirm\.before/);
    expect([stack.posts(), made(), stack.state.size, stack.journal.size]).toEqual([1, 0, 0, 0]);
  });

  it("is not sent where the journal can't be written", async () => {
    const { session, verbs } = stack.process();
    session.host.journal.note = async () => {
      throw new Error("disk full");
    };
    const run = await stack.up("a", args(), verbs);
    expect(run.failure).toMatch(
      /no restore is requested, since the request can't be recorded on this machine: disk full/,
    );
    expect([stack.posts(), stack.state.size]).toEqual([0, 0]);
  });

  it("holds no secret in state, journal or messages", async () => {
    await stack.up("a", { ...args(), triggers: { password: "hunter2-trigger" } });
    const text = JSON.stringify([[...stack.journal], stack.announced, stack.told]);
    expect(text).not.toContain("hunter2-trigger");
    const all = text + JSON.stringify(held());
    for (const secret of [/X-Amz/, /Signature=/, /PRIVATE KEY/, /AWSAccessKeyId/]) expect(all).not.toMatch(secret);
    for (const value of Object.values(stack.environment)) {
      if (/EMULATED|emulated|vc_live/.test(String(value))) expect(all).not.toContain(value);
    }
  });

  it("runs after another one of the same target in the same up", async () => {
    const { verbs } = stack.process();
    const runs = await Promise.all([stack.up("a", args(), verbs), stack.up("b", args(), verbs)]);
    expect(runs.map(({ failure }) => failure)).toEqual([undefined, undefined]);
    expect(made()).toBe(2);
    expect(new Set([stack.held("a").id, stack.held("b").id]).size).toBe(2);
  });
});

describe("what the state holds of a restore", () => {
  it("on SnapShooter: that it was accepted, the restore's id, and which files were overwritten where", async () => {
    const chosen = { files: [fileId], compute: { type: "ss_agent", server_id: serverId } };
    await stack.up("a", { ...cases.snapshooter.args(), ...chosen });
    const [restore] = stack.emulator.snapshooter.restores;
    expect(restore).toMatchObject({ fileIds: [fileId], compute: { type: "ss_agent", serverId } });
    expect(held()).toEqual({
      platform: "snapshooter",
      connection: "snapshooter",
      jobId,
      backupId,
      ...chosen,
      confirm: { target: jobId, before },
      restoreId: restore?.id,
      status: "accepted",
      platformStatus: "pending",
      startedAt: "2026-11-21T02:30:15.000Z",
      overwritten: expect.stringMatching(/^"snapshooter\/.*test\.sql\.gz" of job 6f7c5f07.*, on ss_agent 9362$/),
      ownerId: expect.any(String),
      __urn: urnOf("a", "Restore"),
      __provider: "text",
    });
  });

  it("on Samsung Cloud Platform: when it ended, and the volume's state before", async () => {
    volumes().revertingMs = 600_000;
    await stack.up("a", cases.scp.args());
    expect(held()).toMatchObject({
      status: "completed",
      platformStatus: "available",
      startedAt: "2026-11-21T02:30:15.000Z",
      completedAt: expect.stringMatching(/^2026-11-21T02:4/),
      overwritten: expect.stringMatching(
        `^volume ${volumeId} \\("data", 104 GiB\\); its state before was "available"$`,
      ),
    });
    expect(held()).not.toHaveProperty("restoreId");
    expect(held()).not.toHaveProperty("watchedSinceMs");
  });

  it("on Virtus Cloud: that it was accepted", async () => {
    await stack.up("a", cases.virtus.args());
    expect(held()).toMatchObject({
      status: "accepted",
      startedAt: "2026-11-21T02:30:15.000Z",
      overwritten: `all data of database ${databaseId}`,
    });
    expect(held()).not.toHaveProperty("completedAt");
    expect(stack.emulator.virtus.restores).toMatchObject([{ databaseId, versionId: versionId() }]);
  });
});

describe("a revert", () => {
  const { args } = cases.scp;

  it("is waited for, and the next up resumes one that ran out of time", async () => {
    volumes().revertingMs = 600_000;
    const brief = { ...args(), timeouts: { create: "1m" } };
    const first = await stack.up("a", brief);
    expect(first.failure).toMatch(/is not ready yet, its status is "reverting".*does not request another/);
    expect(held()).toMatchObject({ status: "running", platformStatus: "reverting" });
    stack.clock.advance(600_000);
    expect(await stack.up("a", brief)).toEqual({ step: "update", warnings: [] });
    expect(held()).toMatchObject({ status: "completed" });
    expect(held()).not.toHaveProperty("unfinished");
    expect((await stack.up("a", brief)).step).toBe("same");
    expect(stack.posts()).toBe(1);
  });

  it("is seen to have ended by a refresh", async () => {
    volumes().revertingMs = 600_000;
    const brief = { ...args(), timeouts: { create: "1m" } };
    await stack.up("a", brief);
    await stack.refresh("a");
    expect(held()).toMatchObject({ status: "running", unfinished: expect.anything() });
    stack.clock.advance(600_000);
    expect((await stack.refresh("a")).warnings).toEqual([]);
    expect(held()).toMatchObject({ status: "completed" });
    expect((await stack.up("a", brief)).step).toBe("same");
  });

  it("whose answer is lost is found while it runs, in the same up", async () => {
    volumes().revertingMs = 600_000;
    fault("scp", { fault: "reset-after-commit" });
    const run = await stack.up("a", args());
    expect(run.failure).toBeUndefined();
    expect(run.warnings).toEqual([
      expect.stringMatching(/^the answer to the request of .* was lost; the one new restore/),
    ]);
    expect(held()).toMatchObject({ status: "completed", platformStatus: "available" });
    expect(stack.posts()).toBe(1);
  });

  it("whose answer is lost is found by the next up or refresh where it runs then", async () => {
    volumes().revertingMs = 600_000;
    fault("scp", { fault: "reset-after-commit" });
    stack.fault({ platform: "scp", operation: "get-volume", fault: "status", status: 403, times: "always", skip: 1 });
    expect((await stack.up("a", args())).failure).toMatch(/403.*may have started/);
    expect(held()).toMatchObject({ status: "unknown" });
    stack.emulator.faults.clear();
    await stack.refresh("a");
    expect(held()).toMatchObject({ status: "running" });
    expect((await stack.up("a", args())).failure).toBeUndefined();
    expect(held()).toMatchObject({ status: "completed" });
    expect(stack.posts()).toBe(1);
  });

  it("that a killed run asked for is found while it runs", async () => {
    volumes().revertingMs = 600_000;
    const brief = { ...args(), timeouts: { create: "1m" } };
    await stack.up("a", brief);
    stack.state.clear();
    const run = await stack.up("a", args());
    expect(run.failure).toBeUndefined();
    expect(run.warnings).toEqual([expect.stringMatching(/^an earlier run created restore/)]);
    expect(held()).toMatchObject({ status: "completed" });
    expect(stack.posts()).toBe(1);
  });

  it("that leaves its volume in an error has failed, and only another trigger reverts again", async () => {
    volumes().revertOutcome = "error";
    const run = await stack.up("a", args());
    expect(run.failure).toMatch(/has failed, its status is "error"\. It is not requested again: check volume/);
    expect(held()).toMatchObject({ status: "failed", platformStatus: "error" });
    const before = sent();
    expect((await stack.up("a", args())).failure).toMatch(/has failed, its status is "error"/);
    await stack.refresh("a");
    expect(held()).toMatchObject({ status: "failed" });
    expect(sent()).toBe(before);
    const volume = volumes().volumes.get(volumeId);
    if (volume !== undefined) volume.state = "available";
    volumes().revertOutcome = "available";
    if (volume !== undefined) volume.state = undefined;
    const broken = await stack.up("a", { ...args(), triggers: { attempt: "2" } });
    expect(broken.failure).toMatch(/the volume's state is "error", and only one that is available/);
    expect(stack.posts()).toBe(1);
  });

  it("that begins late is waited for", async () => {
    Object.assign(volumes(), { revertStartsMs: 5_000, revertingMs: 60_000 });
    await stack.up("a", args());
    expect(held()).toMatchObject({ status: "completed" });
  });

  it("that was never seen to run is accepted, not completed, with a warning", async () => {
    volumes().revertStartsMs = 3_600_000;
    const run = await stack.up("a", args());
    expect(run.failure).toBeUndefined();
    expect(run.warnings).toEqual([
      expect.stringMatching(/accepted the restore and was never observed running it: .*"available"/),
    ]);
    expect(held()).toMatchObject({ status: "accepted" });
    expect(held()).not.toHaveProperty("completedAt");
    expect((await stack.up("a", args())).step).toBe("same");
  });

  it.each<[string, () => Properties, RegExp]>([
    [
      "of an attached volume",
      () => {
        const { id } = volumes().addSnapshot(attachedVolumeId);
        return { volumeId: attachedVolumeId, snapshotId: id };
      },
      /the volume is attached to server .*, and only a detached volume can be reverted: detach it first/,
    ],
    [
      "to an older snapshot",
      () => {
        volumes().addSnapshot(volumeId);
        return {};
      },
      /only the most recent snapshot of a volume can be reverted to, and that is .* of 2026-11-21T02:30:15Z, not/,
    ],
    [
      "to a snapshot that is not the volume's",
      () => ({ snapshotId: "other" }),
      /lists no snapshot other: its newest is/,
    ],
    [
      "to a snapshot that is not usable",
      () => ({ snapshotId: volumes().addSnapshot(volumeId, { status: "error" }).id }),
      /the status of snapshot .* is "error"/,
    ],
    [
      "of a volume that is Reverting already",
      () => {
        const volume = volumes().volumes.get(volumeId);
        if (volume !== undefined) volume.state = "Reverting";
        return {};
      },
      /the volume's state is "Reverting"/,
    ],
    ["of a volume that there is not", () => ({ volumeId: "none" }), /show volume none: HTTP 404/],
  ])("%s is refused before the request", async (_what, change, says) => {
    const changed: Properties = { ...args(), ...change() };
    const run = await stack.up("a", { ...changed, confirm: { target: changed["volumeId"] ?? "", before } });
    expect(run.failure).toMatch(says);
    expect([stack.posts(), stack.state.size, stack.journal.size]).toEqual([0, 0, 0]);
  });

  it("of a volume that has been extended since is warned of", async () => {
    const volume = volumes().volumes.get(volumeId);
    if (volume !== undefined) volume.sizeGib = 208;
    expect((await stack.up("a", args())).warnings).toEqual([
      expect.stringMatching(/^the volume has 208 GiB now, and had 104 GiB when/),
    ]);
  });
});

describe("a restore of a backup", () => {
  const { args } = cases.snapshooter;

  it.each<[string, Properties, RegExp]>([
    ["that has expired", { backupId: expiredBackupId }, /its status is "expired", and only a completed backup/],
    ["that there is not", { backupId: "none" }, /nothing is restored: SnapShooter shows no such backup/],
    ["of another job", { jobId: seed.snapshooter.emptyJobId }, /it is of another job, 6f7c5f07/],
    [
      "without a file of that id",
      { files: [fileId, "test.sql.gz"] },
      /it has no file test\.sql\.gz\. Its files are 045c31f2/,
    ],
  ])("%s is refused before the request", async (_what, change, says) => {
    const changed: Properties = { ...args(), ...change };
    const run = await stack.up("a", { ...changed, confirm: { target: changed["jobId"] ?? "", before } });
    expect(run.failure).toMatch(says);
    expect([stack.posts(), stack.state.size]).toEqual([0, 0]);
  });

  it("whose status word is not documented is left to the platform, with a warning", async () => {
    stack.emulator.snapshooter.setStatus(backupId, "completed_with_errors");
    const run = await stack.up("a", args());
    expect(run.warnings).toEqual([expect.stringMatching(/"completed_with_errors", which is not a documented success/)]);
    expect(run.failure).toMatch(/422/);
  });

  it("that the platform says has failed is not asked for again", async () => {
    stack.emulator.snapshooter.restoreStatus = "failed";
    expect((await stack.up("a", args())).failure).toMatch(/has failed, its status is "failed"/);
    expect((await stack.up("a", args())).failure).toMatch(/has failed/);
    expect([stack.posts(), held()["status"]]).toEqual([1, "failed"]);
  });

  it("runs once more for other files or another compute, and not for the same ones in another order", async () => {
    const names = ["a.sql", "b.sql", "c.sql"];
    const { files, id } = stack.emulator.snapshooter.addBackup(jobId, { fileNames: names });
    const [one = "", two = "", three = ""] = files.map((file) => file.id);
    const of = (more: Properties): Properties => ({ ...args(), backupId: id, ...more });
    await stack.up("a", of({ files: [one, two] }));
    expect((await stack.up("a", of({ files: [two, one] }))).step).toBe("same");
    expect(stack.posts()).toBe(1);
    expect((await stack.up("a", of({ files: [one, three] }))).step).toBe("replace");
    expect((await stack.up("a", of({}))).step).toBe("replace");
    expect((await stack.up("a", of({ compute: { type: "ss_agent", server_id: 1 } }))).step).toBe("replace");
    expect((await stack.up("a", of({ compute: { server_id: 1, type: "ss_agent" } }))).step).toBe("same");
    expect(stack.emulator.snapshooter.restores.map(({ fileIds }) => fileIds.length)).toEqual([2, 2, 3, 3]);
  });
});

test("a database is restored from a version that its list shows only", async () => {
  const { args } = cases.virtus;
  const run = await stack.up("a", { ...args(), versionId: "other" });
  expect(run.failure).toMatch(
    /no version "other" is in its list, so nothing is restored. The list shows ".*" of 2025-08-1/,
  );
  stack.emulator.virtus.versionIds.databaseList = false;
  expect((await stack.up("a", args())).failure).toMatch(/The list shows no versions now/);
  expect([stack.posts(), stack.state.size]).toEqual([0, 0]);
});

test("up --replace restores once more, since the user says so", async () => {
  const { args, made } = cases.snapshooter;
  await stack.up("a", args());
  const run = await stack.up("a", args(), stack.process().verbs, { replace: true });
  expect([run.step, run.failure, made()]).toEqual(["replace", undefined, 2]);
});

test("a Restore holds no snapshot: one of the same program is still deleted", async () => {
  const { session, verbs } = stack.process();
  await stack.up("a", cases.scp.args(), verbs);
  await stack.up("a", cases.scp.args(), verbs);
  expect(session.isHeldElsewhere("other", JSON.stringify(["scp", "volume", volumeId, snapshotId]))).toBe(false);
});

test("a restore that runs when it is forgotten is named", async () => {
  volumes().revertingMs = 600_000;
  await stack.up("a", { ...cases.scp.args(), timeouts: { create: "1m" } });
  const before = sent();
  expect((await stack.destroy("a")).warnings).toEqual([
    `dropped from the state: the restore of volume ${volumeId} is "reverting", and continues`,
  ]);
  expect([sent(), stack.journal.size]).toEqual([before, 0]);
});

test("a Restore can't be read without its state", async () => {
  await expect(stack.process().verbs.read("scp/volume/1/restore/2/3", {})).rejects.toThrow(
    /can't be read: a Restore exists in the state of its stack only/,
  );
});

describe("what check refuses", () => {
  const wrong = (change: Properties, from: Name = "snapshooter") => stack.up("a", { ...cases[from].args(), ...change });

  it.each<[string, Properties, RegExp]>([
    [
      "Discloud",
      { platform: "discloud", appId: "1" },
      /^platform: a Restore of this is not possible on Discloud \(the API restores nothing: download the snapshot, unpack it and deploy it\); docs\/restore\.md/,
    ],
    [
      "DS Cloud",
      { platform: "dscloud", appId: "1" },
      /^platform: a Restore of this is not possible on DS Cloud .*download the backup/,
    ],
    [
      "an app of Virtus Cloud",
      { platform: "virtus", appId: "1", versionId: "1" },
      /^appId: a Restore of this is not possible on Virtus Cloud .*databases only/,
    ],
    [
      "a File Storage volume",
      { platform: "scp", fileVolumeId, snapshotId: "1" },
      /^fileVolumeId: a Restore of this is not possible on Samsung Cloud Platform .*virtual-server volumes only/,
    ],
    ["no platform", { platform: "vercel" }, /^platform: "vercel" is not a platform/],
  ])("%s, with what to do instead", async (_what, given, says) => {
    const confirm = { target: "1", before };
    const run = stack.up("a", { ...given, confirm });
    await expect(run).rejects.toThrow(says);
    await expect(run).rejects.not.toThrow(/missing: name what to restore/);
    expect(sent()).toBe(0);
  });

  it.each<[string, Properties, RegExp]>([
    [
      "no confirmation",
      { confirm: null },
      /^confirm: missing: a restore overwrites live data\. Write confirm: \{ target: "6f7c5f07/,
    ],
    [
      "another target",
      { confirm: { target: "other", before } },
      /^confirm: target: must be "6f7c5f07.*", the id in jobId, and is "other"/,
    ],
    ["no target", { confirm: { before } }, /^confirm: target: must be text/],
    ["no instant", { confirm: { target: jobId } }, /^confirm: before: must be text/],
    [
      "an instant without a zone",
      { confirm: { target: jobId, before: "2026-11-21T04:00:00" } },
      /^confirm: before: must be an instant with a zone/,
    ],
    ["a confirmation that is not known", { confirm: { target: UNKNOWN, before } }, /^confirm: must be written out/],
    [
      "a target that is not known",
      { jobId: UNKNOWN },
      /^jobId: must be known at preview, since confirm\.target has to equal it/,
    ],
    ["no target at all", { jobId: null }, /^jobId: missing: name what to restore on SnapShooter with jobId/],
    ["no snapshot", { backupId: null }, /^backupId: missing: name the snapshot to restore with backupId/],
    ["an empty list of files", { files: [] }, /^files: must name at least one file, or be left out/],
    ["a file twice", { files: ["1", "1"] }, /^files: must name each file once/],
    ["a compute without a server", { compute: { type: "ss_agent" } }, /^compute: server_id: must be a whole number/],
    [
      "a compute in other names",
      { compute: { type: "ss_agent", server_id: 1, serverId: 1 } },
      /^compute: unknown argument "serverId"; did you mean "server_id"\?/,
    ],
    [
      "an argument of a Snapshot",
      { deletionPolicy: "retain" },
      /^deletionPolicy: unknown argument "deletionPolicy" on SnapShooter; remove it/,
    ],
    ["another platform's argument", { versionId: "1" }, /^versionId: .*it exists on Virtus Cloud/],
    ["a connection that is not there", { connection: "other" }, /^connection: /],
  ])("%s", async (_what, change, says) => {
    await expect(wrong(change)).rejects.toThrow(says);
    expect(sent()).toBe(0);
  });

  it("nothing of a backup and triggers that are not known yet, which preview as another restore", async () => {
    const { verbs } = stack.process();
    const inputs = { ...cases.snapshooter.args(), backupId: UNKNOWN, triggers: { a: UNKNOWN } };
    expect(verbs.check({}, inputs).failures).toEqual([]);
    expect(verbs.diff("id", cases.snapshooter.args(), inputs)).toEqual({ replaces: ["backupId", "triggers"] });
  });
});

describe("a restore outside of a program", () => {
  const once = (resourceId: string, confirm: string, more = {}) =>
    restoreSnapshot(stack.process().session, { resourceId, confirm, ...more });
  const backup = `snapshooter/job/${jobId}/${backupId}`;

  it("is what a Restore does, once, and each time that it is asked for", async () => {
    expect(await once(backup, jobId, { files: [fileId] })).toEqual({
      resourceId: backup,
      restoreId: expect.any(String),
      status: "accepted",
      platformStatus: "pending",
      startedAt: "2026-11-21T02:30:15.000Z",
      overwritten: expect.stringMatching(/test\.sql\.gz/),
    });
    await once(backup, jobId);
    expect(stack.emulator.snapshooter.restores).toHaveLength(2);
    expect(stack.journal.size).toBe(0);
    expect(await once(`scp/volume/${volumeId}/latest`, volumeId)).toMatchObject({
      resourceId: `scp/volume/${volumeId}/${snapshotId}`,
      status: "completed",
      completedAt: expect.any(String),
    });
    expect(await once(`virtus/database/${databaseId}/${versionId()}`, databaseId)).toMatchObject({
      status: "accepted",
    });
  });

  it("is requested again only with the instant of the request whose answer was lost, and then once", async () => {
    for (const name of names) {
      const { args, made } = cases[name];
      const wanted = args();
      const [target, snapshot] = Object.entries(wanted).flatMap(([key, value]) =>
        /Id$/.test(key) ? [String(value)] : [],
      );
      const kind = { snapshooter: "job", scp: "volume", virtus: "database" }[name];
      const id = `${name}/${kind}/${target}/${snapshot}`;
      const ask = (more = {}) => once(id, target ?? "", more);
      if (name === "scp") volumes().revertingMs = 0;
      fault(name, { fault: "reset-after-commit" });
      const lost: unknown = await ask().catch((error: unknown) => error);
      const again = /--again (\S+Z)/.exec(String(lost))?.[1];
      stack.clock.advance(30 * 86_400_000);
      await expect(ask()).rejects.toThrow(`--again ${again}`);
      await expect(ask({ again: "2026-01-01T00:00:00Z" })).rejects.toThrow(/nothing is restored: the request whose/);
      expect(made()).toBe(1);
      if (name === "scp") volumes().revertingMs = 1000;
      expect(await ask({ again })).toMatchObject({ resourceId: id });
      await expect(ask({ again })).rejects.toThrow(/this machine has recorded none for this target/);
      expect(made()).toBe(2);
    }
    expect(stack.journal.size).toBe(0);
  });

  it("stays recorded until its result was delivered, and the next run delivers it", async () => {
    const deliver = async () => {
      throw new Error("stdout is closed");
    };
    const { session } = stack.process();
    const query = { resourceId: backup, confirm: jobId };
    await expect(restoreSnapshot(session, query, { deliver })).rejects.toThrow("stdout is closed");
    expect(await once(backup, jobId)).toMatchObject({ status: "accepted", resumed: true });
    expect(stack.emulator.snapshooter.restores).toHaveLength(1);
    expect(await once(backup, jobId)).not.toHaveProperty("resumed");
    expect(stack.emulator.snapshooter.restores).toHaveLength(2);
  });

  it("of the latest goes on with the one that it asked for, although there is a newer one by now", async () => {
    const deliver = async () => {
      throw new Error("stdout is closed");
    };
    const { session } = stack.process();
    const latest = `snapshooter/job/${jobId}/latest`;
    await expect(restoreSnapshot(session, { resourceId: latest, confirm: jobId }, { deliver })).rejects.toThrow();
    const [first] = stack.emulator.snapshooter.restores;
    stack.clock.advance(60_000);
    stack.emulator.snapshooter.addBackup(jobId);
    expect(await once(latest, jobId)).toMatchObject({ resourceId: backup, resumed: true });
    expect(stack.emulator.snapshooter.restores).toEqual([first]);
  });

  it("is kept back by a stop before the request leaves, with nothing recorded", async () => {
    const aborter = new AbortController();
    const prepared = () => aborter.abort();
    const { session } = stack.process();
    const query = { resourceId: backup, confirm: jobId };
    const hooks = { prepared, signal: aborter.signal };
    await expect(restoreSnapshot(session, query, hooks)).rejects.toThrow(/nothing is restored: stopped before/);
    expect([stack.posts(), stack.journal.size]).toEqual([0, 0]);
  });

  it.each<[string, string, string, RegExp]>([
    ["another target", backup, "other", /^confirm: target: must be "6f7c5f07/],
    [
      "an app",
      `discloud/app/${seed.discloud.appId}/20260101-030000`,
      seed.discloud.appId,
      /^a Restore of this is not possible on Discloud/,
    ],
    ["no id", "nonsense", "x", /is not the id of a snapshot/],
    [
      "no snapshot at all",
      `snapshooter/job/${seed.snapshooter.emptyJobId}/latest`,
      seed.snapshooter.emptyJobId,
      /has no usable snapshot to restore/,
    ],
  ])("is refused for %s", async (_what, resourceId, confirm, says) => {
    await expect(once(resourceId, confirm)).rejects.toThrow(says);
    expect(stack.posts()).toBe(0);
  });

  it("fails where it may have started, has failed, or was not seen to end", async () => {
    fault("snapshooter", { fault: "reset-after-commit" });
    await expect(once(backup, jobId)).rejects.toThrow(/may have started.* Check job .* if it was not restored/);
    volumes().revertOutcome = "error";
    await expect(once(`scp/volume/${volumeId}/${snapshotId}`, volumeId)).rejects.toThrow(
      /has failed: its status is "error"/,
    );
    Object.assign(volumes(), { revertingMs: 7_200_000, revertOutcome: "available" });
    const { id } = volumes().addVolume();
    const snapshot = volumes().addSnapshot(id);
    await expect(once(`scp/volume/${id}/${snapshot.id}`, id)).rejects.toThrow(/was accepted, and its end was not seen/);
  });
});
