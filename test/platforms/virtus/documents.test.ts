import { type Emulator, seed, startEmulator } from "../../../emulator";
import { ask, signedIn } from "../../emulator/ask";
import { fixture } from "../../emulator/fixture";
import { shapeOf } from "../../emulator/shape";

const accessDenied = fixture<object>("virtus", "access-denied.401");
const listSnapshots = fixture<{ response: { modified: string; key: string }[] }>("virtus", "list-snapshots");

describe("the emulated Virtus Cloud answers as documented", () => {
  let emulator: Emulator;
  let headers: Record<string, string>;
  const { appId, databaseId, accountId, snapshotName } = seed.virtus;

  beforeEach(async () => {
    emulator = await startEmulator({ now: () => Date.UTC(2026, 10, 21) });
    headers = signedIn(emulator.environment).virtus;
  });
  afterEach(() => emulator.close());

  // https://docs.virtuscloud.app/api-reference/endpoint/apps/snapshots/get
  it("lists with the example's fields and types, newest first, one name for all", async () => {
    const reply = await ask(`${emulator.url}/virtus/v2/apps/${appId}/snapshots`, { headers });
    expect(reply.status).toBe(200);
    expect(shapeOf(reply.json())).toEqual(shapeOf(listSnapshots));
    const { response } = reply.json();
    expect(response.map((entry: { modified: string }) => entry.modified)).toEqual(
      listSnapshots.response.map((entry) => entry.modified),
    );
    expect(new Set(response.map((entry: { name: string }) => entry.name)).size).toBe(1);
    const placeholder = listSnapshots.response[0]?.key as string;
    for (const { key } of response) expect(key.startsWith(`${placeholder}&`)).toBe(true);
  });

  it("lists databases with the same shape and a versionId in each key", async () => {
    const reply = await ask(`${emulator.url}/virtus/v2/databases/${databaseId}/snapshots`, { headers });
    expect(shapeOf(reply.json())).toEqual(shapeOf(listSnapshots));
    for (const { key, name } of reply.json().response) {
      expect(name).toBe(databaseId);
      expect(key).toMatch(/&versionId=[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    }
  });

  // https://docs.virtuscloud.app/api-reference/endpoint/apps/snapshots/post
  it("creates with nothing but a url, built by the documented template, and a key", async () => {
    const reply = await ask(`${emulator.url}/virtus/v2/apps/${appId}/snapshots`, { method: "POST", headers });
    expect(reply.status).toBe(200);
    expect(shapeOf(reply.json())).toEqual({ status: "string", response: { url: "string", key: "string" } });
    const { url, key } = reply.json().response;
    expect(url).toBe(`${emulator.url}/virtus-snapshots/applications/${accountId}/${snapshotName}.zip?${key}`);
    expect(key).not.toContain("versionId");
  });

  // https://docs.virtuscloud.app/blob-reference/authentication
  it.each([
    ["no key", {}],
    ["a wrong key", { authorization: "wrong" }],
  ])("refuses %s with the documented body", async (_, wrong) => {
    const reply = await ask(`${emulator.url}/virtus/v2/apps/${appId}/snapshots`, { headers: wrong });
    expect(reply.status).toBe(401);
    expect(reply.json()).toEqual(accessDenied);
  });
});
