import { type Emulator, type EmulatorOptions, type FaultRule, parseFaults, seed, startEmulator } from "../../emulator";
import { ask, signedIn } from "./ask";

let emulator: Emulator;
const start = async (options: EmulatorOptions = {}) => {
  emulator = await startEmulator(options);
  emulator.virtus.createIntervalMs = 0;
  return emulator;
};
afterEach(() => emulator.close());

const { appId } = seed.discloud;
const headers = () => signedIn(emulator.environment).discloud;
const create = () => ask(`${emulator.url}/discloud/v2/snapshot/${appId}`, { method: "POST", headers: headers() });
const list = () => ask(`${emulator.url}/discloud/v2/snapshot/${appId}`, { headers: headers() });
const count = () => emulator.discloud.apps.get(appId)?.snapshots.present().length;
const onCreate = { platform: "discloud", operation: "create-snapshot" } as const;
const onList = { platform: "discloud", operation: "list-app-snapshots" } as const;

describe("faults that break the connection", () => {
  it.each([
    ["reset-before-commit", 1, false],
    ["reset-after-commit", 2, true],
    ["cut", 2, true],
  ] as const)("%s leaves %i snapshots on the platform", async (fault, snapshots, committed) => {
    await start();
    const active = emulator.faults.add({ ...onCreate, fault });
    const reply = await create();
    expect(reply.broken).toBe("ECONNRESET");
    expect(reply.status).toBe(fault === "cut" ? 200 : 0);
    expect(() => reply.json()).toThrow();
    expect(count()).toBe(snapshots);
    expect(active.fired).toBe(1);
    expect(emulator.requests[0]).toMatchObject({ changes: true, committed, status: undefined, faults: [fault] });
  });

  it("cuts in the middle of the body", async () => {
    await start();
    const whole = (await list()).text;
    emulator.faults.add({ ...onList, fault: "cut" });
    const { text, headers: answered } = await list();
    expect(Number(answered["content-length"])).toBe(whole.length);
    expect(text).toBe(whole.slice(0, Math.floor(whole.length / 2)));
  });
});

describe("faults that replace the answer", () => {
  it.each([
    [false, 1],
    [true, 2],
  ])("status with commit %s leaves %i snapshots", async (commit, snapshots) => {
    await start();
    emulator.faults.add({ ...onCreate, fault: "status", status: 500, commit });
    const reply = await create();
    expect([reply.status, reply.json()]).toEqual([500, { code: 500, message: "Internal server error" }]);
    expect(count()).toBe(snapshots);
    expect(emulator.requests[0]).toMatchObject({ status: 500, committed: commit });
  });

  it("status takes any body, header and content type", async () => {
    await start();
    emulator.faults.add({ ...onList, fault: "status", status: 429, headers: { "Retry-After": "86400" } });
    emulator.faults.add({ ...onList, fault: "status", status: 404, body: { code: "PLAN" } });
    emulator.faults.add({ ...onList, fault: "status", status: 200, body: "{", contentType: "application/json" });
    const replies = [await list(), await list(), await list()];
    expect(replies.map(({ status }) => status)).toEqual([429, 404, 200]);
    expect(replies[0]?.headers["retry-after"]).toBe("86400");
    expect(replies[1]?.json()).toEqual({ code: "PLAN" });
    expect([replies[2]?.text, replies[2]?.headers["content-type"]]).toEqual(["{", "application/json"]);
  });

  it("status answers in each platform's own words by default", async () => {
    await start();
    const signed = signedIn(emulator.environment);
    emulator.faults.add({ platform: "virtus", fault: "status", status: 402 });
    emulator.faults.add({ platform: "dscloud", fault: "status", status: 403 });
    const virtus = await ask(`${emulator.url}/virtus/v2/users/me`, { headers: signed.virtus });
    const dscloud = await ask(`${emulator.url}/dscloud/v3/apps/a/backups`, { headers: signed.dscloud });
    expect([virtus.status, virtus.json()]).toEqual([402, { status: "error", code: "UPGRADE_REQUIRED" }]);
    expect([dscloud.status, dscloud.json()]).toEqual([403, { status: "error" }]);
  });

  it.each([200, 403])("html answers a page with %i", async (status) => {
    await start();
    emulator.faults.add({ ...onList, fault: "html", status });
    const reply = await list();
    expect([reply.status, reply.headers["content-type"]]).toEqual([status, "text/html; charset=utf-8"]);
    expect(reply.text).toMatch(/^<!DOCTYPE html>/);
  });

  it("wrong-shape keeps the top level's texts and gives every other member another type", async () => {
    await start();
    emulator.faults.add({ ...onCreate, fault: "wrong-shape" });
    const body = (await create()).json();
    expect(body).toMatchObject({ status: "ok", message: "Versioned backup created successfully" });
    expect(Array.isArray(body.app)).toBe(true);
    expect(Array.isArray(body.snapshot)).toBe(true);
    expect(count()).toBe(2);
    emulator.faults.add({ ...onList, fault: "wrong-shape" });
    expect(Array.isArray((await list()).json().versions)).toBe(false);
  });

  it("empty-body keeps the status", async () => {
    await start();
    emulator.faults.add({ ...onCreate, fault: "empty-body" });
    expect(await create()).toMatchObject({ status: 200, text: "", broken: undefined });
    expect(count()).toBe(2);
  });

  it("redirect names another address and carries nothing out", async () => {
    await start();
    emulator.faults.add({ ...onCreate, fault: "redirect", location: "http://127.0.0.1:1/elsewhere", status: 307 });
    const reply = await create();
    expect([reply.status, reply.headers["location"]]).toEqual([307, "http://127.0.0.1:1/elsewhere"]);
    expect(count()).toBe(1);
  });
});

describe("faults that leave the answer to the platform", () => {
  const virtusApp = seed.virtus.appId;
  const virtusList = async () => {
    const url = `${emulator.url}/virtus/v2/apps/${virtusApp}/snapshots`;
    const { response } = (await ask(url, { headers: signedIn(emulator.environment).virtus })).json();
    return response.map((entry: { modified: string }) => entry.modified) as string[];
  };
  const onVirtusList = { platform: "virtus", operation: "list-app-snapshots" } as const;

  it("slow answers late, and close doesn't wait for it", async () => {
    await start();
    emulator.faults.add({ ...onList, fault: "slow", ms: 30 });
    const began = performance.now();
    expect((await list()).status).toBe(200);
    expect(performance.now() - began).toBeGreaterThanOrEqual(29);

    emulator.faults.add({ ...onCreate, fault: "slow", ms: 3_600_000 });
    const never = create();
    while (count() !== 2) await new Promise(setImmediate);
    await emulator.close();
    expect((await never).broken).toBe("ECONNRESET");
  });

  it("slow with when before carries the operation out late", async () => {
    await start();
    emulator.faults.add({ ...onCreate, fault: "slow", ms: 3_600_000, when: "before" });
    const never = create();
    while (emulator.requests.length === 0) await new Promise(setImmediate);
    expect(count()).toBe(1);
    await emulator.close();
    expect((await never).broken).toBe("ECONNRESET");
  });

  it.each([
    ["before", 1, 2],
    ["after", 2, 2],
  ] as const)("hold %s keeps a request until it is let go", async (when, meanwhile, afterwards) => {
    await start();
    const hold = emulator.faults.add({ ...onCreate, fault: "hold", when });
    const held = create();
    while (hold.holding === 0) await new Promise(setImmediate);
    expect(count()).toBe(meanwhile);
    expect(emulator.requests[0]).toMatchObject({ status: undefined, committed: meanwhile === 2 });
    hold.release();
    expect((await held).status).toBe(200);
    expect(count()).toBe(afterwards);
    expect(hold).toMatchObject({ fired: 1, holding: 0 });
    expect((await create()).status).toBe(200);
  });

  it.each([
    ["before", 1],
    ["after", 2],
  ] as const)("hold %s ends with the client that hangs up", async (when, snapshots) => {
    await start();
    const hold = emulator.faults.add({ ...onCreate, fault: "hold", when });
    const hangUp = new AbortController();
    const url = `${emulator.url}/discloud/v2/snapshot/${appId}`;
    const held = fetch(url, { method: "POST", headers: headers(), signal: hangUp.signal });
    while (hold.holding === 0) await new Promise(setImmediate);
    hangUp.abort();
    await expect(held).rejects.toThrow();
    while (hold.holding > 0) await new Promise(setImmediate);
    hold.release();
    expect((await list()).json().versions).toHaveLength(snapshots);
    expect(emulator.requests[0]).toMatchObject({ status: undefined });
  });

  it("hold lets go with clear, and close doesn't wait for it", async () => {
    await start();
    emulator.faults.add({ ...onList, fault: "hold" });
    const held = list();
    while (emulator.faults.active[0]?.holding !== 1) await new Promise(setImmediate);
    emulator.faults.clear();
    expect((await held).status).toBe(200);
    const hold = emulator.faults.add({ ...onList, fault: "hold" });
    const never = list();
    while (hold.holding === 0) await new Promise(setImmediate);
    await emulator.close();
    expect((await never).broken).toBe("ECONNRESET");
  });

  it("list-lag shows a list as it stood, removals included", async () => {
    let nowMs = Date.UTC(2026, 10, 21);
    await start({ now: () => nowMs });
    const newest = emulator.virtus.targets.get(virtusApp)?.snapshots.present().at(-1);
    if (!newest) throw new Error("nothing seeded");
    const before = await virtusList();
    emulator.virtus.addSnapshot(virtusApp);
    emulator.virtus.removeSnapshot(virtusApp, newest);
    const active = emulator.faults.add({ ...onVirtusList, fault: "list-lag", ms: 1_800_000, times: "always" });
    nowMs += 1_799_999;
    expect(await virtusList()).toEqual(before);
    nowMs += 1;
    expect(await virtusList()).toEqual(["2026-11-21T00:00:00.000Z", ...before.slice(1)]);
    expect(active.fired).toBe(2);
  });

  it("list-shuffle is neither the platform's order nor its reverse, for one answer", async () => {
    await start();
    const before = await virtusList();
    emulator.faults.add({ ...onVirtusList, fault: "list-shuffle" });
    const shuffled = await virtusList();
    expect([...shuffled].sort()).toEqual([...before].sort());
    expect(shuffled).not.toEqual(before);
    expect(shuffled).not.toEqual([...before].reverse());
    expect(await virtusList()).toEqual(before);
  });

  it.each([
    ["before", 0],
    ["after", 1],
  ] as const)("foreign-snapshot %s a create is entry %i of what both made", async (when, index) => {
    let nowMs = Date.UTC(2026, 10, 21);
    await start({ now: () => nowMs++ });
    emulator.faults.add({ ...onCreate, fault: "foreign-snapshot", when });
    const own = (await create()).json().snapshot.version;
    const made = emulator.discloud.apps.get(appId)?.snapshots.present().slice(1) ?? [];
    expect(made).toHaveLength(2);
    expect(made[1 - index]?.version).toBe(own);
  });

  it("foreign-snapshot and expire-snapshot change what this answer shows", async () => {
    await start();
    const before = await virtusList();
    emulator.faults.add({ ...onVirtusList, fault: "foreign-snapshot" });
    const more = await virtusList();
    expect(more.slice(1)).toEqual(before);
    emulator.faults.add({ ...onVirtusList, fault: "expire-snapshot" });
    expect(await virtusList()).toEqual(before);
    emulator.faults.add({ ...onVirtusList, fault: "expire-snapshot", when: "after" });
    expect(await virtusList()).toEqual(before);
    expect(await virtusList()).toEqual(before.slice(1));
  });

  it("expire-snapshot on DS Cloud takes the newest that succeeded", async () => {
    await start();
    emulator.faults.add({ platform: "dscloud", fault: "expire-snapshot" });
    const url = `${emulator.url}/dscloud/v3/apps/${seed.dscloud.appId}/backups`;
    const { response } = (await ask(url, { headers: signedIn(emulator.environment).dscloud })).json();
    const names = response.map((backup: { name: string }) => backup.name);
    expect(names).not.toContain(seed.dscloud.latestName);
    expect(names).toContain(seed.dscloud.failedName);
  });

  it("revoke-credentials refuses this request and all later ones until undone", async () => {
    await start();
    emulator.faults.add({ ...onList, fault: "revoke-credentials" });
    expect((await list()).status).toBe(401);
    expect((await create()).status).toBe(401);
    emulator.discloud.access.revoked = false;
    expect((await list()).status).toBe(200);
  });

  it("other-account answers this request and all later ones as to an account without the target", async () => {
    await start();
    emulator.faults.add({ ...onList, fault: "other-account" });
    expect((await list()).json()).toEqual({ status: "error", message: "No backups found for this app" });
    expect((await create()).status).toBe(404);
    emulator.discloud.access.isOtherAccount = false;
    expect((await list()).json().versions).toHaveLength(1);
  });

  it("join takes nothing, and the answer names the newest one that exists", async () => {
    await start();
    emulator.faults.add({ ...onCreate, fault: "join" });
    expect((await create()).json().snapshot.version).toBe(seed.discloud.version);
    expect(count()).toBe(1);
    expect(emulator.requests[0]).toMatchObject({ status: 200, committed: false });
  });

  describe("on a list in pages", () => {
    const onBackups = { platform: "snapshooter", operation: "list-backups" } as const;
    const page = async (number: number) => {
      const url = `${emulator.url}/snapshooter/v1/jobs/${seed.snapshooter.jobId}/backups?page=${number}`;
      const { data, links, meta } = (await ask(url, { headers: signedIn(emulator.environment).snapshooter })).json();
      return { ids: data.map(({ id }: { id: string }) => id) as string[], links, meta };
    };
    const { backupId, expiredBackupId } = seed.snapshooter;

    it("list-pages shows fewer entries on each, bare without what leads to the next one", async () => {
      await start();
      emulator.faults.add({ ...onBackups, fault: "list-pages", size: 1 });
      expect(await page(1)).toMatchObject({ ids: [backupId], meta: { last_page: 2, total: 2 } });
      emulator.faults.add({ ...onBackups, fault: "list-pages", size: 1, bare: true });
      expect(await page(2)).toEqual({ ids: [expiredBackupId], links: {}, meta: {} });
    });

    it.each([
      ["first", expiredBackupId],
      ["last", backupId],
    ] as const)("list-short leaves the %s entry out and counts it", async (entry, left) => {
      await start();
      emulator.faults.add({ ...onBackups, fault: "list-short", entry });
      expect(await page(1)).toMatchObject({ ids: [left], meta: { total: 2 } });
    });

    it("list-shift passes over an entry at the beginning of a later page", async () => {
      await start();
      emulator.faults.add({ ...onBackups, fault: "list-pages", size: 1, times: "always" });
      const shift = emulator.faults.add({ ...onBackups, fault: "list-shift" });
      const { id } = emulator.snapshooter.addBackup(seed.snapshooter.jobId);
      expect((await page(1)).ids).toEqual([id]);
      expect(shift.seen).toBe(0);
      expect(await page(2)).toMatchObject({ ids: [expiredBackupId], meta: { last_page: 2, total: 2 } });
      expect((await page(2)).ids).toEqual([backupId]);
    });

    it("they need an operation that can do it", async () => {
      await start();
      const add = (fault: "list-pages" | "list-short" | "list-shift" | "join") => () =>
        emulator.faults.add({ ...onList, fault });
      expect(add("list-pages")).toThrow("needs an operation that answers a list in pages");
      expect(add("list-shift")).toThrow("needs an operation that answers a list in pages");
      expect(add("list-short")).toThrow("needs an operation that answers a list with a count");
      expect(add("join")).toThrow("needs an operation that takes a snapshot or creates a policy");
    });
  });
});

describe("clocks that are apart", () => {
  it("date entries by the storage's and answers by another one, or not at all", async () => {
    const nowMs = Date.UTC(2026, 10, 21, 12);
    let dateMs: number | undefined = nowMs + 600_000;
    await start({ now: () => nowMs, storageNow: () => nowMs - 360_000, date: () => dateMs });
    const reply = await create();
    expect(reply.json().snapshot.version).toBe("20261121-085400");
    expect(reply.headers["date"]).toBe("Sat, 21 Nov 2026 12:10:00 GMT");
    dateMs = undefined;
    expect((await list()).headers["date"]).toBeUndefined();
  });
});

describe("fault rules", () => {
  it("count what they saw and fired, skip first and stop after their times", async () => {
    await start();
    const active = emulator.faults.add({ ...onList, fault: "status", status: 503, skip: 1, times: 2 });
    const statuses: number[] = [];
    for (let request = 0; request < 5; request += 1) statuses.push((await list()).status);
    expect(statuses).toEqual([200, 503, 503, 200, 200]);
    expect(active).toMatchObject({ seen: 5, fired: 2 });
  });

  it("fire on their platform and operation only", async () => {
    await start();
    const active = emulator.faults.add({ ...onCreate, fault: "reset-before-commit" });
    expect((await list()).status).toBe(200);
    expect(active).toMatchObject({ seen: 0, fired: 0 });
  });

  it("fire on their target only", async () => {
    await start();
    const active = emulator.faults.add({ ...onList, target: "another-app", fault: "status", status: 503 });
    expect((await list()).status).toBe(200);
    emulator.discloud.addApp("another-app");
    const url = `${emulator.url}/discloud/v2/snapshot/another-app`;
    expect((await ask(url, { headers: headers() })).status).toBe(503);
    expect(active).toMatchObject({ seen: 1, fired: 1 });
  });

  it("fire one after another where two replace an answer, and together where they don't", async () => {
    await start();
    emulator.faults.add({ ...onList, fault: "status", status: 502 });
    emulator.faults.add({ ...onList, fault: "status", status: 503 });
    emulator.faults.add({ ...onList, fault: "foreign-snapshot" });
    expect((await list()).status).toBe(502);
    expect(emulator.requests.at(-1)?.faults).toEqual(["status", "foreign-snapshot"]);
    expect((await list()).status).toBe(503);
    expect((await list()).json().versions).toHaveLength(2);
  });

  it("are taken out of force by clear", async () => {
    await start();
    const active = emulator.faults.add({ ...onList, fault: "empty-body", times: "always" });
    await list();
    emulator.faults.clear();
    expect((await list()).text).not.toBe("");
    expect(active.fired).toBe(1);
    expect(emulator.faults.active).toEqual([]);
  });

  it("can be in force from the start", async () => {
    await start({ faults: [{ ...onList, fault: "html" }] });
    expect((await list()).text).toMatch(/^<!DOCTYPE/);
  });

  it.each([
    [{ platform: "heroku", fault: "cut" }, /unknown platform heroku; known: discloud, virtus, dscloud/],
    [{ platform: "virtus", operation: "delete", fault: "cut" }, /no operation delete; known: list-app-snapshots/],
    [{ platform: "virtus", operation: "get-me", fault: "list-lag", ms: 1 }, /needs an operation that answers a list/],
    [{ platform: "virtus", fault: "melt" }, /fault rule: fault: /],
    [{ platform: "virtus", fault: "cut", ms: 3 }, /fault rule: .*ms/],
    [{ platform: "virtus", fault: "cut", times: 0 }, /fault rule: times/],
  ])("that could never fire are refused: %j", async (rule, message) => {
    await start();
    expect(() => emulator.faults.add(rule as FaultRule)).toThrow(message);
    await expect(startEmulator({ faults: [rule as FaultRule] })).rejects.toThrow(message);
  });

  it("are read from a file's text, with the rule's number in what is wrong", async () => {
    await start();
    const text = JSON.stringify([
      { ...onList, fault: "slow", ms: 5 },
      { platform: "virtus", fault: "status" },
    ]);
    expect(() => parseFaults(text, "faults.json")).toThrow(/^faults\.json: rule 2: status: /);
    expect(() => parseFaults("{", "faults.json")).toThrow(/^faults\.json: not JSON/);
    expect(() => parseFaults("{}", "faults.json")).toThrow("faults.json: expected an array of fault rules");
    const rules = parseFaults(JSON.stringify([{ ...onList, fault: "slow", ms: 5 }]), "faults.json");
    expect(rules).toEqual([{ ...onList, fault: "slow", ms: 5, times: 1, skip: 0, when: "after" }]);
    expect(emulator.faults.add(rules[0] as FaultRule).rule).toEqual(rules[0]);
  });
});
