import { seed } from "../../emulator";
import { linkToSnapshot, listSnapshots, showSnapshot } from "../../provider/resources/functions";
import type { Properties } from "../../provider/resources/host";
import { ask } from "../emulator/ask";
import { Stack } from "./stack";

const discloud: Properties = { platform: "discloud", appId: seed.discloud.appId };
const virtus: Properties = { platform: "virtus", appId: seed.virtus.appId };
const database: Properties = { platform: "virtus", databaseId: seed.virtus.databaseId };
const dscloud: Properties = { platform: "dscloud", appId: seed.dscloud.appId };

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start();
});
afterEach(() => stack.close());
const session = () => stack.process().session;
const refused = (attempt: () => Promise<unknown>) => Promise.resolve().then(attempt);

describe("getSnapshots", () => {
  it("lists a target newest first, each with the id that Snapshot.get takes", async () => {
    const items = await listSnapshots(session(), virtus);
    expect(items.map(({ createdAt }) => createdAt)).toEqual([
      "2024-06-27T06:23:42.326Z",
      "2024-06-26T07:05:40.000Z",
      "2024-06-25T05:15:51.533Z",
    ]);
    for (const item of items) {
      expect(item).toMatchObject({ ...virtus, connection: "virtus", status: "available" });
      expect(await stack.process().verbs.read(String(item["id"]), {})).toMatchObject({ id: item["id"] });
    }
  });

  it("returns at most as many as asked for, the newest", async () => {
    expect((await listSnapshots(session(), { ...dscloud, limit: 2 })).map(({ snapshotId }) => snapshotId)).toEqual([
      seed.dscloud.failedName,
      seed.dscloud.latestName,
    ]);
  });

  it("lists a whole Discloud account", async () => {
    stack.emulator.discloud.addSnapshot(seed.discloud.emptyAppId);
    const items = await listSnapshots(session(), { platform: "discloud" });
    expect(items.map(({ appId }) => appId)).toEqual([seed.discloud.emptyAppId, seed.discloud.appId]);
    expect(items[0]?.["id"]).toBe(`discloud/app/${seed.discloud.emptyAppId}/20261120-233015`);
  });

  it.each<[string, Properties, RegExp]>([
    [
      "a whole account where the API can't",
      { platform: "virtus" },
      /one app or database at a time; name it with appId or databaseId/,
    ],
    [
      "a platform that is none",
      { platform: "heroku" },
      /"heroku" is not a platform; it is one of virtus, dscloud, discloud/,
    ],
    [
      "an argument that is none",
      { ...discloud, appid: "1" },
      /unknown argument "appid" for Discloud; did you mean "appId"\?/,
    ],
    ["a target of another form", { platform: "discloud", appId: "all" }, /appId "all" means every app/],
    ["two targets", { ...virtus, databaseId: seed.virtus.databaseId }, /appId or databaseId, not both/],
    ["a limit of none", { ...discloud, limit: 0 }, /limit must be a whole number above zero/],
    ["a limit in parts", { ...discloud, limit: 1.5 }, /limit must be a whole number above zero/],
    ["a connection that nothing sets", { ...discloud, connection: "second" }, /connection "second"/],
  ])("refuses %s, before any request", async (_title, query, message) => {
    await expect(refused(() => listSnapshots(session(), query))).rejects.toThrow(message);
    expect(stack.emulator.requests).toEqual([]);
  });

  it("takes another account by its connection", async () => {
    const token = stack.environment["DISCLOUD_TOKEN"];
    stack.config = { second: { platform: "discloud", token, url: stack.environment["DISCLOUD_API_URL"] } };
    stack.environment = {};
    const items = await listSnapshots(session(), { ...discloud, connection: "second" });
    expect(items).toMatchObject([{ connection: "second", snapshotId: seed.discloud.version }]);
  });
});

describe("getSnapshot", () => {
  it.each<[string, Properties, string]>([
    ["by the platform's own id", { ...discloud, id: seed.discloud.version }, seed.discloud.version],
    [
      "by the resource's id",
      { ...discloud, id: `discloud/app/${seed.discloud.appId}/${seed.discloud.version}` },
      seed.discloud.version,
    ],
    ["by a name with blanks and colons", { ...dscloud, id: seed.dscloud.latestName }, seed.dscloud.latestName],
    ["by its time", { ...virtus, id: "2024-06-26T07:05:40.000Z" }, "2024-06-26T07:05:40.000Z"],
    ["as the newest usable one", { ...dscloud, id: "latest" }, seed.dscloud.latestName],
  ])("finds one %s", async (_title, query, snapshotId) => {
    expect(await showSnapshot(session(), query)).toMatchObject({ snapshotId, status: "available" });
  });

  it.each<[string, Properties, RegExp]>([
    ["that isn't there", { ...virtus, id: "nothing" }, /app \w+ has no snapshot nothing: /],
    ["without an id", discloud, /no id: give a snapshot's own id or "latest"/],
    ["without a target", { platform: "discloud", id: "latest" }, /no target: name it with appId/],
    [
      "as latest where there is none",
      { platform: "discloud", appId: seed.discloud.emptyAppId, id: "latest" },
      /has no usable snapshot/,
    ],
  ])("fails for one %s", async (_title, query, message) => {
    await expect(refused(() => showSnapshot(session(), query))).rejects.toThrow(message);
  });
});

describe("getDownloadLink", () => {
  it.each<[string, Properties, RegExp]>([
    ["Discloud", { ...discloud, id: "latest" }, /^PK.*discloud 1745338954955 20241207-190711/s],
    ["a Virtus Cloud app", { ...virtus, id: "latest" }, /^PK.*virtus app/s],
    ["a Virtus Cloud database", { ...database, id: "latest" }, /^PK.*virtus database/s],
    ["DS Cloud", { ...dscloud, id: "latest" }, /^PK.*Backup at 2025-06-14 09:48:16/s],
  ])("gives a link that downloads, on %s", async (_title, query, content) => {
    const { url } = await linkToSnapshot(session(), query);
    const file = await ask(url);
    expect(file.status).toBe(200);
    expect(file.text).toMatch(content);
  });

  it("is fresh each time where it is signed", async () => {
    const link = () => linkToSnapshot(session(), { ...discloud, id: "latest" });
    const [one, two] = [await link(), await link()];
    expect(one.url).not.toBe(two.url);
    expect(Date.parse(one.expiresAt ?? "")).toBeGreaterThan(stack.clock.now());
  });
});
