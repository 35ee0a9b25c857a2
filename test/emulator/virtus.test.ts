import { type Emulator, seed, startEmulator } from "../../emulator";
import { ask, signedIn } from "./ask";

const { appId, databaseId, accountId } = seed.virtus;

interface Entry {
  name: string;
  size: number;
  modified: string;
  key: string;
}

describe("the emulated Virtus Cloud", () => {
  let emulator: Emulator;
  let nowMs: number;
  const call = (path: string, method = "GET", body?: unknown) =>
    ask(`${emulator.url}/virtus/v2${path}`, {
      method,
      headers: signedIn(emulator.environment).virtus,
      ...(body === undefined ? {} : { body }),
    });
  const list = async (path = `/apps/${appId}`): Promise<Entry[]> => (await call(`${path}/snapshots`)).json().response;
  const create = (path = `/apps/${appId}`) => call(`${path}/snapshots`, "POST");
  const download = (collection: string, { name, key }: Entry) =>
    ask(`${emulator.url}/virtus-snapshots/${collection}/${accountId}/${name}.zip?${key.replaceAll(" ", "%20")}`);

  beforeEach(async () => {
    nowMs = Date.UTC(2026, 10, 21, 2, 30, 15, 250);
    emulator = await startEmulator({ now: () => nowMs });
  });
  afterEach(() => emulator.close());

  it("changes the signature of every key on every list, and nothing else", async () => {
    const [first, second] = [await list(), await list()];
    const signatures = [...first, ...second].map(({ key }) => /Signature=([^&]+)/.exec(key)?.[1]);
    expect(new Set(signatures).size).toBe(6);
    const unsigned = ({ key, ...entry }: Entry) => ({ ...entry, key: key.replace(/Signature=[^&]+/, "") });
    expect(first.map(unsigned)).toEqual(second.map(unsigned));
    nowMs += 60_000;
    expect((await list())[0]?.key).not.toContain(/Expires=(\d+)/.exec(first[0]?.key ?? "")?.[0]);
  });

  it("puts a versionId into the keys that a test asks for", async () => {
    Object.assign(emulator.virtus.versionIds, { appList: true, create: true, databaseList: false });
    const { key } = (await create()).json().response;
    const versionId = /versionId=([^&]+)/.exec(key)?.[1];
    expect(versionId).toBeDefined();
    const entries = await list();
    expect(entries[0]?.key.endsWith(`&versionId=${versionId}`)).toBe(true);
    expect(new Set(entries.map((entry) => /versionId=([^&]+)/.exec(entry.key)?.[1])).size).toBe(4);
    expect((await list(`/databases/${databaseId}`))[0]?.key).not.toContain("versionId");
  });

  it("adds what it made as the newest entry, of the one shared name", async () => {
    const before = await list();
    expect((await create()).status).toBe(200);
    const after = await list();
    expect(after[0]).toMatchObject({ name: before[0]?.name, modified: "2026-11-21T02:30:15.250Z" });
    expect(after.slice(1).map(({ modified }) => modified)).toEqual(before.map(({ modified }) => modified));
  });

  it("takes one create in five seconds for the whole account", async () => {
    expect((await create()).status).toBe(200);
    nowMs += 4_999;
    const refused = await create(`/databases/${databaseId}`);
    expect([refused.status, refused.json()]).toEqual([429, { status: "error", code: "KEEP_CALM" }]);
    nowMs += 1;
    expect((await create(`/databases/${databaseId}`)).status).toBe(200);
    expect((await list()).length + (await list(`/databases/${databaseId}`)).length).toBe(7);
  });

  it("takes (RAM/256)*2 creates in a rolling day, foreign ones uncounted", async () => {
    Object.assign(emulator.virtus, { createIntervalMs: 0, planMemoryMb: 512 });
    for (let index = 0; index < 3; index += 1) {
      expect((await create()).status).toBe(200);
      nowMs += 1000;
    }
    emulator.virtus.addSnapshot(appId);
    expect((await create(`/databases/${databaseId}`)).status).toBe(200);
    const refused = await create();
    expect([refused.status, refused.json()]).toEqual([429, { status: "error", code: "DAILY_SNAPSHOTS_LIMIT_REACHED" }]);
    nowMs += 86_400_000 - 3000;
    expect((await create()).status).toBe(200);
    expect((await create()).status).toBe(429);
  });

  it("keeps new entries out of its lists for the lag, or until released", async () => {
    emulator.virtus.setListLag(1_800_000);
    await create();
    expect(await list()).toHaveLength(3);
    nowMs += 1_800_000;
    expect(await list()).toHaveLength(4);
    emulator.virtus.setListLag(0);
    emulator.virtus.holdLists();
    const foreign = emulator.virtus.addSnapshot(appId);
    await create();
    expect(await list()).toHaveLength(4);
    emulator.virtus.releaseLists();
    expect((await list()).map(({ modified }) => Date.parse(modified))).toContain(foreign.modifiedMs);
    expect(await list()).toHaveLength(6);
  });

  it("serves the version that a key names, and the newest where it names none", async () => {
    emulator.virtus.versionIds.appList = true;
    const oldest = (await list())[2] as Entry;
    const versioned = await download("applications", oldest);
    emulator.virtus.versionIds.appList = false;
    const [newest, , unversioned] = (await list()) as [Entry, Entry, Entry];
    const first = await download("applications", newest);
    const second = await download("applications", unversioned);
    expect([versioned, first, second].map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(first.bytes.length).toBe(newest.size);
    expect(second.bytes.equals(first.bytes)).toBe(true);
    expect(versioned.bytes.equals(first.bytes)).toBe(false);
  });

  it("refuses a download without the right signature, path, account, time or version", async () => {
    const [entry] = (await list(`/databases/${databaseId}`)) as [Entry];
    expect((await download("databases", entry)).status).toBe(200);
    const { key } = entry;
    const wrong = [
      await download("applications", entry),
      await download("databases", { ...entry, name: "other" }),
      await download("databases", { ...entry, key: key.replace(/Signature=.{4}/, "Signature=AAAA") }),
      await download("databases", { ...entry, key: key.replace(/Expires=\d/, "Expires=9") }),
      await download("databases", { ...entry, key: key.replace(/&versionId=.*/, "") }),
      await download("databases", { ...entry, key: "" }),
      await ask(`${emulator.url}/virtus-snapshots/databases/1/${entry.name}.zip?${key}`),
    ];
    expect(wrong.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403, 403]);
    nowMs += 30 * 86_400_000;
    expect((await download("databases", entry)).status).toBe(403);
  });

  it("restores a database from a version of its own only", async () => {
    const path = `/databases/${databaseId}/snapshots/restore`;
    const [{ name, key }] = (await list(`/databases/${databaseId}`)) as [Entry];
    const versionId = /versionId=([^&]+)/.exec(key)?.[1] as string;
    const reply = await call(path, "POST", { snapshotId: name, versionId });
    expect([reply.status, reply.json()]).toEqual([200, { status: "success" }]);
    const refused = [
      await call(path, "POST", { snapshotId: "other", versionId }),
      await call(path, "POST", { snapshotId: name, versionId: "other" }),
      await call(path, "POST", { snapshotId: name }),
      await call(path, "POST"),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 404, 400, 400]);
    expect(emulator.virtus.restores).toEqual([{ databaseId, versionId, at: nowMs }]);
  });

  it("knows the account by an id that a number would spoil, its apps and its databases", async () => {
    const { user, applications, databases } = (await call("/users/me")).json().response;
    expect(user.id).toBe(accountId);
    expect(String(Number(accountId))).not.toBe(accountId);
    expect(applications.map(({ id }: { id: string }) => id)).toEqual([appId]);
    expect(databases.map(({ id }: { id: string }) => id)).toEqual([databaseId]);
    expect((await call("/apps/status")).json().response[0].id).toBe(appId);
  });

  it("answers 404 for what doesn't exist, and an app isn't a database", async () => {
    emulator.virtus.removeTarget(appId);
    emulator.virtus.addApp("added");
    for (const path of [`/apps/${appId}`, `/apps/${databaseId}`, "/databases/added"]) {
      expect([path, (await call(`${path}/snapshots`)).status]).toEqual([path, 404]);
      expect([path, (await create(path)).status]).toEqual([path, 404]);
    }
    expect(await list("/apps/added")).toEqual([]);
  });
});
