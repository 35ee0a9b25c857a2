import { type Emulator, seed, startEmulator } from "../../emulator";
import { ask, signedIn } from "./ask";

const { appId, emptyAppId, version } = seed.discloud;

describe("the emulated Discloud", () => {
  let emulator: Emulator;
  let nowMs: number;
  const call = (path: string, method = "GET") =>
    ask(`${emulator.url}/discloud/v2${path}`, { method, headers: signedIn(emulator.environment).discloud });

  beforeEach(async () => {
    nowMs = Date.UTC(2026, 10, 21, 2, 30, 15, 250);
    emulator = await startEmulator({ now: () => nowMs });
  });
  afterEach(() => emulator.close());

  it("names a version by its zone's clock, and takes the next second where one is taken", async () => {
    const versions: string[] = [];
    for (let index = 0; index < 3; index += 1)
      versions.push((await call(`/snapshot/${appId}`, "POST")).json().snapshot.version);
    expect(versions).toEqual(["20261120-233015", "20261120-233016", "20261120-233017"]);
    emulator.discloud.removeSnapshot(appId, "20261120-233017");
    expect((await call(`/snapshot/${appId}`, "POST")).json().snapshot.version).toBe("20261120-233018");
    emulator.discloud.utcOffsetMinutes = 0;
    expect((await call(`/snapshot/${emptyAppId}`, "POST")).json().snapshot.version).toBe("20261121-023015");
  });

  it("shows what it made in allVersions and both lists, and proves an empty list by 404", async () => {
    expect((await call(`/snapshot/${emptyAppId}`)).status).toBe(404);
    const { snapshot } = (await call(`/snapshot/${emptyAppId}`, "POST")).json();
    expect(snapshot.allVersions.map((item: { version: string }) => item.version)).toEqual([snapshot.version]);
    expect((await call(`/snapshot/${emptyAppId}`)).json().versions).toEqual(snapshot.allVersions);
    expect((await call("/snapshot")).json().snapshots).toEqual([
      { appID: emptyAppId, ...snapshot.allVersions[0] },
      expect.objectContaining({ appID: appId, version }),
    ]);
    emulator.discloud.removeSnapshot(emptyAppId, snapshot.version);
    emulator.discloud.removeSnapshot(appId, version);
    expect((await call(`/snapshot/${emptyAppId}`)).status).toBe(404);
    expect((await call("/snapshot")).status).toBe(404);
  });

  it("pages the account's list, newest first, and leaves size and date out of a summary", async () => {
    for (let index = 0; index < 4; index += 1) emulator.discloud.addSnapshot(emptyAppId);
    const seen: string[] = [];
    for (const page of [1, 2, 3]) {
      const { snapshots } = (await call(`/snapshot?limit=2&page=${page}&summary=true`)).json();
      for (const item of snapshots) {
        expect(Object.keys(item)).toEqual(["appID", "version"]);
        seen.push(item.version);
      }
    }
    expect(seen).toHaveLength(5);
    expect(seen).toEqual([...seen].sort().reverse());
    expect((await call("/snapshot?limit=2&page=4")).status).toBe(404);
  });

  it("mints another link each time, which works until it expires", async () => {
    const link = async () => (await call(`/snapshot/${appId}/versions/${version}`)).json().download;
    const [first, second] = [await link(), await link()];
    expect(first.url).not.toBe(second.url);
    expect(first.expiresAt).toBe("2026-11-21T03:30:15.250Z");
    const reply = await ask(first.url);
    expect([reply.status, reply.bytes.length]).toEqual([200, first.size]);
    expect(reply.text).toContain(`discloud ${appId} ${version}\n`);
    nowMs += 3_600_000;
    expect((await ask(first.url)).status).toBe(404);
  });

  it("counts 60 requests a minute down in its headers, refuses the next, and starts again", async () => {
    const counted = (headers: Record<string, string>) =>
      ["limit", "remaining", "reset"].map((name) => headers[`ratelimit-${name}`]);
    expect(counted((await call("/user")).headers)).toEqual(["60", "59", "60"]);
    nowMs += 30_500;
    for (let index = 0; index < 58; index += 1) await call("/user");
    expect(counted((await call("/user")).headers)).toEqual(["60", "0", "30"]);
    const refused = await call(`/snapshot/${appId}`, "POST");
    expect([refused.status, ...counted(refused.headers)]).toEqual([429, "60", "0", "30"]);
    expect(emulator.discloud.apps.get(appId)?.snapshots.present()).toHaveLength(1);
    nowMs += 29_500;
    expect(counted((await call("/user")).headers)).toEqual(["60", "59", "60"]);
  });

  it("takes another limit from a test", async () => {
    Object.assign(emulator.discloud.rateLimit, { limit: 1, windowMs: 1000 });
    expect((await call("/user")).status).toBe(200);
    expect((await call("/user")).headers["ratelimit-reset"]).toBe("1");
    expect((await call("/user")).status).toBe(429);
  });

  it("tells an app that is gone from one that is empty", async () => {
    emulator.discloud.removeApp(emptyAppId);
    expect((await call(`/app/${emptyAppId}`)).status).toBe(404);
    expect((await call(`/app/${appId}`)).json().apps.id).toBe(appId);
    expect((await call(`/snapshot/${emptyAppId}`, "POST")).status).toBe(404);
  });

  it("refuses a plan with 404 on every snapshot route, and still describes the app", async () => {
    emulator.discloud.planRefused = true;
    for (const [path, method] of [
      ["/snapshot", "GET"],
      [`/snapshot/${appId}`, "GET"],
      [`/snapshot/${appId}`, "POST"],
      [`/snapshot/${appId}/versions/${version}`, "GET"],
    ] as const) {
      const reply = await call(path, method);
      expect([reply.status, reply.json().message]).toEqual([404, expect.stringContaining("only available")]);
    }
    expect((await call(`/app/${appId}`)).status).toBe(200);
  });

  it("is busy for so many creates, or until told otherwise", async () => {
    const post = async () => (await call(`/snapshot/${appId}`, "POST")).status;
    emulator.discloud.setBusy(appId, 2);
    expect([await post(), await post(), await post()]).toEqual([409, 409, 200]);
    emulator.discloud.setBusy(appId, true);
    expect([await post(), await post()]).toEqual([409, 409]);
    emulator.discloud.setBusy(appId, false);
    expect(await post()).toBe(200);
  });

  it("can miss, rename or retype every field that the documents leave open", async () => {
    const { assumed } = emulator.discloud;
    const app = async () => (await call(`/snapshot/${appId}`)).json();
    const account = async () => (await call("/snapshot")).json();
    const places: Record<keyof typeof assumed, [name: string, holder: () => Promise<Record<string, unknown>>]> = {
      versions: ["versions", app],
      versionsItemVersion: ["version", async () => (await app()).versions[0]],
      versionsItemSize: ["size", async () => (await app()).versions[0]],
      versionsItemDate: ["date", async () => (await app()).versions[0]],
      accountList: ["snapshots", account],
      accountItemAppId: ["appID", async () => (await account()).snapshots[0]],
      accountItemVersion: ["version", async () => (await account()).snapshots[0]],
      accountItemSize: ["size", async () => (await account()).snapshots[0]],
      accountItemDate: ["date", async () => (await account()).snapshots[0]],
    };
    for (const [field, [name, holder]] of Object.entries(places)) {
      const key = field as keyof typeof assumed;
      const original = await holder();
      expect(original).toHaveProperty(name);
      assumed[key] = { omit: true };
      expect(await holder()).not.toHaveProperty(name);
      assumed[key] = { name: "renamed" };
      expect((await holder())["renamed"]).toEqual(original[name]);
      assumed[key] = { value: () => 7 };
      expect((await holder())[name]).toBe(7);
      assumed[key] = {};
      expect(await holder()).toEqual(original);
    }
    expect(Object.keys(places).sort()).toEqual(Object.keys(assumed).sort());
  });
});
