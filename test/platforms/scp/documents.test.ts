import { createHmac } from "node:crypto";
import { type Emulator, startEmulator } from "../../../emulator";
import { scpEmulator } from "../../../emulator/scp";
import { ask } from "../../emulator/ask";
import { fixture } from "../../emulator/fixture";
import { shapeOf } from "../../emulator/shape";

const listSnapshots = fixture<{ count: number; snapshots: Record<string, unknown>[] }>("scp", "list-snapshots");

// https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/listsnapshots/
describe("the emulated Samsung Cloud Platform answers as documented", () => {
  let emulator: Emulator;
  const { volumeId, snapshotId } = scpEmulator.seed;
  const { accessKey, secretKey } = scpEmulator.credentials;
  const get = (path: string, version: string) => {
    const url = `${emulator.url}/scp/virtualserver/v1${path}`;
    const signature = createHmac("sha256", secretKey)
      .update(`GET${url}1795219200000${accessKey}Openapi`)
      .digest("base64");
    return ask(url, {
      headers: {
        "Scp-Accesskey": accessKey,
        "Scp-Signature": signature,
        "Scp-Timestamp": "1795219200000",
        "Scp-ClientType": "Openapi",
        "Accept-Language": "en-US",
        "Scp-Api-Version": `virtualserver ${version}`,
      },
    });
  };

  beforeEach(async () => {
    emulator = await startEmulator({ now: () => Date.UTC(2026, 10, 21) });
  });
  afterEach(() => emulator.close());

  // The page shows the same example for all four versions.
  it.each(["1.3", "1.2", "1.1", "1.0"])("lists with the example's fields and types in version %s", async (version) => {
    const reply = await get(`/snapshots?volume_id=${volumeId}&limit=20&offset=0&with_count=True`, version);
    expect(reply.status).toBe(200);
    expect(shapeOf(reply.json())).toEqual(shapeOf(listSnapshots));
    const [documented] = listSnapshots.snapshots;
    const { user_id, ...rest } = documented as Record<string, unknown>;
    expect(reply.json()).toMatchObject({ count: 1, snapshots: [rest] });
    expect(reply.json().snapshots[0].user_id).toHaveLength(String(user_id).length);
  });

  it("shows one with the fields and types of the list's entry", async () => {
    const reply = await get(`/snapshots/${snapshotId}`, "1.3");
    expect(reply.status).toBe(200);
    expect(shapeOf(reply.json())).toEqual(shapeOf(listSnapshots.snapshots[0]));
  });

  it("takes the documented default of sort where none is given", async () => {
    const all = await get("/snapshots", "1.3");
    expect((await get("/snapshots?sort=created_at:desc", "1.3")).json()).toEqual(all.json());
  });
});
