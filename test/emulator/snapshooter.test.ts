import { type Emulator, startEmulator } from "../../emulator";
import { snapshooterEmulator } from "../../emulator/snapshooter";
import { ask } from "./ask";

type SnapshooterState = ReturnType<typeof snapshooterEmulator.start>["state"];

const { jobId, backupId, expiredBackupId, emptyJobId, fileId, serverId } = snapshooterEmulator.seed;
const token = snapshooterEmulator.credentials.token;
const nowhere = "00000000-0000-4000-8000-000000000000";

describe("the emulated SnapShooter", () => {
  let emulator: Emulator & { readonly snapshooter: SnapshooterState };
  let nowMs: number;
  const call = (path: string, method = "GET", body?: unknown, headers: Record<string, string> = {}) =>
    ask(`${emulator.url}/snapshooter/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body === undefined ? {} : { body }),
    });
  const start = async (job = jobId, body?: unknown): Promise<string> =>
    (await call(`/jobs/${job}/backups/start`, "POST", body)).json().backup_id;
  const show = async (id: string) => (await call(`/backups/${id}`)).json().data;
  const ids = async (query = "", job = jobId): Promise<string[]> =>
    (await call(`/jobs/${job}/backups${query}`)).json().data.map((backup: { id: string }) => backup.id);

  beforeEach(async () => {
    nowMs = Date.UTC(2026, 10, 21, 3, 30, 15, 250);
    emulator = (await startEmulator({ now: () => nowMs })) as typeof emulator;
  });
  afterEach(() => emulator.close());

  describe("backups", () => {
    it("names the connection's variables", () => {
      expect(emulator.environment).toMatchObject({
        SNAPSHOOTER_TOKEN: token,
        SNAPSHOOTER_API_URL: `${emulator.url}/snapshooter/v1`,
      });
    });

    it("go from pending to running to completed by the clock, and have files only then", async () => {
      const id = await start();
      const times = async () => {
        const { status, started_at, completed_at, files } = await show(id);
        return [status, started_at, completed_at, files.length];
      };
      expect(await times()).toEqual(["pending", null, null, 0]);
      nowMs += 500;
      expect(await times()).toEqual(["running", "2026-11-21T03:30:15.750000Z", null, 0]);
      nowMs += 999;
      expect((await times())[0]).toBe("running");
      nowMs += 1;
      const completed = ["completed", "2026-11-21T03:30:15.750000Z", "2026-11-21T03:30:16.750000Z", 1];
      expect(await times()).toEqual(completed);
      nowMs += 86_400_000;
      expect(await times()).toEqual(completed);
    });

    it.each(["failed", "completed_with_warnings"])("end in the word %s where told so", async (outcome) => {
      emulator.snapshooter.outcome = outcome;
      const id = await start();
      nowMs += 1500;
      expect(await show(id)).toMatchObject({ status: outcome, files: [] });
      expect((await show(id)).completed_at === null).toBe(outcome !== "failed");
    });

    it("have a completed_at in another word only where told so", async () => {
      emulator.snapshooter.endedWords.push("completed_with_warnings");
      emulator.snapshooter.outcome = "completed_with_warnings";
      const id = await start();
      expect(await show(id)).toMatchObject({ status: "pending", completed_at: null });
      nowMs += 1500;
      expect(await show(id)).toMatchObject({ completed_at: "2026-11-21T03:30:16.750000Z", files: [] });
    });

    it("stay for ever where told so, and each keeps the pace that it began with", async () => {
      emulator.snapshooter.timing.runningMs = Number.POSITIVE_INFINITY;
      const running = await start();
      emulator.snapshooter.timing.pendingMs = Number.POSITIVE_INFINITY;
      const pending = await start();
      emulator.snapshooter.timing.pendingMs = 0;
      emulator.snapshooter.timing.runningMs = 0;
      const done = await start();
      nowMs += 365 * 86_400_000;
      expect((await show(running)).status).toBe("running");
      expect((await show(pending)).status).toBe("pending");
      expect((await show(done)).status).toBe("completed");
    });

    it("can be moved by hand, expired included", async () => {
      const id = await start();
      emulator.snapshooter.setStatus(id, "completed");
      expect(await show(id)).toMatchObject({ status: "completed", completed_at: "2026-11-21T03:30:15.250000Z" });
      expect(emulator.snapshooter.statusOf(id)).toBe("completed");
      emulator.snapshooter.setStatus(id, "expired");
      expect(await show(id)).toMatchObject({ status: "expired", files: [] });
      emulator.snapshooter.removeBackup(id);
      expect((await call(`/backups/${id}`)).status).toBe(404);
      expect(await ids()).not.toContain(id);
    });

    it("are tagged as asked, manual by default, and refuse a flag that is none", async () => {
      expect((await show(await start())).tags).toMatchObject({ manual: true, daily: false });
      const flags = { is_manual: false, is_hourly: false, is_daily: true, is_weekly: false, is_monthly: false };
      expect((await show(await start(jobId, flags))).tags).toEqual({
        manual: false,
        hourly: false,
        daily: true,
        weekly: false,
        monthly: false,
      });
      const refused = await call(`/jobs/${jobId}/backups/start`, "POST", { is_daily: "yes" });
      expect([refused.status, Object.keys(refused.json().errors)]).toEqual([422, ["is_daily"]]);
    });

    it.each([
      ["backup_id", (id: string) => ({ backup_id: id })],
      ["data.backup_id", (id: string) => ({ data: { backup_id: id } })],
      ["data.id", (id: string) => ({ data: { id } })],
      ["message", () => ({ message: expect.any(String) })],
      ["none", () => ({})],
    ] as const)("can be answered with the id at %s, with any status", async (place, expected) => {
      emulator.snapshooter.startAnswer = place;
      emulator.snapshooter.startStatus = 202;
      const reply = await call(`/jobs/${jobId}/backups/start`, "POST");
      const [newest] = await ids();
      expect([reply.status, reply.json()]).toEqual([202, expected(newest as string)]);
    });

    it("are not started where a message refuses it with 200", async () => {
      const before = await ids();
      emulator.snapshooter.startRefusal = "This job is paused.";
      const reply = await call(`/jobs/${jobId}/backups/start`, "POST");
      expect([reply.status, reply.json()]).toEqual([200, { message: "This job is paused." }]);
      expect(await ids()).toEqual(before);
      expect(emulator.requests.filter(({ committed }) => committed)).toEqual([]);
    });

    it("join the one that is pending or running where told so", async () => {
      emulator.snapshooter.startJoins = true;
      const first = await start();
      nowMs += 600;
      expect([await start(), await start()]).toEqual([first, first]);
      expect(emulator.requests.filter(({ committed }) => committed)).toHaveLength(1);
      nowMs += 1000;
      expect(await start()).not.toBe(first);
      emulator.snapshooter.startJoins = false;
      expect(new Set([await start(), await start(), ...(await ids())]).size).toBe(6);
    });

    it("stay where a deletion is answered 404, or is accepted and takes its time", async () => {
      const id = await start();
      emulator.snapshooter.deletion = "not-found";
      const refused = await call(`/backups/${id}`, "DELETE");
      expect([refused.status, refused.json()]).toEqual([404, { message: "Not Found" }]);
      expect(await ids()).toContain(id);
      Object.assign(emulator.snapshooter, { deletion: "accepted", deletionMs: 60_000 });
      expect((await call(`/backups/${id}`, "DELETE")).status).toBe(204);
      nowMs += 59_000;
      expect((await call(`/backups/${id}`, "DELETE")).status).toBe(204);
      expect(await ids()).toContain(id);
      nowMs += 1_000;
      expect([await ids(), (await call(`/backups/${id}`)).status]).toEqual([[backupId, expiredBackupId], 404]);
      emulator.snapshooter.deletionMs = Number.POSITIVE_INFINITY;
      expect((await call(`/backups/${backupId}`, "DELETE")).status).toBe(204);
      nowMs += 365 * 86_400_000;
      expect((await call(`/backups/${backupId}`)).status).toBe(200);
      expect(emulator.requests.at(-2)).toMatchObject({ operation: "delete-backup", committed: false });
    });

    it("are deleted once, or not at all where the API lacks it", async () => {
      const id = await start();
      const reply = await call(`/backups/${id}`, "DELETE");
      expect([reply.status, reply.text]).toEqual([204, ""]);
      expect((await call(`/backups/${id}`, "DELETE")).status).toBe(404);
      emulator.snapshooter.deletion = "not-allowed";
      const refused = await call(`/backups/${backupId}`, "DELETE");
      expect([refused.status, refused.headers["allow"]]).toEqual([405, "GET, HEAD"]);
      expect(refused.json().message).toContain("DELETE method is not supported");
      expect(await ids()).toContain(backupId);
      expect(emulator.requests.filter(({ committed }) => committed)).toHaveLength(2);
    });

    it("hold the encryption key that a test sets, and may hold none", async () => {
      const { encryption_key: key } = await show(backupId);
      expect(Buffer.from(key, "base64").toString()).toMatch(/TE KEY-----$/);
      emulator.snapshooter.encryptionKey = "canary";
      expect((await show(await start())).encryption_key).toBe("canary");
      emulator.snapshooter.encryptionKey = null;
      expect((await show(await start())).encryption_key).toBeNull();
    });

    it("expire by word or by removal", async () => {
      const expire = () =>
        emulator.faults.add({ platform: "snapshooter", operation: "list-backups", fault: "expire-snapshot" });
      const newest = emulator.snapshooter.addBackup(jobId);
      expire();
      expect(await ids()).toContain(newest.id);
      expect((await show(newest.id)).status).toBe("expired");
      emulator.snapshooter.expiry = "removal";
      expire();
      expect(await ids()).toEqual([newest.id, expiredBackupId]);
    });

    it("may be somebody else's", async () => {
      emulator.faults.add({ platform: "snapshooter", operation: "start-backup", fault: "foreign-snapshot" });
      nowMs += 1;
      const own = await start(emptyJobId);
      const all = await ids("", emptyJobId);
      expect(all).toHaveLength(2);
      const foreign = all.find((id) => id !== own) as string;
      expect(await show(foreign)).toMatchObject({ status: "completed", tags: { manual: true } });
      const added = emulator.snapshooter.addBackup(emptyJobId, { tag: "weekly", status: "running" });
      expect(await show(added.id)).toMatchObject({ status: "running", tags: { manual: false, weekly: true } });
    });
  });

  describe("lists", () => {
    const fill = () => {
      for (let index = 0; index < 34; index += 1) {
        nowMs += 1000;
        emulator.snapshooter.addBackup(emptyJobId);
      }
    };
    const page = async (query: string) => (await call(`/jobs/${emptyJobId}/backups${query}`)).json();

    it("are paged by 15 and newest first, with links and meta that lead on", async () => {
      fill();
      const first = await page("");
      expect(first.meta).toEqual({
        current_page: 1,
        from: 1,
        last_page: 3,
        path: `${emulator.url}/snapshooter/v1/jobs/${emptyJobId}/backups`,
        per_page: 15,
        to: 15,
        total: 34,
      });
      const seen: string[] = [];
      for (let next: string | null = `${first.meta.path}?page_size=15&sort=-created_at`; next; ) {
        const answer = (await ask(next, { headers: { authorization: `Bearer ${token}` } })).json();
        seen.push(...answer.data.map(({ created_at }: { created_at: string }) => created_at));
        next = answer.links.next;
      }
      expect(seen).toHaveLength(34);
      expect(seen).toEqual([...new Set(seen)].sort().reverse());
      expect((await page("?page=3")).data).toHaveLength(4);
      expect((await page("?page=4")).data).toEqual([]);
      expect((await page("?page_size=100")).data).toHaveLength(34);
    });

    it.each(["?page_size=14", "?page_size=101", "?page_size=x", "?page=0", "?sort=size"])(
      "refuse %s",
      async (query) => {
        expect((await call(`/jobs/${jobId}/backups${query}`)).status).toBe(422);
      },
    );

    it("hold links only, meta only, or neither", async () => {
      fill();
      emulator.snapshooter.paging = "links";
      expect(await page("")).toMatchObject({ links: { next: expect.stringContaining("page=2") }, meta: {} });
      expect((await page("")).meta).toEqual({});
      emulator.snapshooter.paging = "meta";
      expect(await page("")).toMatchObject({ links: {}, meta: { last_page: 3 } });
      expect((await page("")).links).toEqual({});
      emulator.snapshooter.paging = "none";
      expect(await page("")).toMatchObject({ links: {}, meta: {}, data: { length: 15 } });
    });

    it("can be whole on every page, or state more entries than there are", async () => {
      fill();
      emulator.snapshooter.totalSurplus = 2;
      expect(await page("?page=3")).toMatchObject({ data: { length: 4 }, meta: { last_page: 3, total: 36 } });
      emulator.snapshooter.paging = "whole";
      for (const query of ["", "?page=2"]) {
        expect(await page(query)).toMatchObject({ data: { length: 34 }, links: {}, meta: {} });
        expect((await page(query)).meta).toEqual({});
      }
    });

    it("can change between two pages, jobs as well", async () => {
      fill();
      const [newest = "", ...others] = (await page("?page_size=100")).data.map(({ id }: { id: string }) => id);
      const pages: [string, number][] = [];
      emulator.snapshooter.afterPage = (list, number) => {
        pages.push([list, number]);
        if (pages.length === 1) emulator.snapshooter.removeBackup(newest);
      };
      const seen = [...(await ids("", emptyJobId)), ...(await ids("?page=2", emptyJobId))];
      expect(seen).toEqual([newest, ...others.slice(0, 14), ...others.slice(15, 30)]);
      await call("/jobs");
      expect(pages).toEqual([
        ["backups", 1],
        ["backups", 2],
        ["jobs", 1],
      ]);
    });

    it("can be cut shorter, point elsewhere, or come oldest first", async () => {
      fill();
      emulator.snapshooter.pageCap = 2;
      expect(await page("?page_size=100")).toMatchObject({ data: { length: 2 }, meta: { per_page: 2, last_page: 17 } });
      emulator.snapshooter.nextOrigin = "http://127.0.0.1:1";
      expect((await page("?page=17")).links.next).toBeNull();
      expect((await page("")).links.next).toBe(`http://127.0.0.1:1/snapshooter/v1/jobs/${emptyJobId}/backups?page=2`);
      emulator.snapshooter.defaultOrder = "oldest-first";
      const [a, b] = (await page("")).data;
      expect(a.created_at < b.created_at).toBe(true);
    });

    it("put what hasn't completed last where sorted by -completed_at, though it is the newest", async () => {
      const running = await start();
      expect((await ids())[0]).toBe(running);
      expect(await ids("?sort=-completed_at")).toEqual([backupId, expiredBackupId, running]);
      expect((await ids("?sort=completed_at"))[0]).toBe(running);
    });

    it("lag and shuffle by fault", async () => {
      const onList = { platform: "snapshooter", operation: "list-backups" } as const;
      const added = emulator.snapshooter.addBackup(jobId);
      emulator.faults.add({ ...onList, fault: "list-lag", ms: 60_000 });
      expect(await ids()).not.toContain(added.id);
      emulator.faults.add({ ...onList, fault: "list-shuffle" });
      expect(await ids()).toEqual([backupId, expiredBackupId, added.id]);
      expect(await ids()).toEqual([added.id, backupId, expiredBackupId]);
    });

    it("know no other job's backups", async () => {
      expect(await ids("", emptyJobId)).toEqual([]);
      expect((await call(`/jobs/${nowhere}/backups`)).status).toBe(404);
      emulator.snapshooter.removeJob(emptyJobId);
      expect((await call(`/jobs/${emptyJobId}/backups`)).status).toBe(404);
      expect((await call(`/jobs/${emptyJobId}/backups/start`, "POST")).status).toBe(404);
    });
  });

  describe("links", () => {
    const bearer = { authorization: `Bearer ${token}` };
    const links = async (id: string): Promise<Record<string, string>> =>
      (await call(`/backups/${id}/download`, "POST")).json().data;

    it("download the very file, without a credential, another link each time", async () => {
      const [first, second] = [await links(backupId), await links(backupId)];
      const [name] = Object.keys(first) as [string];
      expect(name).toMatch(/^snapshooter\/[0-9a-f]{8}-docker-mysql-ssh\/2023\/07\/06\/21-01\/test\.sql\.gz$/);
      expect(first[name]).not.toBe(second[name]);
      const reply = await ask(first[name] as string);
      expect([reply.status, reply.bytes.length]).toEqual([200, 744]);
      expect(reply.text).toContain(`snapshooter ${jobId} ${backupId} ${JSON.stringify(name)}`);
      const [file] = (await show(backupId)).files;
      expect(file).toMatchObject({ id: fileId, size: "744 bytes" });
      expect((await ask(file.url)).bytes).toEqual(reply.bytes);
      expect(emulator.requests.filter(({ operation }) => operation === "download")).toMatchObject([
        { query: "", changes: false },
        { query: "", changes: false },
      ]);
    });

    it("refuse a second credential, a changed signature and an expired one", async () => {
      const link = Object.values(await links(backupId))[0] as string;
      const twice = await ask(link, { headers: bearer });
      expect([twice.status, twice.text]).toEqual([400, expect.stringContaining("Only one auth mechanism")]);
      expect((await ask(link.replace(/.$/, (digit) => (digit === "0" ? "1" : "0")))).status).toBe(403);
      nowMs += 3_600_000;
      expect(await ask(link)).toMatchObject({ status: 403, text: expect.stringContaining("Request has expired") });
    });

    it("are keyed by names that are data, however hostile", async () => {
      const names = ["__proto__", "constructor", "a/b/same.sql", "c/same.sql", "../../etc/passwd", 'quote" ☃', ".."];
      emulator.snapshooter.fileNames = names;
      const id = await start();
      nowMs += 1500;
      const { text } = await call(`/backups/${id}/download`, "POST");
      for (const name of names) expect(text).toContain(`${JSON.stringify(name)}:`);
      const data = JSON.parse(text).data;
      expect(Object.keys(data).sort()).toEqual([...names].sort());
      const entries = new Map(Object.entries<string>(data));
      for (const name of names) {
        expect((await ask(entries.get(name) as string)).text).toContain(JSON.stringify(name));
      }
    });

    it("are refused for what isn't completed", async () => {
      expect((await call(`/backups/${await start()}/download`, "POST")).status).toBe(422);
      expect((await call(`/backups/${expiredBackupId}/download`, "POST")).status).toBe(422);
      expect((await call(`/backups/${nowhere}/download`, "POST")).status).toBe(404);
    });
  });

  describe("restores", () => {
    const restore = (body?: unknown, id = backupId) => call(`/backups/${id}/restore`, "POST", body);

    it("are pending, of all files or the chosen ones, where the job runs or elsewhere", async () => {
      const all = await restore({});
      expect([all.status, all.json().data]).toEqual([
        201,
        expect.objectContaining({ job_id: jobId, backup_id: backupId, status: "pending", started_at: null }),
      ]);
      const chosen = await restore({ files: [fileId], compute: { type: "ss_agent", server_id: serverId } });
      expect(chosen.json().data).toMatchObject({
        compute: { id: serverId, type: "ss_agent" },
        files: [{ id: fileId }],
      });
      expect(emulator.snapshooter.restores).toMatchObject([
        { backupId, fileIds: [fileId], compute: { type: "server", serverId: 3 }, at: nowMs },
        { backupId, fileIds: [fileId], compute: { type: "ss_agent", serverId } },
      ]);
    });

    it("are answered with another word on command", async () => {
      emulator.snapshooter.restoreStatus = "failed";
      expect((await restore({})).json().data.status).toBe("failed");
    });

    it.each([
      ["a file of no such id", { files: [nowhere] }],
      ["names for ids", { files: ["test.sql.gz"] }],
      ["files that are no array", { files: fileId }],
      ["a compute without server_id", { compute: { type: "ss_agent" } }],
      ["a compute without type", { compute: { server_id: 1 } }],
    ])("refuse %s", async (_, body) => {
      expect((await restore(body)).status).toBe(422);
      expect(emulator.snapshooter.restores).toEqual([]);
    });

    it("refuse another compute after a serverless backup, and what isn't completed", async () => {
      const serverless = emulator.snapshooter.addJob({ computeType: "serverless" });
      const { id } = emulator.snapshooter.addBackup(serverless.id);
      expect((await restore({ compute: { type: "server", server_id: 3 } }, id)).status).toBe(422);
      expect((await restore({}, id)).status).toBe(201);
      expect((await restore({}, expiredBackupId)).status).toBe(422);
      expect((await restore({}, nowhere)).status).toBe(404);
    });
  });

  describe("jobs", () => {
    const schedule = {
      order: 0,
      timezone: "Europe/Lisbon",
      retention_hourly: 0,
      retention_daily: 7,
      retention_weekly: 4,
      retention_monthly: 12,
      frequency: "h6",
      run_offset: 3,
    };
    const job = {
      name: "nightly",
      recipe_id: 1,
      config: { root_path: "/srv", exclude: "", compression_level: 6 },
      compute: { type: "server", server_id: 12 },
      storage: { id: 5 },
      schedules: [schedule, { ...schedule, order: 1, frequency: "m15", run_offset: 0 }],
    };

    it("are created in the form that is written and read in the form that is answered", async () => {
      const reply = await call("/jobs", "POST", job);
      const { data } = reply.json();
      expect(reply.status).toBe(201);
      expect(data).toMatchObject({
        name: "nightly",
        recipe: "file-backups",
        compute: { type: "server", server_id: 12, server: { id: 12, port: 22 } },
        config: {
          root_path: { value: "/srv", label: "Root path", type: "textarea" },
          compression_level: { value: 6, type: "number" },
        },
        storage: { id: 5 },
        encryption_key_id: null,
        schedules: [
          {
            schedule_name: "main",
            schedule_order: 0,
            status: "active",
            frequency: 6,
            frequency_mode: "hour",
            timezone: "Europe/Lisbon",
            run_offset: 3,
            retention: { hourly: 0, daily: 7, weekly: 4, monthly: 12 },
            resource_type: "BackupJob",
            resource_id: data.id,
          },
          { schedule_order: 1, frequency: 15, frequency_mode: "minute" },
        ],
      });
      const listed = (await call("/jobs")).json().data;
      expect(listed.map(({ id }: { id: string }) => id)).toEqual([jobId, emptyJobId, data.id]);
      expect(listed[2]).toEqual(data);
      const id = await start(data.id);
      expect(await ids("", data.id)).toEqual([id]);
    });

    it.each(["h24", "h12", "h6", "h4", "h3", "h2", "h1", "m30", "m20", "m15", "m10", "m6", "m5"])(
      "take the frequency %s",
      async (frequency) => {
        const reply = await call("/jobs", "POST", { ...job, schedules: [{ ...schedule, frequency }] });
        const [read] = reply.json().data.schedules;
        expect(`${read.frequency_mode.charAt(0)}${read.frequency}`).toBe(frequency);
      },
    );

    it("keep nothing by any rotation that was left out", async () => {
      const { order, timezone, frequency, run_offset } = schedule;
      const written = { order, timezone, frequency, run_offset, retention_daily: 7 };
      const reply = await call("/jobs", "POST", { ...job, schedules: [written] });
      expect(reply.json().data.schedules[0].retention).toEqual({ hourly: 0, daily: 7, weekly: 0, monthly: 0 });
    });

    it.each([
      ["name", { name: "" }],
      ["recipe_id", { recipe_id: "file-backups" }],
      ["config", { config: null }],
      ["compute", { compute: {} }],
      ["storage", { storage: 7 }],
      ["schedules", { schedules: "daily" }],
      ["encryption_key_id", { encryption_key_id: 4 }],
      ["schedules.0.frequency", { schedules: [{ ...schedule, frequency: "h8" }] }],
      ["schedules.0.frequency", { schedules: [{ ...schedule, frequency: "m12" }] }],
      ["schedules.0.frequency", { schedules: [{ ...schedule, frequency: 24 }] }],
      ["schedules.0.run_offset", { schedules: [{ ...schedule, run_offset: 24 }] }],
      ["schedules.0.timezone", { schedules: [{ ...schedule, timezone: "Mars/Olympus" }] }],
      ["schedules.0.retention_daily", { schedules: [{ ...schedule, retention_daily: -1 }] }],
      ["schedules.1.order", { schedules: [schedule, { ...schedule, order: "1" }] }],
    ])("refuse a wrong %s", async (field, change) => {
      const reply = await call("/jobs", "POST", { ...job, ...change });
      expect([reply.status, Object.keys(reply.json().errors)]).toEqual([422, [field]]);
      expect(emulator.snapshooter.jobs.size).toBe(2);
    });

    it("show what is changed elsewhere, and offer no update and no deletion", async () => {
      const held = emulator.snapshooter.jobs.get(jobId);
      if (!held?.schedules[0]) throw new Error("nothing seeded");
      held.name = "renamed";
      held.schedules[0].retention.daily = 9;
      expect((await call("/jobs")).json().data[0]).toMatchObject({
        name: "renamed",
        schedules: [{ retention: { daily: 9 } }],
      });
      for (const [method, path] of [
        ["PUT", `/jobs/${jobId}`],
        ["DELETE", `/jobs/${jobId}`],
        ["GET", `/jobs/${jobId}`],
        ["GET", "/backups"],
      ] as const) {
        expect([method, path, (await call(path, method)).status]).toEqual([method, path, 404]);
      }
    });
  });

  describe("requests", () => {
    it("need the token on every route, unknown ones included", async () => {
      for (const [method, path] of [
        ["GET", "/jobs"],
        ["POST", "/jobs"],
        ["GET", `/jobs/${jobId}/backups`],
        ["POST", `/jobs/${jobId}/backups/start`],
        ["GET", `/backups/${backupId}`],
        ["DELETE", `/backups/${backupId}`],
        ["POST", `/backups/${backupId}/download`],
        ["POST", `/backups/${backupId}/restore`],
        ["GET", "/nothing"],
      ] as const) {
        const reply = await ask(`${emulator.url}/snapshooter/v1${path}`, { method });
        expect([path, reply.status, reply.json()]).toEqual([path, 401, { message: "Unauthenticated." }]);
      }
      expect((await call("/jobs", "GET", undefined, { authorization: token })).status).toBe(401);
      expect(emulator.requests.filter(({ committed }) => committed)).toEqual([]);
    });

    it("can be limited, with the time to wait", async () => {
      emulator.snapshooter.rateLimit.limit = 2;
      expect([(await call("/jobs")).status, (await call("/jobs")).status]).toEqual([200, 200]);
      nowMs += 15_000;
      const refused = await call("/jobs");
      expect([refused.status, refused.headers["retry-after"], refused.json()]).toEqual([
        429,
        "45",
        { message: "Too Many Attempts." },
      ]);
      nowMs += 45_000;
      expect((await call("/jobs")).status).toBe(200);
    });

    it("name their job as the target, whatever they are about", async () => {
      await call(`/backups/${backupId}`);
      await start(emptyJobId);
      expect(emulator.requests.map(({ operation, target }) => [operation, target])).toEqual([
        ["get-backup", jobId],
        ["start-backup", emptyJobId],
      ]);
    });
  });
});
