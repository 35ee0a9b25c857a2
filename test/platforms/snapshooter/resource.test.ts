import { type FaultRule, seed } from "../../../emulator";
import { UNKNOWN } from "../../../provider/model/unknown";
import type { Properties } from "../../../provider/resources/host";
import { checkSnapshot } from "../../../provider/resources/snapshot/check";
import { Stack, urnOf } from "../../resources/stack";

const { jobId, backupId, expiredBackupId, emptyJobId } = seed.snapshooter;
const job: Properties = { platform: "snapshooter", jobId, deletionPolicy: "delete" };

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start();
});
afterEach(() => stack.close());

const onStart = (rule: object) =>
  stack.fault({ platform: "snapshooter", operation: "start-backup", ...rule } as FaultRule);
const onList = (rule: object) =>
  stack.fault({ platform: "snapshooter", operation: "list-backups", ...rule } as FaultRule);
const onShow = (rule: object) =>
  stack.fault({ platform: "snapshooter", operation: "get-backup", ...rule } as FaultRule);
const platform = () => stack.emulator.snapshooter;
const held = (name = "a") => stack.held(name).props;
const present = (id = jobId) => (platform().jobs.get(id)?.backups.present() ?? []).map((backup) => backup.id);
const starts = () => stack.emulator.requests.filter(({ operation }) => operation === "start-backup");
const deletions = () => stack.emulator.requests.filter(({ operation }) => operation === "delete-backup");
const made = () => present().filter((id) => id !== backupId && id !== expiredBackupId);

describe("a backup that is started", () => {
  it("is waited for until it is completed, and shown without its secrets", async () => {
    platform().timing.pendingMs = 60_000;
    platform().timing.runningMs = 300_000;
    expect(await stack.up("a", job)).toEqual({ step: "create", warnings: [] });
    expect(starts()).toHaveLength(1);
    const [id = ""] = made();
    expect(stack.held("a").id).toBe(`snapshooter/job/${jobId}/${id}`);
    expect(held()).toEqual({
      ...job,
      connection: "snapshooter",
      tag: "manual",
      onGone: "keep",
      ownerId: expect.any(String),
      __urn: urnOf("a"),
      __provider: "text",
      snapshotId: id,
      status: "available",
      platformStatus: "completed",
      createdAt: "2026-11-21T02:30:15.250Z",
      completedAt: "2026-11-21T02:36:15.250Z",
      files: [{ id: expect.any(String), name: expect.stringContaining("test.sql.gz"), sizeText: "744 bytes" }],
      adopted: false,
    });
    expect((await stack.up("a", job)).step).toBe("same");
    expect(stack.journal.size).toBe(0);
    expect(await stack.refresh("a")).toMatchObject({ warnings: [] });
    expect((await stack.up("a", job)).step).toBe("same");
    expect(starts()).toHaveLength(1);
  });

  it.each(["manual", "hourly", "daily", "weekly", "monthly"])("counts in the rotation %s", async (tag) => {
    await stack.up("a", { ...job, tag });
    const backup = platform().jobs.get(jobId)?.backups.present().at(-1);
    expect(Object.entries(backup?.tags ?? {}).filter(([, counts]) => counts)).toEqual([[tag, true]]);
  });

  it.each(["backup_id", "data.backup_id", "data.id"] as const)(
    "is known by %s, whatever else appears meanwhile",
    async (where) => {
      platform().startAnswer = where;
      onStart({ fault: "foreign-snapshot", when: "before" });
      onStart({ fault: "foreign-snapshot", when: "after" });
      expect(await stack.up("a", job)).toEqual({ step: "create", warnings: [] });
      expect(held()["snapshotId"]).toBe(made()[1]);
      expect(made()).toHaveLength(3);
    },
  );

  it.each([200, 201, 202])("is taken as started with status %i", async (status) => {
    platform().startStatus = status;
    expect((await stack.up("a", job)).failure).toBeUndefined();
  });

  describe("without a word of its id", () => {
    beforeEach(() => {
      platform().startAnswer = "none";
    });

    it("is the one that is new in the list", async () => {
      expect((await stack.up("a", job)).failure).toBeUndefined();
      expect(held()).toMatchObject({ snapshotId: made()[0], status: "available", adopted: false });
      expect(starts()).toHaveLength(1);
    });

    it("is told from one of another rotation that appears meanwhile", async () => {
      onStart({ fault: "foreign-snapshot", when: "before" });
      expect((await stack.up("a", { ...job, tag: "daily" })).failure).toBeUndefined();
      expect(held()["snapshotId"]).toBe(made()[1]);
      expect(starts()).toHaveLength(1);
    });

    it("is not guessed at among two of its rotation: both are named, and none is started again", async () => {
      onStart({ fault: "foreign-snapshot", when: "before" });
      const { failure = "" } = await stack.up("a", job);
      expect(failure).toMatch(/Nothing shows which one/);
      for (const id of made()) expect(failure).toContain(id);
      expect(held()).toMatchObject({ status: "pending" });
      expect((await stack.up("a", job)).failure).toMatch(/Nothing shows which one/);
      expect(starts()).toHaveLength(1);
      const [, own = ""] = made();
      stack.clock.advance(10_000);
      const chosen = await stack.up("a", { ...job, deletionPolicy: "retain", adopt: own });
      expect(chosen.failure).toBeUndefined();
      expect(held()).toMatchObject({ snapshotId: own, status: "available" });
      expect(starts()).toHaveLength(1);
    });

    it("is looked for until the time is up where the list does not show it, and by the next up", async () => {
      onList({ fault: "list-lag", ms: 3_600_000, times: "always" });
      const run = await stack.up("a", { ...job, timeouts: { create: "2m" } });
      expect(run.failure).toMatch(/the platform accepted the snapshot at .*does not request another/);
      expect(held()).toMatchObject({ status: "pending" });
      stack.emulator.faults.clear();
      expect((await stack.up("a", job)).failure).toBeUndefined();
      expect(held()).toMatchObject({ snapshotId: made()[0], status: "available" });
      expect(starts()).toHaveLength(1);
    });
  });

  it.each(["failed", "error", "aborted", "cancelled"])(
    "that ends %s fails, and the next up starts another",
    async (word) => {
      platform().outcome = word;
      const run = await stack.up("a", job);
      expect(run.failure).toMatch(new RegExp(`has failed, its status is "${word}"`));
      const [broken = ""] = made();
      expect(held()).toMatchObject({ snapshotId: broken, status: "failed", platformStatus: word });
      platform().outcome = "completed";
      expect((await stack.up("a", job)).step).toBe("replace");
      expect(held()).toMatchObject({ status: "available" });
      expect(held()["snapshotId"]).not.toBe(broken);
      // The failed snapshot's own deletionPolicy applies, too.
      expect(present()).not.toContain(broken);
      expect(starts()).toHaveLength(2);
    },
  );

  it.each(["completed_with_errors", "complete", "stuck"])(
    "whose word %s is not known is waited for and named",
    async (word) => {
      platform().outcome = word;
      const before = stack.clock.now();
      const { failure = "" } = await stack.up("a", job);
      expect(failure).toContain(`is not ready yet, its status is "${word}"`);
      expect(stack.clock.now() - before).toBeGreaterThanOrEqual(30 * 60_000);
      expect(held()).toMatchObject({ status: "unknown", platformStatus: word, snapshotId: made()[0] });
      expect(stack.held("a").id).toBe(`snapshooter/job/${jobId}/${made()[0]}`);
    },
  );

  describe("that has ended in a word that is not documented", () => {
    const word = "completed_with_errors";
    beforeEach(() => {
      platform().outcome = word;
      platform().endedWords.push(word);
    });
    const decision = new RegExp(`"${word}".*triggers`);

    it("is told at once, by its word, and is in the state", async () => {
      const before = stack.clock.now();
      const { failure = "" } = await stack.up("a", job);
      expect(failure).toMatch(decision);
      expect(stack.clock.now() - before).toBeLessThan(60_000);
      expect(stack.held("a").id).toBe(`snapshooter/job/${jobId}/${made()[0]}`);
      expect(held()).toMatchObject({
        snapshotId: made()[0],
        status: "unknown",
        platformStatus: word,
        completedAt: expect.any(String),
      });
      expect(held()).not.toHaveProperty("ended");
    });

    it("is neither waited for nor replaced until the user decides: the next runs say so at once", async () => {
      await stack.up("a", job);
      const before = stack.clock.now();
      expect((await stack.up("a", job)).failure).toMatch(decision);
      expect((await stack.refresh("a")).warnings).toEqual([expect.stringContaining(`its status is "${word}"`)]);
      expect(await stack.up("a", job)).toMatchObject({ step: "update", failure: expect.stringMatching(decision) });
      expect(stack.clock.now() - before).toBeLessThan(60_000);
      expect(starts()).toHaveLength(1);
      expect(made()).toHaveLength(1);
    });

    it("is replaced by a change of triggers", async () => {
      await stack.up("a", { ...job, triggers: { release: "1" } });
      platform().outcome = "completed";
      expect(await stack.up("a", { ...job, triggers: { release: "2" } })).toEqual({ step: "replace", warnings: [] });
      expect(held()).toMatchObject({ status: "available", snapshotId: made()[0] });
      expect(starts()).toHaveLength(2);
    });

    it("is usable once SnapShooter says completed", async () => {
      await stack.up("a", job);
      platform().setStatus(made()[0] ?? "", "completed");
      expect(await stack.up("a", job)).toEqual({ step: "update", warnings: [] });
      expect(held()).toMatchObject({ status: "available" });
      expect((await stack.up("a", job)).step).toBe("same");
      expect(starts()).toHaveLength(1);
    });
  });

  it("that never ends hits its own timeout, stays in the state, and the next up goes on with it", async () => {
    platform().timing.runningMs = Number.POSITIVE_INFINITY;
    const args = { ...job, timeouts: { create: "5m" } };
    const before = stack.clock.now();
    expect((await stack.up("a", args)).failure).toMatch(/its status is "running".*does not request another/);
    expect(stack.clock.now() - before).toBeLessThan(6 * 60_000);
    expect((await stack.refresh("a")).failure).toBeUndefined();
    expect(held()).toMatchObject({ status: "running" });
    expect((await stack.up("a", args)).failure).toMatch(/its status is "running"/);
    platform().setStatus(made()[0] ?? "", "completed");
    expect(await stack.up("a", args)).toEqual({ step: "update", warnings: [] });
    expect(held()).toMatchObject({ status: "available" });
    expect(held()).not.toHaveProperty("unfinished");
    expect((await stack.up("a", args)).step).toBe("same");
    expect(starts()).toHaveLength(1);
  });

  it("that vanishes while it is waited for has failed, and the next up starts another", async () => {
    platform().timing.runningMs = Number.POSITIVE_INFINITY;
    await stack.up("a", { ...job, timeouts: { create: "1m" } });
    platform().removeBackup(made()[0] ?? "");
    platform().timing.runningMs = 0;
    expect((await stack.up("a", job)).failure).toMatch(/can't be found/);
    expect((await stack.up("a", job)).step).toBe("replace");
    expect(held()).toMatchObject({ status: "available" });
    expect(starts()).toHaveLength(2);
  });
});

describe("a start whose answer is lost", () => {
  it.each<[string, object]>([
    ["the connection breaks", { fault: "reset-after-commit" }],
    ["the answer is cut", { fault: "cut" }],
    ["a gateway answers", { fault: "html", status: 502, commit: true }],
  ])("is found by the list and never sent again: %s", async (_title, fault) => {
    onStart(fault);
    const run = await stack.up("a", job);
    expect(run.failure).toBeUndefined();
    expect(run.warnings).toEqual([expect.stringMatching(/was lost; the one new snapshot that has appeared since/)]);
    expect(starts()).toHaveLength(1);
    expect(held()).toMatchObject({ snapshotId: made()[0], status: "available", adopted: false });
  });

  it("is never sent again while the list can't tell; a destroy leaves nothing behind without a word", async () => {
    onStart({ fault: "reset-after-commit" });
    onList({ fault: "list-lag", ms: 3_600_000, times: "always" });
    expect((await stack.up("a", job)).failure).toMatch(/Whether a snapshot was created is not known yet/);
    expect(stack.held("a").id).toMatch(new RegExp(`^snapshooter/job/${jobId}/pending/`));
    stack.emulator.faults.clear();
    const { failure, warnings } = await stack.destroy("a");
    expect(failure).toBeUndefined();
    if (made().length > 0)
      expect(warnings).toEqual([expect.stringMatching(/it may have taken .*which would not be in any stack/)]);
    else expect(warnings).toEqual([]);
    expect(starts()).toHaveLength(1);
  });

  it("that was never received is sent again once absence is proven past the list's lag", async () => {
    onStart({ fault: "reset-before-commit" });
    expect((await stack.up("a", job)).failure).toMatch(/Whether a snapshot was created is not known yet/);
    expect((await stack.up("a", job)).failure).toBeUndefined();
    const [first, second] = starts();
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(59_000);
    expect(made()).toHaveLength(1);
  });

  it("of two new backups claims none, and starts none", async () => {
    onStart({ fault: "reset-after-commit" });
    onStart({ fault: "foreign-snapshot", when: "after" });
    const { failure = "" } = await stack.up("a", job);
    for (const id of made()) expect(failure).toContain(id);
    expect((await stack.up("a", job)).failure).toMatch(/Nothing shows which one/);
    expect(starts()).toHaveLength(1);
  });
});

describe("a start that is answered with a message instead of a backup", () => {
  const message = "This job is paused, no backup was started.";

  it("is told within a minute in SnapShooter's words, and each up asks once", async () => {
    platform().startRefusal = message;
    for (const times of [1, 2]) {
      const before = stack.clock.now();
      expect((await stack.up("a", job)).failure).toContain(message);
      expect(stack.clock.now() - before).toBeLessThanOrEqual(60_000 * times);
      expect(starts()).toHaveLength(times);
    }
    platform().startRefusal = undefined;
    expect((await stack.up("a", job)).failure).toBeUndefined();
    expect(held()).toMatchObject({ status: "available", snapshotId: made()[0] });
    expect(made()).toHaveLength(1);
  });

  it("and has started one all the same loses none and starts no second one", async () => {
    platform().startAnswer = "message";
    expect((await stack.up("a", job)).failure).toBeUndefined();
    expect(held()).toMatchObject({ status: "available", snapshotId: made()[0] });
    expect(starts()).toHaveLength(1);
  });

  it("and has started one that the list shows late loses none and starts no second one", async () => {
    platform().startAnswer = "message";
    onList({ fault: "list-lag", ms: 45_000, times: "always" });
    expect((await stack.up("a", job)).failure).toContain("Backup started");
    expect((await stack.up("a", job)).failure).toBeUndefined();
    expect(held()).toMatchObject({ status: "available", snapshotId: made()[0] });
    expect(starts()).toHaveLength(1);
  });
});

describe("a refresh", () => {
  beforeEach(async () => {
    await stack.up("a", job);
  });

  it.each(["word", "removal"] as const)(
    "keeps one that has expired, by its %s, as gone with a warning",
    async (expiry) => {
      platform().expiry = expiry;
      onShow({ fault: "expire-snapshot" });
      const run = await stack.refresh("a");
      expect(run.warnings).toEqual([expect.stringMatching(/is gone from SnapShooter .*expired/)]);
      expect(held()).toMatchObject({ status: "gone" });
      expect((await stack.up("a", job)).step).toBe("same");
      expect(await stack.destroy("a")).toEqual({ step: "drop", warnings: [] });
    },
  );

  it("with onGone recreate drops it, and the next up starts another", async () => {
    await stack.up("a", { ...job, onGone: "recreate" });
    platform().removeBackup(String(held()["snapshotId"]));
    expect((await stack.refresh("a")).step).toBe("drop");
    expect((await stack.up("a", { ...job, onGone: "recreate" })).step).toBe("create");
    expect(starts()).toHaveLength(2);
  });

  it.each<[string, object]>([
    ["401", { fault: "status", status: 401, times: "always" }],
    ["403 with HTML", { fault: "html", status: 403, times: "always" }],
    ["500", { fault: "status", status: 500, times: "always" }],
    ["a cut body", { fault: "cut", times: "always" }],
    ["429", { fault: "status", status: 429, times: "always" }],
  ])("keeps one that shows 404 while the list answers %s", async (_title, fault) => {
    const before = stack.held("a").props;
    platform().removeBackup(String(held()["snapshotId"]));
    onList(fault);
    expect((await stack.refresh("a")).failure).toMatch(/^\[snapshooter\] list backups of/);
    expect(held()).toBe(before);
  });

  it("keeps one where the list states more than it shows", async () => {
    const before = stack.held("a").props;
    platform().removeBackup(String(held()["snapshotId"]));
    platform().totalSurplus = 1;
    expect((await stack.refresh("a")).failure).toMatch(/3 entries are stated, and 2 are listed/);
    expect(held()).toBe(before);
  });

  it("keeps one whose job is gone itself as unknown, and names the way out", async () => {
    platform().removeJob(jobId);
    expect((await stack.refresh("a")).warnings).toEqual([
      expect.stringMatching(/does not prove it gone: .*job .*pulumi state delete/),
    ]);
    expect(held()).toMatchObject({ status: "unknown" });
  });
});

describe("destroy", () => {
  it("deletes what this resource started, and nothing else", async () => {
    await stack.up("a", job);
    expect(await stack.destroy("a")).toEqual({ step: "drop", warnings: [] });
    expect(present()).toEqual([expiredBackupId, backupId]);
    expect(deletions()).toHaveLength(1);
  });

  it("finds no fault with what is gone already", async () => {
    await stack.up("a", job);
    platform().removeBackup(String(held()["snapshotId"]));
    expect(await stack.destroy("a")).toEqual({ step: "drop", warnings: [] });
  });

  it("keeps one that is still there after a 404 and names the way out, which works", async () => {
    await stack.up("a", job);
    platform().deletion = "not-found";
    expect((await stack.destroy("a")).failure).toMatch(
      /HTTP 404, and the backup is still there, its status is "completed": nothing was deleted.*deletionPolicy: "retain"/,
    );
    expect(made()).toEqual([held()["snapshotId"]]);
    expect(deletions()).toHaveLength(1);
    expect((await stack.up("a", { ...job, deletionPolicy: "retain" })).step).toBe("update");
    await stack.destroy("a");
    expect(stack.told.at(-1)?.message).toMatch(/^kept on SnapShooter: /);
    expect(made()).toHaveLength(1);
  });

  it("keeps one that answers 404 to everything while its job lists it", async () => {
    await stack.up("a", job);
    platform().deletion = "not-found";
    onShow({ fault: "status", status: 404, times: "always" });
    expect((await stack.destroy("a")).failure).toMatch(/HTTP 404, and the backup is still there/);
    expect(held()).toMatchObject({ status: "available" });
  });

  it("returns when one whose deletion was accepted is no longer shown", async () => {
    await stack.up("a", job);
    platform().deletionMs = 90_000;
    const before = stack.clock.now();
    expect(await stack.destroy("a")).toEqual({ step: "drop", warnings: [] });
    expect(stack.clock.now() - before).toBeGreaterThanOrEqual(90_000);
    expect(made()).toEqual([]);
    expect(deletions()).toHaveLength(1);
  });

  it("keeps one that is still there when the time is up, though its deletion was accepted", async () => {
    await stack.up("a", { ...job, timeouts: { delete: "2m" } });
    platform().deletionMs = Number.POSITIVE_INFINITY;
    const before = stack.clock.now();
    expect((await stack.destroy("a")).failure).toMatch(
      /SnapShooter has accepted it, and the backup is still there, its status is "completed".*deletionPolicy: "retain"/,
    );
    expect(stack.clock.now() - before).toBeGreaterThanOrEqual(120_000);
    expect(stack.clock.now() - before).toBeLessThan(180_000);
    expect(made()).toEqual([held()["snapshotId"]]);
    expect(deletions()).toHaveLength(1);
  });

  it("takes the word expired for proof", async () => {
    await stack.up("a", job);
    platform().deletionMs = Number.POSITIVE_INFINITY;
    platform().setStatus(String(held()["snapshotId"]), "expired");
    expect(await stack.destroy("a")).toEqual({ step: "drop", warnings: [] });
  });

  it("keeps one whose job is gone itself, and names the way out", async () => {
    await stack.up("a", job);
    platform().removeJob(jobId);
    expect((await stack.destroy("a")).failure).toMatch(
      /HTTP 404, and that does not prove it gone: .*pulumi state delete/,
    );
    expect(held()).toMatchObject({ status: "available" });
  });

  it("that the API refuses with 405 names deletionPolicy retain, keeps the resource, and works after that", async () => {
    await stack.up("a", job);
    platform().deletion = "not-allowed";
    expect((await stack.destroy("a")).failure).toMatch(/HTTP 405.*deletionPolicy: "retain".*pulumi up once/);
    const requests = stack.emulator.requests.length;
    expect((await stack.up("a", { ...job, deletionPolicy: "retain" })).step).toBe("update");
    expect(stack.emulator.requests).toHaveLength(requests);
    expect((await stack.destroy("a")).warnings).toEqual([]);
    expect(stack.told.at(-1)?.message).toMatch(/^kept on SnapShooter: snapshot .* \(deletionPolicy: "retain"\)$/);
    expect(made()).toHaveLength(1);
  });

  it("never deletes an adopted one, and says so", async () => {
    await stack.up("a", { ...job, deletionPolicy: "retain", adopt: "latest" });
    expect(held()).toMatchObject({ snapshotId: backupId, adopted: true });
    // An adopted snapshot stays adopted when the program no longer adopts it.
    expect((await stack.up("a", job)).step).toBe("update");
    expect((await stack.destroy("a")).warnings).toEqual([]);
    expect(stack.told.at(-1)?.message).toMatch(/^kept on SnapShooter: .*\(it was adopted/);
    expect(deletions()).toEqual([]);
    expect(present()).toContain(backupId);
  });
});

describe("a replacement", () => {
  it("makes the new one before it deletes the old one", async () => {
    await stack.up("a", { ...job, triggers: { release: "1" } });
    const old = held()["snapshotId"];
    expect(await stack.up("a", { ...job, triggers: { release: "2" } })).toEqual({ step: "replace", warnings: [] });
    expect(present()).not.toContain(old);
    expect(made()).toEqual([held()["snapshotId"]]);
    const order = stack.emulator.requests.filter(({ changes }) => changes).map(({ operation }) => operation);
    expect(order).toEqual(["start-backup", "start-backup", "delete-backup"]);
  });

  it("follows a change of the tag, and of the job", async () => {
    await stack.up("a", job);
    expect((await stack.up("a", { ...job, tag: "daily" })).step).toBe("replace");
    expect((await stack.up("a", { ...job, tag: "daily", jobId: emptyJobId })).step).toBe("replace");
    expect(made()).toEqual([]);
    expect(present(emptyJobId)).toHaveLength(1);
  });
});

describe("adopt", () => {
  it("latest is the newest completed one, not the newest", async () => {
    const newest = Date.UTC(2026, 10, 20);
    platform().addBackup(jobId, { createdAtMs: newest - 2_000 });
    const own = platform().addBackup(jobId, { createdAtMs: newest - 1_000, tag: "daily" });
    for (const status of ["running", "failed", "expired", "completed_with_errors"]) {
      platform().addBackup(jobId, { createdAtMs: newest, status });
    }
    await stack.up("a", { ...job, deletionPolicy: "retain", adopt: "latest" });
    expect(held()).toMatchObject({ snapshotId: own.id, adopted: true });
    expect(starts()).toEqual([]);
  });

  it.each([
    ["one that has expired", expiredBackupId, /can't be adopted: its status is expired/],
    ["one that isn't there", "nowhere", /no snapshot "nowhere" to adopt/],
  ])("of %s is refused", async (_title, adopt, message) => {
    expect((await stack.up("a", { ...job, deletionPolicy: "retain", adopt })).failure).toMatch(message);
    expect(stack.state.size).toBe(0);
  });

  it("reuses a young one only where it is completed", async () => {
    const young = platform().addBackup(jobId, { createdAtMs: stack.clock.now() - 60_000 });
    platform().addBackup(jobId, { status: "running" });
    await stack.up("a", { ...job, deletionPolicy: "retain", reuseWithin: "1h" });
    expect(held()).toMatchObject({ snapshotId: young.id, adopted: true });
    expect(starts()).toEqual([]);
  });
});

describe("nothing that is secret", () => {
  it("reaches the state, a warning, an error or what is announced", async () => {
    const canary = Buffer.from("-----BEGIN PRIVATE KEY----- canary -----END PRIVATE KEY-----").toString("base64");
    platform().encryptionKey = canary;
    const token = stack.environment["SNAPSHOOTER_TOKEN"] ?? "";
    const seen: unknown[] = [];
    seen.push(await stack.up("a", job), stack.held("a"), await stack.refresh("a"), stack.held("a"));
    platform().outcome = "failed";
    seen.push(await stack.up("b", job), stack.held("b"));
    platform().outcome = "completed";
    platform().startAnswer = "none";
    onStart({ fault: "foreign-snapshot", when: "after" });
    seen.push(await stack.up("c", job), stack.held("c"));
    const link = "https://store.example/f?X-Amz-Credential=key&X-Amz-Signature=c4n4ry";
    for (const status of [400, 403, 422, 500]) {
      stack.emulator.faults.clear();
      const body = { message: `no ${token} ${link}`, errors: { url: [link] } };
      onShow({ fault: "status", status, body, times: "always" });
      seen.push(await stack.refresh("a"));
    }
    stack.emulator.faults.clear();
    onList({ fault: "wrong-shape", times: "always" });
    seen.push(await stack.up("d", job), stack.announced, [...stack.journal.values()]);
    const text = JSON.stringify(seen);
    expect(text).toContain("HTTP 422");
    expect(text).not.toMatch(/c4n4ry|X-Amz-[^=]*=[^[]|https?:[^"]*\?[^[]/);
    for (const secret of [canary, token, "PRIVATE KEY", "encryption_key"]) expect(text).not.toContain(secret);
  });
});

describe("the inputs", () => {
  const reasons = (args: Record<string, unknown>) =>
    checkSnapshot({}, { ...args } as Properties, {
      config: () => undefined,
      environment: { SNAPSHOOTER_TOKEN: "t" },
    }).failures.map(({ property, reason }) => `${property}: ${reason}`);

  it.each<[string, Record<string, unknown>, RegExp]>([
    ["no deletionPolicy", { deletionPolicy: undefined }, /^deletionPolicy: missing: .*"delete".*"retain"/],
    ["another deletionPolicy", { deletionPolicy: "keep" }, /^deletionPolicy: must be "delete" or "retain"/],
    ["a deletionPolicy that is not known yet", { deletionPolicy: UNKNOWN }, /^deletionPolicy: must be written out/],
    ["delete with adopt", { adopt: "latest" }, /^deletionPolicy: .*never took/],
    ["delete with reuseWithin", { reuseWithin: "1h" }, /^deletionPolicy: .*never took/],
    ["another tag", { tag: "yearly" }, /^tag: must be "manual", "hourly"/],
    ["recreate in a rotation", { onGone: "recreate", tag: "daily" }, /^onGone: .*tag "manual" only/],
    ["a job that is a path", { jobId: "../x" }, /^jobId: may hold letters, digits and hyphens only/],
    ["no job", { jobId: undefined }, /^jobId: missing/],
    ["an appId", { appId: "1" }, /^appId: unknown argument "appId" on SnapShooter/],
    ["a name", { name: "n" }, /^name: unknown argument .*Samsung Cloud Platform/],
  ])("with %s are refused", (_title, change, reason) => {
    expect(reasons({ ...job, ...change })).toEqual([expect.stringMatching(reason)]);
  });

  it.each<[string, Record<string, unknown>]>([
    ["recreate with the tag manual", { onGone: "recreate", tag: "manual" }],
    ["recreate without a tag", { onGone: "recreate" }],
    ["recreate with a tag that is not known yet", { onGone: "recreate", tag: UNKNOWN }],
    ["delete with adopt or reuseWithin that is not known yet", { adopt: UNKNOWN, reuseWithin: UNKNOWN }],
    ["a job that is not known yet", { jobId: UNKNOWN, triggers: UNKNOWN }],
  ])("with %s are accepted", (_title, change) => {
    expect(reasons({ ...job, ...change })).toEqual([]);
  });
});
