import { seed } from "../../../emulator";
import type { Connection } from "../../../provider/model/connection";
import { SnapshotsError } from "../../../provider/model/errors";
import type { ObservedSnapshot } from "../../../provider/model/snapshot";
import { newestFirst } from "../../../provider/model/snapshot";
import { openPlatform } from "../../../provider/platforms";
import {
  select,
  startedId,
  tags,
  toSnapshot,
  toStart,
  toStatus,
} from "../../../provider/platforms/snapshooter/mapping";
import { backup, started } from "../../../provider/platforms/snapshooter/schemas";
import { describeArbitraryAnswers } from "../../contract/arbitrary-answers";
import { type Opened, openOnEmulator } from "../../contract/opened";
import { fixture } from "../../emulator/fixture";
import { type ApiServer, startApiServer } from "../../http/api-server";
import { type FakeClock, fakeClock } from "../../http/fake-clock";

const documented = fixture<{ data: Record<string, unknown> }>("snapshooter", "get-backup");
const { jobId, backupId, expiredBackupId, emptyJobId } = seed.snapshooter;

describe("a status of SnapShooter's", () => {
  it.each([
    ["completed", "available"],
    ["COMPLETED", "available"],
    ["expired", "gone"],
    ["pending", "pending"],
    ["pre_request", "pending"],
    ["running", "running"],
    ["in_progress", "running"],
    ["failed", "failed"],
    ["error", "failed"],
    ["aborted", "failed"],
    ["cancelled", "failed"],
    ["complete", "unknown"],
    ["success", "unknown"],
    ["completed_with_errors", "unknown"],
    ["", "unknown"],
    ["constructor", "unknown"],
    ["__proto__", "unknown"],
  ])("%j means %s", (word, expected) => {
    expect(toStatus(word)).toBe(expected);
  });
});

describe("a backup", () => {
  it("is shown as documented, without its key and its links", () => {
    expect(toSnapshot(backup.parse(documented.data))).toEqual({
      snapshotId: backupId,
      segments: [backupId],
      status: "available",
      platformStatus: "completed",
      createdAt: "2023-07-06T21:01:58.000Z",
      marks: ["manual"],
      details: {
        completedAt: "2023-07-06T21:02:49.000Z",
        files: [
          {
            id: "045c31f2-234c-4c12-ae69-b6188b37412d",
            name: "snapshooter/5d32e6da-docker-mysql-ssh/2023/07/06/21-01/test.sql.gz",
            sizeText: "744 bytes",
          },
        ],
      },
    });
  });

  it("has no times but those with a zone, and no files where they are of another shape", () => {
    const snapshot = toSnapshot(
      backup.parse({ id: "b", status: "completed", created_at: "2023-07-06 21:01:58", completed_at: null, files: 7 }),
    );
    expect(snapshot).not.toHaveProperty("createdAt");
    expect(snapshot.details).toEqual({});
  });

  it.each<[string, string | null | undefined, true | undefined]>([
    ["completed_with_errors", "2023-07-06T21:02:49.000000Z", true],
    ["completed_with_errors", "2023-07-06 21:02:49", true],
    ["completed_with_errors", null, undefined],
    ["completed_with_errors", undefined, undefined],
    ["completed_with_errors", "", undefined],
    ["completed", "2023-07-06T21:02:49.000000Z", undefined],
    ["failed", "2023-07-06T21:02:49.000000Z", undefined],
    ["running", "2023-07-06T21:02:49.000000Z", undefined],
  ])("in the word %s that was completed at %j has ended, where only that says so: %j", (status, at, expected) => {
    expect(toSnapshot(backup.parse({ id: "b", status, completed_at: at })).ended).toBe(expected);
  });

  it("counts in the rotations that its tags say, in either spelling of true", () => {
    const marks = (given: unknown) => toSnapshot(backup.parse({ id: "b", status: "x", tags: given })).marks;
    expect(marks({ manual: true, hourly: false, daily: 1, weekly: 0, monthly: "yes" })).toEqual(["manual", "daily"]);
    expect(marks({})).toEqual([]);
  });

  it("that says nothing of its tags may count in any", () => {
    for (const given of [undefined, null, "manual"]) {
      expect(toSnapshot(backup.parse({ id: "b", status: "x", tags: given }))).not.toHaveProperty("marks");
    }
  });

  it("is sorted by when it was made, not by when it ended", () => {
    const made = (id: string, createdAt?: string): ObservedSnapshot => ({
      snapshotId: id,
      segments: [id],
      status: "available",
      ...(createdAt === undefined ? {} : { createdAt }),
      details: {},
    });
    const order = [made("c", "2026-11-03T00:00:00.000Z"), made("b", "2026-11-02T00:00:00.000Z"), made("x")];
    expect(newestFirst([...order].reverse())).toEqual(order);
  });
});

describe("a start", () => {
  it.each(tags)("with tag %s sets that flag and no other", (tag) => {
    expect(toStart(tag)).toEqual({
      is_manual: tag === "manual",
      is_hourly: tag === "hourly",
      is_daily: tag === "daily",
      is_weekly: tag === "weekly",
      is_monthly: tag === "monthly",
    });
  });

  it("without a tag is manual", () => {
    expect(toStart(undefined)).toEqual(toStart("manual"));
  });

  it.each<[string, unknown, string | undefined]>([
    ["backup_id", { backup_id: "a" }, "a"],
    ["data.backup_id", { data: { backup_id: "a", id: "b" } }, "a"],
    ["data.id", { data: { id: "a" } }, "a"],
    ["backup_id before data", { backup_id: "a", data: { id: "b" } }, "a"],
    ["nothing", {}, undefined],
    ["null", { backup_id: null, data: null }, undefined],
    ["an empty text", { backup_id: "", data: { id: "" } }, undefined],
    ["a number", { backup_id: 7, data: [] }, undefined],
    ["broken text", { backup_id: "\ud800", data: { id: "\udfff" } }, undefined],
  ])("answered with %s", (_title, answer, expected) => {
    expect(startedId(started.parse(answer))).toBe(expected);
  });

  it("without an id is the only new backup that counts in its rotation", () => {
    const made = (snapshotId: string, marks?: string[]): ObservedSnapshot => ({
      snapshotId,
      segments: [snapshotId],
      status: "pending",
      ...(marks === undefined ? {} : { marks }),
      details: {},
    });
    const [manual, hourly, both, silent] = [
      made("m", ["manual"]),
      made("h", ["hourly"]),
      made("b", ["hourly", "daily"]),
      made("s"),
    ] as [ObservedSnapshot, ObservedSnapshot, ObservedSnapshot, ObservedSnapshot];
    expect(select([manual, hourly], undefined)).toMatchObject({ outcome: "one", snapshot: manual, others: [] });
    expect(select([manual, hourly], "hourly")).toMatchObject({ outcome: "one", snapshot: hourly });
    expect(select([manual, both], "daily")).toMatchObject({ outcome: "one", snapshot: both });
    expect(select([hourly], "manual")).toEqual({ outcome: "none" });
    expect(select([hourly, both], "hourly")).toMatchObject({ outcome: "several", candidates: [hourly, both] });
    expect(select([silent], "weekly")).toMatchObject({ outcome: "one", snapshot: silent });
  });
});

describe("SnapShooter's list", () => {
  let opened: Opened;
  beforeEach(async () => {
    opened = await openOnEmulator("snapshooter");
  });
  afterEach(() => opened.emulator.close());
  const job = (id = jobId) => opened.target("jobId", id);
  const ids = async (id = emptyJobId) =>
    (await opened.platform.list(job(id), opened.scope())).snapshots.map(({ snapshotId }) => snapshotId);
  const fill = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => {
      const createdAtMs = Date.UTC(2026, 9, 1) + index * 60_000;
      return opened.emulator.snapshooter.addBackup(emptyJobId, { createdAtMs }).id;
    }).reverse();

  it.each([
    ["both", 15, 3],
    ["links", 15, 3],
    ["meta", 15, 3],
    ["both", 1, 33],
    ["links", 4, 9],
    ["meta", 32, 2],
    ["meta", 33, 1],
  ] as const)("is whole with %s leading to the next page of %i", async (paging, pageCap, pages) => {
    const expected = fill(33);
    Object.assign(opened.emulator.snapshooter, { paging, pageCap });
    // A cap above the platform's default page size has no effect; several pages are read twice.
    expect(await ids()).toEqual(expected);
    expect(opened.count("list-backups")).toBe(2 * Math.max(pages, 3));
  });

  it.each([
    ["both", 15],
    ["links", 15],
    ["meta", 15],
    ["both", 0],
    ["none", 0],
  ] as const)("is one request where %s say that one page is all, of %i", async (paging, count) => {
    const expected = fill(count);
    opened.emulator.snapshooter.paging = paging;
    expect(await ids()).toEqual(expected);
    expect(opened.count("list-backups")).toBe(1);
  });

  it.each([
    ["none", 3, 2],
    ["none", 15, 2],
    ["none", 33, 4],
    ["whole", 33, 2],
  ] as const)(
    "that says nothing of pages (%s) is read until one brings nothing new, and once more: %i",
    async (paging, count, pages) => {
      const expected = fill(count);
      opened.emulator.snapshooter.paging = paging;
      expect(await ids()).toEqual(expected);
      expect(opened.count("list-backups")).toBe(2 * pages);
    },
  );

  it.each(["both", "meta"] as const)("that states more than it shows is none (%s)", async (paging) => {
    fill(33);
    Object.assign(opened.emulator.snapshooter, { paging, totalSurplus: 1 });
    await expect(ids()).rejects.toMatchObject({
      kind: "unexpectedAnswer",
      message: `[snapshooter] list backups of job ${emptyJobId}: not a complete list, read 6 times: 34 entries are stated, and 33 are listed`,
    });
    await expect(
      opened.platform.observe(job(emptyJobId), { snapshotId: "nowhere" }, opened.scope()),
    ).rejects.toMatchObject({ kind: "unexpectedAnswer" });
  });

  it.each(["both", "links", "meta", "none"] as const)(
    "loses nothing that moves to an earlier page while it is read, and holds nothing deleted (%s)",
    async (paging) => {
      const [newest = "", ...others] = fill(20);
      const { snapshooter } = opened.emulator;
      Object.assign(snapshooter, {
        paging,
        afterPage: () => {
          snapshooter.afterPage = undefined;
          snapshooter.removeBackup(newest);
        },
      });
      expect(await ids()).toEqual(others);
    },
  );

  it("is not read to its end for a backup that it shows", async () => {
    const [newest = ""] = fill(33);
    opened.emulator.faults.add({ platform: "snapshooter", operation: "get-backup", fault: "status", status: 404 });
    expect(await opened.platform.observe(job(emptyJobId), { snapshotId: newest }, opened.scope())).toMatchObject({
      outcome: "found",
    });
    expect(opened.count("list-backups")).toBe(1);
  });

  it("is the same whatever order the platform gives it", async () => {
    const expected = fill(20);
    opened.emulator.snapshooter.defaultOrder = "oldest-first";
    expect(await ids()).toEqual(expected);
  });

  it("proves no absence where a later page can't be read", async () => {
    fill(20);
    opened.emulator.faults.add({
      platform: "snapshooter",
      operation: "list-backups",
      fault: "status",
      status: 403,
      skip: 1,
    });
    await expect(
      opened.platform.observe(job(emptyJobId), { snapshotId: "nowhere" }, opened.scope()),
    ).rejects.toMatchObject({ kind: "forbidden" });
  });

  it("shows a backup on its last page where showing it answers 404", async () => {
    const oldest = fill(33).at(-1) ?? "";
    opened.emulator.faults.add({ platform: "snapshooter", operation: "get-backup", fault: "status", status: 404 });
    expect(await opened.platform.observe(job(emptyJobId), { snapshotId: oldest }, opened.scope())).toMatchObject({
      outcome: "found",
      snapshot: { snapshotId: oldest },
    });
  });

  describe("that goes on at another address", () => {
    let elsewhere: ApiServer;
    beforeEach(async () => {
      elsewhere = await startApiServer();
      elsewhere.plan({ status: 200, body: { data: [], links: {}, meta: {} } });
      opened.emulator.snapshooter.nextOrigin = elsewhere.url;
    });
    afterEach(() => elsewhere.close());

    it("is followed by its count of pages, and nothing is sent there", async () => {
      const expected = fill(33);
      expect(await ids()).toEqual(expected);
      expect(elsewhere.arrived).toEqual([]);
    });

    it("without a count is an error, and nothing is sent there", async () => {
      fill(33);
      opened.emulator.snapshooter.paging = "links";
      await expect(ids()).rejects.toMatchObject({
        kind: "unexpectedAnswer",
        message: expect.stringContaining("another address"),
      });
      expect(elsewhere.arrived).toEqual([]);
    });
  });

  it("is of its job: a backup that is of another is not taken for it", async () => {
    await expect(opened.platform.observe(job(emptyJobId), { snapshotId: backupId }, opened.scope())).rejects.toThrow(
      `it is of another job, ${jobId}`,
    );
  });

  it("of a job that is gone itself proves nothing of its backups, and says so", async () => {
    opened.emulator.snapshooter.removeJob(jobId);
    expect(await opened.platform.observe(job(), { snapshotId: backupId }, opened.scope())).toEqual({
      outcome: "unproven",
      reason: expect.stringContaining(jobId),
    });
  });

  it("and a 404 together are proof; the word expired alone is", async () => {
    expect(await opened.platform.observe(job(), { snapshotId: expiredBackupId }, opened.scope())).toEqual({
      outcome: "gone",
      proof: expect.stringContaining('"expired"'),
    });
    expect(opened.count("list-backups")).toBe(0);
    opened.emulator.snapshooter.removeBackup(backupId);
    expect(await opened.platform.observe(job(), { snapshotId: backupId }, opened.scope())).toMatchObject({
      outcome: "gone",
    });
    expect(opened.count("list-backups")).toBe(1);
  });
});

describe("SnapShooter's links", () => {
  let opened: Opened;
  beforeEach(async () => {
    opened = await openOnEmulator("snapshooter");
  });
  afterEach(() => opened.emulator.close());
  const linkTo = (snapshotId: string) =>
    opened.platform.downloadLink?.(opened.target("jobId", jobId), { snapshotId }, opened.scope());

  it("are by the name of each file, whatever the name is", async () => {
    const names = ["__proto__", "constructor", "a/b/dump.sql", "c/d/dump.sql", "../../etc/passwd", "with space?#", ""];
    const { id } = opened.emulator.snapshooter.addBackup(jobId, { fileNames: names });
    const link = await linkTo(id);
    expect(Object.keys(link?.files ?? {}).sort()).toEqual([...names].sort());
    expect(new Set(Object.values(link?.files ?? {})).size).toBe(names.length);
    expect(Object.hasOwn(link?.files ?? {}, "__proto__")).toBe(true);
    expect(Object.getPrototypeOf(link?.files)).toBe(Object.prototype);
    expect(link?.url).toBe(Object.values(link?.files ?? {})[0]);
  });

  it("are others each time, and asking for them changes nothing", async () => {
    expect((await linkTo(backupId))?.url).not.toBe((await linkTo(backupId))?.url);
    expect(opened.changes()).toBe(0);
  });

  it("are asked for again after a lost answer, since nothing is changed", async () => {
    opened.emulator.faults.add({ platform: "snapshooter", operation: "download-backup", fault: "reset-after-commit" });
    expect((await linkTo(backupId))?.url).toContain("http");
  });

  it("of a backup without files, or that is not completed, are an error", async () => {
    const { snapshooter } = opened.emulator;
    const empty = snapshooter.addBackup(jobId, { fileNames: [] });
    await expect(linkTo(empty.id)).rejects.toMatchObject({ kind: "notFound" });
    const running = snapshooter.addBackup(jobId, { status: "running" });
    await expect(linkTo(running.id)).rejects.toMatchObject({ kind: "invalid", message: /not completed/ });
  });
});

describe("SnapShooter's answers in other forms", () => {
  let server: ApiServer;
  let clock: FakeClock;
  beforeEach(async () => {
    server = await startApiServer();
    clock = fakeClock();
  });
  afterEach(() => server.close());
  const target = { argument: "jobId", kind: "job", id: "j" };
  const scope = () => ({ deadlineMs: clock.now() + 60_000, announce: () => undefined });
  const open = (path = "") => {
    const connection: Connection = {
      name: "snapshooter",
      platform: "snapshooter",
      fields: { token: "t0ken", url: server.url + path },
      secrets: ["t0ken"],
      fromConfig: false,
    };
    return openPlatform(connection, { clock, random: () => 0.5 });
  };
  const entry = (id: string) => ({ id, status: "completed" });
  const ids = async () => (await open("/v1").list(target, scope())).snapshots.map(({ snapshotId }) => snapshotId);

  it.each([
    ["a path", "/v1/jobs/j/backups?page=2"],
    ["a query", "?page=2"],
  ])("a next page named by %s is followed", async (_title, next) => {
    server.plan(
      { status: 200, body: { data: [entry("a")], links: { next } } },
      { status: 200, body: { data: [entry("b")], links: { next: null } } },
      { status: 200, body: { data: [entry("a")], links: { next } } },
      { status: 200, body: { data: [entry("b")], links: { next: null } } },
    );
    expect(await ids()).toEqual(["a", "b"]);
    const urls = ["/v1/jobs/j/backups", "/v1/jobs/j/backups?page=2"];
    expect(server.arrived.map(({ url }) => url)).toEqual([...urls, ...urls]);
  });

  it("a list that only repeats itself is no whole list", async () => {
    server.plan({ status: 200, body: { data: [entry("a")], links: {}, meta: { current_page: 1, last_page: 2 } } });
    await expect(ids()).rejects.toMatchObject({
      kind: "unexpectedAnswer",
      message: expect.stringMatching(/a page has no new entries, and names a next one$/),
    });
    expect(server.arrived).toHaveLength(12);
  });

  it("a list without end is none", async () => {
    let page = 0;
    server.plan((request, response) => {
      page += 1;
      const body = {
        data: [entry(`b${page}`)],
        links: { next: `http://${request.headers.host}/v1/jobs/j/backups?page=${page + 1}` },
      };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    await expect(ids()).rejects.toMatchObject({ kind: "unexpectedAnswer" });
  });

  it("errors are read as Laravel words them", async () => {
    server.plan({ status: 422, body: { message: "Invalid.", errors: { tag: ["is wrong", "is late"], x: ["y"] } } });
    const error = await open()
      .list(target, scope())
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SnapshotsError);
    expect(error).toMatchObject({
      kind: "invalid",
      message: "[snapshooter] list backups of job j: HTTP 422 Invalid.; tag: is wrong is late; x: y",
    });
  });

  it("a 404 that is no JSON object is nobody's word about the backup", async () => {
    for (const body of ["Not Found", "[]", '"gone"', ""]) {
      server.plan({ status: 404, body });
      await expect(open().observe(target, { snapshotId: "b" }, scope())).rejects.toMatchObject({
        kind: "unexpectedAnswer",
      });
      await expect(open().delete?.(target, { snapshotId: "b" }, scope())).rejects.toMatchObject({
        kind: "unexpectedAnswer",
      });
    }
  });

  it.each<[string, object, string]>([
    ["a message", { message: "This job is paused." }, "This job is paused."],
    ["errors", { errors: { job: ["is paused"] } }, '{"job":["is paused"]}'],
    ["both, and no data", { message: "Paused.", errors: ["a", "b"], data: null }, 'Paused.; ["a","b"]'],
    ["a message of another type", { message: { text: "no t0ken" } }, '{"text":"no [secret]"}'],
  ])("a start that is answered with %s instead of an id may have started nothing", async (_title, body, says) => {
    server.plan({ status: 200, body });
    await expect(open().create?.(target, {}, scope())).rejects.toMatchObject({
      kind: "invalid",
      executed: "maybe",
      status: 200,
      message: `[snapshooter] start a backup of job j: HTTP 200 names no backup and says "${says}"`,
    });
    expect(server.arrived).toHaveLength(1);
  });

  it.each([{}, { data: {} }, { message: "", errors: [] }, { message: null, errors: {} }])(
    "a start that is answered with %j has started one whose id is not known",
    async (body) => {
      server.plan({ status: 200, body });
      expect(await open().create?.(target, {}, scope())).not.toHaveProperty("snapshot");
    },
  );

  it("the token is sent as a bearer, and the flags as JSON", async () => {
    server.plan({ status: 202, body: { backup_id: "b" } });
    expect(await open().create?.(target, { tag: "weekly" }, scope())).toMatchObject({ snapshot: { snapshotId: "b" } });
    expect(server.arrived).toHaveLength(1);
    const [start] = server.arrived;
    expect(start).toMatchObject({ method: "POST", url: "/jobs/j/backups/start" });
    expect(start?.headers).toMatchObject({ authorization: "Bearer t0ken", "content-type": "application/json" });
    expect(JSON.parse(start?.body ?? "")).toEqual({
      is_manual: false,
      is_hourly: false,
      is_daily: false,
      is_weekly: true,
      is_monthly: false,
    });
  });
});

const isWord = (value: unknown) => typeof value === "string" && value !== "";
const isTime = (value: unknown) => value === undefined || value === null || typeof value === "string";

describeArbitraryAnswers({
  platform: "snapshooter",
  argument: "jobId",
  targetId: jobId,
  list: "list-backups",
  create: "start-backup",
  wellFormed: { data: [documented.data, { ...documented.data, id: expiredBackupId }], links: {}, meta: {} },
  holds(answer) {
    const { data, links, meta } = (answer ?? {}) as Record<string, unknown>;
    if (!Array.isArray(data)) return undefined;
    const isEntry = (entry: Record<string, unknown> | null) =>
      isWord(entry?.["id"]) &&
      entry?.["id"] !== "\ud800" &&
      isWord(entry?.["status"]) &&
      [undefined, null, jobId].includes(entry?.["job_id"] as string) &&
      isTime(entry?.["created_at"]) &&
      isTime(entry?.["completed_at"]);
    if (!data.every(isEntry)) return undefined;
    const next = (links as Record<string, unknown> | null | undefined)?.["next"];
    const { current_page: current, last_page: last } = (meta ?? {}) as Record<string, unknown>;
    if (Number.isInteger(current) && Number.isInteger(last)) {
      if (Number(current) < Number(last)) return undefined;
    } else if (isWord(next)) return undefined;
    return new Set(data.map(({ id }) => id)).size;
  },
});
