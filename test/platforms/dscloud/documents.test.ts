import { type Emulator, seed, startEmulator } from "../../../emulator";
import { ask, signedIn } from "../../emulator/ask";
import { fixture } from "../../emulator/fixture";
import { shapeOf } from "../../emulator/shape";

interface Backup {
  name: string;
  size: number;
  modified: string;
  key: string;
  created_at: string;
}

const listBackups = fixture<{ response: Backup[] }>("dscloud", "list-backups");

describe("the emulated DS Cloud answers as documented", () => {
  let emulator: Emulator;
  let headers: Record<string, string>;
  const { appId, accountId } = seed.dscloud;

  beforeEach(async () => {
    emulator = await startEmulator();
    headers = signedIn(emulator.environment).dscloud;
  });
  afterEach(() => emulator.close());

  const list = async () => (await ask(`${emulator.url}/dscloud/v3/apps/${appId}/backups`, { headers })).json();

  // https://dscloud.mintlify.app/api-reference/endpoint/apps/backups/get
  it("lists with the example's fields and types", async () => {
    expect(shapeOf(await list())).toEqual(shapeOf(listBackups));
  });

  it("keeps the example's quirks: repeated keys, created after modified, oldest first", async () => {
    const quirks = ({ response }: { response: Backup[] }) => ({
      repeatedKey: new Set(response.map(({ key }) => key)).size < response.length,
      sameSizeWithKey: response.every(({ key, size }) => response.every((o) => o.key !== key || o.size === size)),
      createdAfterModified: response.some((o) => Date.parse(o.created_at) > Date.parse(o.modified)),
      createdBeforeModified: response.some((o) => Date.parse(o.created_at) < Date.parse(o.modified)),
      oldestFirst: response.every((o, i) => i === 0 || o.created_at > (response[i - 1]?.created_at ?? "")),
      names: response.every(({ name }) => /^Backup at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(name)),
      keys: response.every(({ key }) => /^[0-9a-f]{40}$/.test(key)),
    });
    expect(quirks(await list())).toEqual(quirks(listBackups));
    expect(Object.values(quirks(listBackups))).not.toContain(false);
  });

  it("refuses a missing and a wrong key with the documented status word", async () => {
    for (const wrong of [{}, { authorization: "wrong" }]) {
      const reply = await ask(`${emulator.url}/dscloud/v3/apps/${appId}/backups`, { headers: wrong });
      expect([reply.status, reply.json().status]).toEqual([401, "error"]);
    }
  });

  it("serves a download at the documented template, with the separator _ and the name encoded", async () => {
    for (const { name, key } of (await list()).response) {
      const url = `${emulator.url}/dscloud-backups/${accountId}_${encodeURIComponent(name)}.zip?${key}`;
      const reply = await ask(url);
      expect([reply.status, reply.headers["content-type"]]).toEqual([200, "application/zip"]);
    }
    const { name, key } = (await list()).response[0];
    const literal = `${emulator.url}/dscloud-backups/${accountId}/_${encodeURIComponent(name)}.zip?${key}`;
    expect((await ask(literal)).status).toBe(404);
  });
});
