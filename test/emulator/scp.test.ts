import { createHmac } from "node:crypto";
import { type Emulator, startEmulator } from "../../emulator";
import { scpEmulator } from "../../emulator/scp";
import { checkSignature } from "../../emulator/scp/signature";
import { ask } from "./ask";

type ScpState = ReturnType<typeof scpEmulator.start>["state"];
type Service = keyof ScpState["versions"];

const { volumeId, snapshotId, attachedVolumeId, fileVolumeId, serverId } = scpEmulator.seed;
const { accessKey, secretKey } = scpEmulator.credentials;
const nowhere = "00000000-0000-4000-8000-000000000000";

/** Signs as documented, independently of the emulator's implementation. */
const sign = (method: string, url: string, timestamp: string, key = accessKey, secret = secretKey) =>
  createHmac("sha256", secret).update(`${method}${url}${timestamp}${key}Openapi`).digest("base64");

// https://docs.e.samsungsdscloud.com/en/apireference/api-common/
describe("the emulator's reading of a signature", () => {
  const host = "https://virtualserver.kr-west1.e.samsungsdscloud.com/v1";
  const credentials = { accessKey: "AKTESTACCESSKEY", secretKey: "sk-test-secret" };
  const check = (method: string, url: string, signature: string, change: Record<string, string | undefined> = {}) => {
    const headers: Record<string, string | undefined> = {
      "scp-accesskey": credentials.accessKey,
      "scp-signature": signature,
      "scp-timestamp": "1605290625682",
      "scp-clienttype": "Openapi",
      ...change,
    };
    return checkSignature({ method, url, header: (name) => headers[name] }, credentials);
  };
  const vectors = [
    ["GET", `${host}/snapshots`, "5iDfMXrGqCVXk/3DM2cO1kZBrpKVih5erjmh4IDAzqg="],
    [
      "GET",
      `${host}/snapshots?volume_id=3f500f00-ed80-4566-a057-e31760226f9a&limit=20`,
      "5nXywd4XlBj7X78hX/YwNoKj90FaPsAPZ9j/BpIsUO0=",
    ],
    ["GET", `${host}/snapshots?sort=created_at:desc`, "GmDMMI33EiS84XdczAieQDO0XhYvxFdNlWe+q20cypk="],
    ["GET", `${host}/snapshots?sort=created_at%3Adesc`, "JWwToXF5dPJ2YXylaYvf8VVKlaGqmj9Jkk/w+XVlJ7I="],
    ["GET", `${host}/snapshots?name=my%20snap`, "kasZbXkfJxQqBC+/XcJku+RQAdsh3jiumtjJ6smfYPw="],
    ["POST", `${host}/snapshots`, "hDpQg23/v3sSpIrOf+LzJGBGq1AvTmZQ4BlG41txXyo="],
    [
      "DELETE",
      `${host}/snapshots/cceed636-1f1e-4bb0-b85c-4e5b9e0bf790`,
      "Fmitvwr8PfMAweHqyqiqqb3kGzYH46mkTJhv/olxjlE=",
    ],
    [
      "POST",
      "https://backup.kr-west1.e.samsungsdscloud.com/v1/backups",
      "PmDcbPc/ljOC46lFLkMnaxAGPwGCQ7qgiMsL9p9ix4k=",
    ],
    ["GET", "http://127.0.0.1:8080/v1/snapshots", "PfkPe8eqCYqKRm5chX/CzjWiil3huf5dqM2vJtiRccQ="],
  ] as const;

  it.each(vectors)("accepts %s %s with its signature", (method, url, signature) => {
    expect(check(method, url, signature)).toBe("right");
    expect(sign(method, url, "1605290625682", credentials.accessKey, credentials.secretKey)).toBe(signature);
  });

  it("accepts no vector's signature for another vector's request", () => {
    for (const [method, url, own] of vectors) {
      const accepted = vectors.filter(([, , signature]) => check(method, url, signature) === "right");
      expect(accepted.map(([, , signature]) => signature)).toEqual([own]);
    }
  });

  it.each([
    ["another method", "PUT", {}],
    ["another timestamp", "GET", { "scp-timestamp": "1605290625683" }],
    ["another access key", "GET", { "scp-accesskey": "AKOTHER" }],
    ["another client type", "GET", { "scp-clienttype": "OpenApi" }],
    ["a signature in the URL's alphabet", "GET", { "scp-signature": "5iDfMXrGqCVXk_3DM2cO1kZBrpKVih5erjmh4IDAzqg" }],
  ])("finds %s wrong", (_, method, change) => {
    const [, url, signature] = vectors[0];
    expect(check(method, url, signature, change)).toBe("wrong");
  });

  it.each(["scp-accesskey", "scp-signature", "scp-timestamp", "scp-clienttype"])("misses %s", (name) => {
    const [method, url, signature] = vectors[0];
    expect(check(method, url, signature, { [name]: undefined })).toBe("missing");
  });
});

describe("the emulated Samsung Cloud Platform", () => {
  let emulator: Emulator & { readonly scp: ScpState };
  let nowMs: number;

  const pinned: Record<Service, string> = { virtualserver: "1.3", backup: "1.2", filestorage: "1.1" };
  const request = (
    service: Service,
    path: string,
    options: {
      method?: string;
      body?: unknown;
      version?: string | undefined;
      signature?: string;
      timestamp?: string;
    } = {},
  ) => {
    const url = `${emulator.url}/scp/${service}/v1${path}`;
    const method = options.method ?? "GET";
    const timestamp = options.timestamp ?? String(nowMs);
    const version = "version" in options ? options.version : `${service} ${pinned[service]}`;
    return ask(url, {
      method,
      headers: {
        "Scp-Accesskey": accessKey,
        "Scp-Signature": options.signature ?? sign(method, url, timestamp),
        "Scp-Timestamp": timestamp,
        "Scp-ClientType": "Openapi",
        ...(version === undefined ? {} : { "Scp-Api-Version": version }),
        // Node's client does not frame the body of a DELETE automatically.
        ...(options.body === undefined
          ? {}
          : { "Content-Length": String(Buffer.byteLength(JSON.stringify(options.body))) }),
      },
      ...(options.body === undefined ? {} : { body: options.body }),
    });
  };
  const server = (path: string, method = "GET", body?: unknown, version = "1.3") =>
    request("virtualserver", path, { method, body, version: `virtualserver ${version}` });
  const backup = (path: string, method = "GET", body?: unknown, version = "1.2") =>
    request("backup", path, { method, body, version: `backup ${version}` });
  const files = (path: string, method = "GET", body?: unknown) => request("filestorage", path, { method, body });

  const create = async (name: string, more: object = {}) =>
    (await server("/snapshots", "POST", { name, volume_id: volumeId, ...more })).json();
  const names = async (query = ""): Promise<string[]> =>
    (await server(`/snapshots?volume_id=${volumeId}${query}`))
      .json()
      .snapshots.map(({ name }: { name: string }) => name);

  beforeEach(async () => {
    nowMs = Date.UTC(2026, 10, 21, 3, 30, 15, 250);
    emulator = (await startEmulator({ now: () => nowMs })) as typeof emulator;
  });
  afterEach(() => emulator.close());

  describe("requests", () => {
    it("find their way by the connection's variables", () => {
      const own = Object.entries(emulator.environment).filter(([name]) => name.startsWith("SCP_"));
      expect(Object.fromEntries(own)).toEqual({
        SCP_ACCESS_KEY: accessKey,
        SCP_SECRET_KEY: secretKey,
        SCP_REGION: "kr-west1",
        SCP_VIRTUALSERVER_URL: `${emulator.url}/scp/virtualserver/v1`,
        SCP_BACKUP_URL: `${emulator.url}/scp/backup/v1`,
        SCP_FILESTORAGE_URL: `${emulator.url}/scp/filestorage/v1`,
      });
    });

    it("are signed over the URL byte for byte, however it is escaped", async () => {
      const seen: number[] = [];
      for (const query of [
        "",
        "?sort=created_at:desc",
        "?sort=created_at%3Adesc",
        "?sort=created%5fat%3adesc",
        "?name=my%20snap",
        "?name=my+snap",
        "?limit=20&volume_id=%33f500f00-ed80-4566-a057-e31760226f9a",
      ]) {
        seen.push((await server(`/snapshots${query}`)).status);
      }
      expect(seen).toEqual([200, 200, 200, 200, 200, 200, 200]);
      const other = sign("GET", `${emulator.url}/scp/virtualserver/v1/snapshots?name=my%20snap`, String(nowMs));
      expect((await request("virtualserver", "/snapshots?name=my+snap", { signature: other })).status).toBe(401);
      expect(emulator.scp.timestamps).toEqual(Array(7).fill(nowMs));
    });

    it.each([
      ["", "list"],
      [`/${snapshotId}`, "one that exists"],
      [`/${nowhere}`, "one that doesn't"],
    ])("without the headers get the gateway's 404, whatever they ask for: %s", async (path) => {
      const reply = await ask(`${emulator.url}/scp/virtualserver/v1/snapshots${path}`, {
        headers: { "Scp-Accesskey": accessKey },
      });
      expect([reply.status, reply.json()]).toEqual([
        404,
        {
          timestamp: "2026-11-21T03:30:15.250+00:00",
          path: `/scp/virtualserver/v1/snapshots${path}`,
          status: 404,
          error: "Not Found",
          requestId: expect.any(String),
        },
      ]);
    });

    it("get the gateway's 404 for a route that isn't there", async () => {
      for (const [method, path] of [
        ["GET", "/nothing"],
        ["PATCH", `/snapshots/${snapshotId}`],
        ["POST", `/snapshots/${snapshotId}/restore`],
        ["GET", "/snapshots/"],
      ] as const) {
        const reply = await server(path, method);
        expect([path, reply.status, reply.json().error, reply.json().errors]).toEqual([
          path,
          404,
          "Not Found",
          undefined,
        ]);
      }
    });

    it.each([
      ["a wrong signature", "/snapshots", { signature: "c2lnbmF0dXJl" }],
      ["a timestamp in seconds", "/snapshots", { timestamp: "1795219200" }],
      ["an empty segment", "/snapshots//", {}],
      ["an empty id", "/volumes//revert", { method: "POST" }],
    ])("are refused for %s with 401 and the service's envelope", async (_, path, options) => {
      const reply = await request("virtualserver", path, options);
      expect(reply.status).toBe(401);
      const [error] = reply.json().errors;
      expect(error).toMatchObject({ status: 401, detail: expect.stringContaining("HMAC validation") });
      for (const [name, type] of Object.entries({ code: "string", title: "string", request_id: "string" })) {
        expect(typeof error[name]).toBe(type);
      }
      expect(emulator.scp.timestamps).toEqual([]);
    });

    it("may be refused for a timestamp too far from the clock", async () => {
      const late = () => request("virtualserver", "/snapshots", { timestamp: String(nowMs - 300_001) });
      expect((await late()).status).toBe(200);
      emulator.scp.maxSkewMs = 300_000;
      expect((await late()).status).toBe(401);
      expect((await server("/snapshots")).status).toBe(200);
      expect(emulator.scp.timestamps).toEqual([nowMs - 300_001, nowMs]);
    });

    it("are refused once the credentials are revoked or others", async () => {
      emulator.faults.add({ platform: "scp", operation: "list-snapshots", fault: "revoke-credentials" });
      expect((await server("/snapshots")).status).toBe(401);
      expect((await server("/snapshots")).status).toBe(401);
    });

    it.each<[Service, string, string, unknown]>([
      ["virtualserver", "GET", `/snapshots/${snapshotId}`, undefined],
      ["virtualserver", "PUT", `/snapshots/${snapshotId}`, { name: "a" }],
      ["virtualserver", "DELETE", `/snapshots/${snapshotId}`, undefined],
      ["virtualserver", "GET", `/volumes/${volumeId}`, undefined],
      ["virtualserver", "POST", "/snapshots", { name: "a", volume_id: volumeId }],
      ["virtualserver", "GET", `/servers/${serverId}`, undefined],
      ["filestorage", "GET", `/volumes/${fileVolumeId}`, undefined],
      ["filestorage", "GET", `/snapshots?volume_id=${fileVolumeId}`, undefined],
      ["filestorage", "GET", `/snapshot-schedules?volume_id=${fileVolumeId}`, undefined],
    ])(
      "of another account get the 404 of %s for %s %s, as if nothing were there",
      async (service, method, path, body) => {
        emulator.scp.access.isOtherAccount = true;
        const reply = await request(service, path, { method, ...(body === undefined ? {} : { body }) });
        expect([reply.status, reply.json().errors[0].status]).toEqual([404, 404]);
        expect(emulator.scp.virtualserver.snapshotsOf(volumeId)).toMatchObject([
          { id: snapshotId, name: "snapshot-1" },
        ]);
      },
    );

    it("of another account see no backup either, and lists without an entry", async () => {
      emulator.scp.access.isOtherAccount = true;
      const { id } = emulator.scp.backup.addPolicy(serverId, { name: "nightly" });
      const get = async (service: Service, path: string) => (await request(service, path)).json();
      expect(await get("virtualserver", `/snapshots?volume_id=${volumeId}`)).toEqual({ count: 0, snapshots: [] });
      expect(await get("backup", `/backups/${id}`)).toMatchObject({ errors: [{ status: 404 }] });
      expect(await get("backup", "/backups")).toEqual({ contents: [], count: 0 });
      expect(await get("backup", "/backups/check-name-duplication?backup_name=nightly")).toEqual({ result: false });
    });

    it.each(["virtualserver 9.9", "virtualserver 1.6", "backup 1.2", "1.3", "virtualserver v1.3"])(
      "are refused for the version %s with 406",
      async (version) => {
        const reply = await request("virtualserver", "/snapshots", { version });
        expect([reply.status, reply.json().errors[0].status]).toEqual([406, 406]);
      },
    );

    it("without a version get the current one, or 406 where one is demanded", async () => {
      const { id } = emulator.scp.backup.addPolicy(serverId);
      const remove = () => request("backup", `/backups/${id}`, { method: "DELETE", version: undefined });
      expect((await remove()).status).toBe(400); // the current version requires a session
      emulator.scp.versionRequired = true;
      expect((await remove()).status).toBe(406);
      expect((await backup(`/backups/${id}`, "DELETE")).status).toBe(200);
    });

    it("follow the versions that a test takes away", async () => {
      expect((await server("/snapshots")).status).toBe(200);
      emulator.scp.versions.virtualserver = [{ id: "1.5", status: "CURRENT", notBefore: null }];
      expect((await server("/snapshots")).status).toBe(406);
    });

    it("for the versions need no signature", async () => {
      const reply = await ask(`${emulator.url}/scp/virtualserver`);
      expect(reply.status).toBe(200);
      expect(reply.json().versions).toContainEqual({
        id: "v1.2",
        links: [{ href: `${emulator.url}/scp/virtualserver/v1`, rel: "self" }],
        not_before: "2026-08-31",
        status: "SUPPORTED",
      });
      for (const service of ["virtualserver", "backup", "filestorage"]) {
        const { versions } = (await ask(`${emulator.url}/scp/${service}`)).json();
        expect(versions.filter(({ status }: { status: string }) => status === "CURRENT")).toHaveLength(1);
      }
    });

    it("that fail say so in a text, an array, or an array of objects", async () => {
      const detail = async () =>
        (await server("/snapshots", "POST", { name: "a.b", metadata: "" })).json().errors[0].detail;
      const texts = [expect.stringContaining("^[a-zA-Z0-9-_ ]+$"), "volume_id: Field required", "metadata is invalid"];
      expect(await detail()).toMatch(/^name: .*; volume_id: Field required; metadata is invalid$/);
      emulator.scp.detail = "array";
      expect(await detail()).toEqual(texts);
      emulator.scp.detail = "objects";
      expect(await detail()).toMatchObject([
        { loc: ["body", "name"], msg: texts[0] },
        { loc: ["body", "volume_id"], msg: texts[1] },
        { loc: ["body", "metadata"], msg: texts[2] },
      ]);
    });

    it("are failed on command in the words of who fails them", async () => {
      const onList = { platform: "scp", operation: "list-snapshots", fault: "status" } as const;
      for (const status of [403, 404, 500, 503]) emulator.faults.add({ ...onList, status });
      const replies = [];
      for (let index = 0; index < 4; index += 1) replies.push((await server("/snapshots")).json());
      expect(replies).toMatchObject([
        { errors: [{ status: 403, detail: "Action definition is not found" }] },
        { errors: [{ status: 404 }] },
        { errors: [{ status: 500, code: "ContactAdminForAssistance" }] },
        { status: 503, error: "Service Unavailable" },
      ]);
      expect(replies[3]).not.toHaveProperty("errors");
    });

    it("are recorded without a secret, with the target they are about", async () => {
      await create("mine");
      await server(`/snapshots/${snapshotId}`);
      await files("/snapshots", "POST", { volume_id: fileVolumeId });
      expect(emulator.requests).toMatchObject([
        { platform: "scp", operation: "create-snapshot", target: volumeId, changes: true, committed: true },
        { operation: "get-snapshot", target: volumeId, changes: false },
        { operation: "create-file-snapshot", target: fileVolumeId, committed: true },
      ]);
      expect(emulator.requests[0]?.headerNames).toContain("scp-signature");
      expect(JSON.stringify(emulator.requests)).not.toContain(secretKey);
      expect(JSON.stringify(emulator.requests)).not.toContain(accessKey);
    });
  });

  describe("snapshots", () => {
    const status = async (id: string) => (await server(`/snapshots/${id}`)).json().status;
    const remove = async (id: string) => (await server(`/snapshots/${id}`, "DELETE")).status;

    it("are accepted with 202, and go from creating to available by the clock", async () => {
      const reply = await server("/snapshots", "POST", { name: "nightly 1", volume_id: volumeId, description: "d" });
      expect([reply.status, reply.json()]).toEqual([
        202,
        {
          created_at: "2026-11-21T03:30:15Z",
          description: "d",
          id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
          metadata: {},
          name: "nightly 1",
          size: 104,
          status: "creating",
          updated_at: null,
          user_id: expect.any(String),
          volume_id: volumeId,
        },
      ]);
      const { id } = reply.json();
      nowMs += 999;
      expect(await status(id)).toBe("creating");
      nowMs += 1;
      expect(await status(id)).toBe("available");
    });

    it("end in another word, or never, where told so, and can be moved by hand", async () => {
      emulator.scp.virtualserver.outcome = "error";
      const failing = await create("failing");
      emulator.scp.virtualserver.creatingMs = Number.POSITIVE_INFINITY;
      const stuck = await create("stuck");
      nowMs += 86_400_000;
      expect([await status(failing.id), await status(stuck.id)]).toEqual(["error", "creating"]);
      emulator.scp.virtualserver.setStatus(stuck.id, "available");
      expect(await status(stuck.id)).toBe("available");
      emulator.scp.virtualserver.setStatus(stuck.id, undefined);
      expect(emulator.scp.virtualserver.statusOf(stuck.id)).toBe("creating");
    });

    it.each([
      ["no name", { name: undefined }, "name"],
      ["an empty name", { name: "" }, "name"],
      ["null for a name", { name: null }, "name"],
      ["a name of 256 characters", { name: "a".repeat(256) }, "255"],
      ["an instant for a name", { name: "2026-11-21T03:30:15Z" }, "^[a-zA-Z0-9-_ ]+$"],
      ["a dot in a name", { name: "a.b" }, "^[a-zA-Z0-9-_ ]+$"],
      ["no volume", { volume_id: undefined }, "volume_id"],
      ["a description that is no text", { description: 7 }, "description"],
      ["a force that is no boolean", { force: "true" }, "force"],
      ["a text for metadata", { metadata: "" }, "metadata is invalid"],
    ])("refuse %s", async (_, change, word) => {
      const reply = await server("/snapshots", "POST", { name: "a", volume_id: volumeId, ...change });
      expect([reply.status, reply.json().errors[0].code]).toEqual([400, "ValidationError"]);
      expect(reply.json().errors[0].detail).toContain(word);
      expect(emulator.scp.virtualserver.snapshotsOf(volumeId)).toHaveLength(1);
    });

    it("take the longest name, every legal character, and null for what is optional", async () => {
      const optional = { description: null, force: null, metadata: null };
      expect(await create("a".repeat(255), optional)).toMatchObject({ status: "creating", description: null });
      expect(await create("Az09-_ x", { metadata: { key: "value" } })).toMatchObject({ metadata: { key: "value" } });
      expect(await create("Az09-_ x")).toMatchObject({ name: "Az09-_ x" });
      expect(await names("&name=Az09-_%20x")).toHaveLength(2);
    });

    it("refuse an unknown volume, an attached one without force, and one that is busy", async () => {
      const post = (body: object) => server("/snapshots", "POST", { name: "a", volume_id: attachedVolumeId, ...body });
      const unknown = await post({ volume_id: nowhere });
      expect([unknown.status, unknown.json().errors[0].status]).toEqual([404, 404]);
      expect((await post({})).status).toBe(409);
      expect((await post({ force: false })).status).toBe(409);
      emulator.scp.virtualserver.attachedStatus = 400;
      expect((await post({})).status).toBe(400);
      expect((await post({ force: true })).status).toBe(202);
      const volume = emulator.scp.virtualserver.volumes.get(attachedVolumeId);
      if (!volume) throw new Error("nothing seeded");
      volume.state = "extending";
      expect((await post({ force: true })).status).toBe(409);
    });

    it("are renamed and described in place, the name being demanded and nullable", async () => {
      nowMs += 5000;
      const put = (body: object) => server(`/snapshots/${snapshotId}`, "PUT", body);
      const renamed = await put({ name: "renamed" });
      expect([renamed.status, renamed.json()]).toEqual([
        200,
        expect.objectContaining({
          id: snapshotId,
          name: "renamed",
          description: "description",
          updated_at: "2026-11-21T03:30:20Z",
          status: "available",
        }),
      ]);
      expect((await put({ name: null, description: null })).json()).toMatchObject({
        name: "renamed",
        description: null,
      });
      emulator.scp.virtualserver.nullName = "erases";
      expect((await put({ name: null })).json()).toMatchObject({ name: null });
      await put({ name: "renamed" });
      expect((await put({ description: "x" })).json().errors[0].detail).toBe("name: Field required");
      expect((await put({ name: "a:b" })).status).toBe(400);
      expect((await server(`/snapshots/${nowhere}`, "PUT", { name: "a" })).status).toBe(404);
      expect((await server(`/snapshots/${snapshotId}`)).json().name).toBe("renamed");
    });

    it.each([nowhere, "no-uuid", `${snapshotId}0`])("aren't found under %s", async (id) => {
      for (const method of ["GET", "DELETE"]) {
        const reply = await server(`/snapshots/${id}`, method);
        expect([reply.status, reply.json().errors[0].status]).toEqual([404, 404]);
      }
    });

    it("can't be deleted too soon, then are deleting, then gone", async () => {
      const { id } = await create("short-lived");
      expect(await remove(id)).toBe(500);
      nowMs += 1499;
      expect(await status(id)).toBe("available");
      const early = await server(`/snapshots/${id}`, "DELETE");
      expect([early.status, early.json().errors[0].code]).toEqual([500, "ContactAdminForAssistance"]);
      nowMs += 1;
      const accepted = await server(`/snapshots/${id}`, "DELETE");
      expect([accepted.status, accepted.text]).toEqual([202, ""]);
      expect(await status(id)).toBe("deleting");
      expect(await names()).toContain("short-lived");
      expect(await remove(id)).toBe(409);
      nowMs += 500;
      const gone = await server(`/snapshots/${id}`);
      expect([gone.status, gone.json().errors[0].status]).toEqual([404, 404]);
      expect(await remove(id)).toBe(404);
      expect(await names()).toEqual(["snapshot-1"]);
    });

    it("fail to be deleted as often as told, or get stuck", async () => {
      emulator.scp.virtualserver.failDeletes(2);
      expect([await remove(snapshotId), await remove(snapshotId)]).toEqual([500, 500]);
      emulator.scp.virtualserver.failDeletes(1, 409);
      emulator.scp.virtualserver.deleteOutcome = "error_deleting";
      expect([await remove(snapshotId), await remove(snapshotId)]).toEqual([409, 202]);
      nowMs += 500;
      expect(await status(snapshotId)).toBe("error_deleting");
      expect(emulator.requests.filter(({ committed }) => committed)).toHaveLength(1);
    });

    it("go with their volume, expire, and may be somebody else's", async () => {
      const onList = { platform: "scp", operation: "list-snapshots" } as const;
      emulator.faults.add({ ...onList, fault: "foreign-snapshot" });
      const [foreign] = await names();
      expect(foreign).toMatch(/^foreign-/);
      emulator.faults.add({ ...onList, fault: "expire-snapshot" });
      expect(await names()).toEqual(["snapshot-1"]);
      const added = emulator.scp.virtualserver.addSnapshot(volumeId, { name: "same", status: "creating" });
      expect(await status(added.id)).toBe("creating");
      emulator.scp.virtualserver.removeVolume(volumeId);
      expect((await server(`/snapshots/${snapshotId}`)).status).toBe(404);
      expect(await names()).toEqual([]);
    });
  });

  describe("the list of snapshots", () => {
    const fill = async (count: number) => {
      for (let index = 1; index <= count; index += 1) {
        nowMs += 1000;
        emulator.scp.virtualserver.addSnapshot(volumeId, { name: `s${index}` });
      }
    };
    const list = async (query: string, version?: string) =>
      (await server(`/snapshots${query && `?${query}`}`, "GET", undefined, version)).json();

    it("is newest first, of all volumes or of one, with its count unless that is turned off", async () => {
      await fill(2);
      emulator.scp.virtualserver.addSnapshot(attachedVolumeId, { name: "other" });
      expect(await names()).toEqual(["s2", "s1", "snapshot-1"]);
      expect((await list("")).snapshots).toHaveLength(4);
      expect((await list("limit=1")).count).toBe(4);
      expect(await list(`volume_id=${volumeId}&with_count=true&limit=1`)).toMatchObject({
        count: 3,
        snapshots: { length: 1 },
      });
      expect(await list("with_count=False")).toMatchObject({ count: null, snapshots: { length: 4 } });
      expect(await list(`volume_id=${nowhere}`)).toEqual({ count: 0, snapshots: [] });
    });

    it("is paged by limit and marker to its end", async () => {
      await fill(6);
      const seen: string[] = [];
      let marker = "";
      for (let more = true; more; ) {
        const { snapshots } = await list(`volume_id=${volumeId}&limit=3${marker && `&marker=${marker}`}`);
        seen.push(...snapshots.map(({ name }: { name: string }) => name));
        marker = snapshots.at(-1)?.id;
        more = snapshots.length === 3;
      }
      expect(seen).toEqual(["s6", "s5", "s4", "s3", "s2", "s1", "snapshot-1"]);
      expect(await names("&limit=2&offset=5")).toEqual(["s1", "snapshot-1"]);
    });

    it("filters by name, exactly or by a part", async () => {
      await fill(11);
      expect(await names("&name=s1")).toEqual(["s1"]);
      emulator.scp.virtualserver.nameFilter = "substring";
      expect(await names("&name=s1")).toEqual(["s11", "s10", "s1"]);
    });

    it("sorts from 1.3 on, and refuses to below", async () => {
      await fill(2);
      expect(await names("&sort=created_at:asc")).toEqual(["snapshot-1", "s1", "s2"]);
      expect(await names("&sort=name")).toEqual(["s1", "s2", "snapshot-1"]);
      expect(await names("&sort=size:desc,name:desc")).toEqual(["snapshot-1", "s2", "s1"]);
      for (const version of ["1.0", "1.1", "1.2"]) {
        expect(await list("sort=created_at:desc", version)).toMatchObject({ errors: [{ status: 400 }] });
        expect((await list("", version)).snapshots).toHaveLength(3);
      }
    });

    it.each([
      "limit=0",
      "limit=x",
      "offset=-1",
      "with_count=maybe",
      "sort=colour",
      "sort=name:up",
      `marker=${nowhere}`,
    ])("refuses %s", async (query) => {
      expect(await list(query)).toMatchObject({ errors: [{ status: 400, code: "ValidationError" }] });
    });

    it("lags and shuffles by fault", async () => {
      const onList = { platform: "scp", operation: "list-snapshots" } as const;
      await fill(2);
      emulator.faults.add({ ...onList, fault: "list-lag", ms: 60_000, times: 2 });
      expect(await names()).toEqual(["snapshot-1"]);
      await server(`/snapshots/${snapshotId}`, "DELETE");
      nowMs += 500;
      expect(await names()).toEqual(["snapshot-1"]);
      expect(await names()).toEqual(["s2", "s1"]);
      await fill(1);
      emulator.faults.add({ ...onList, fault: "list-shuffle" });
      expect(await names()).toEqual(["s2", "s1", "s1"]);
    });
  });

  describe("volumes", () => {
    const state = async (id: string) => (await server(`/volumes/${id}`)).json().state;
    const revert = (id: string, snapshot: unknown) =>
      server(`/volumes/${id}/revert`, "POST", { snapshot_id: snapshot });

    it("say whether they are attached", async () => {
      expect((await server(`/volumes/${volumeId}`)).json()).toMatchObject({
        id: volumeId,
        state: "available",
        size: 104,
        servers: [],
      });
      expect((await server(`/volumes/${attachedVolumeId}`)).json()).toMatchObject({
        state: "in-use",
        servers: [{ id: serverId }],
      });
      expect((await server(`/volumes/${nowhere}`)).json().errors[0].status).toBe(404);
    });

    it("are shown by the service of their kind, with their server", async () => {
      const shown = (await server(`/servers/${serverId}`)).json();
      expect(shown).toMatchObject({ id: serverId, name: "server-001", volumes: [{ id: attachedVolumeId }] });
      expect((await files(`/volumes/${fileVolumeId}`)).json()).toMatchObject({ id: fileVolumeId, name: "my_volume" });
      emulator.scp.backup.removeServer(serverId);
      emulator.scp.filestorage.removeVolume(fileVolumeId);
      for (const reply of [
        await server(`/servers/${serverId}`),
        await files(`/volumes/${fileVolumeId}`),
        await files(`/volumes/${volumeId}`),
        await server(`/volumes/${fileVolumeId}`),
      ]) {
        expect([reply.status, reply.json().errors[0].status]).toEqual([404, 404]);
      }
    });

    it("are reverted to their newest snapshot, and are reverting meanwhile", async () => {
      const reply = await revert(volumeId, snapshotId);
      expect([reply.status, reply.text]).toEqual([202, ""]);
      expect(await state(volumeId)).toBe("reverting");
      expect((await revert(volumeId, snapshotId)).status).toBe(409);
      expect((await server("/snapshots", "POST", { name: "a", volume_id: volumeId, force: true })).status).toBe(409);
      nowMs += 1000;
      expect(await state(volumeId)).toBe("available");
      expect(emulator.scp.virtualserver.reverts).toEqual([{ volumeId, snapshotId, at: nowMs - 1000 }]);
    });

    it("begin to revert later, and come to another state, on command", async () => {
      Object.assign(emulator.scp.virtualserver, { revertStartsMs: 2000, revertOutcome: "error" });
      expect((await revert(volumeId, snapshotId)).status).toBe(202);
      expect(await state(volumeId)).toBe("available");
      nowMs += 2000;
      expect(await state(volumeId)).toBe("reverting");
      nowMs += 1000;
      expect(await state(volumeId)).toBe("error");
      expect((await revert(volumeId, snapshotId)).status).toBe(409);
    });

    it("refuse an older snapshot, an unfinished one, one of another volume, and any while attached", async () => {
      const { id } = await create("newer");
      expect((await revert(volumeId, id)).status).toBe(409);
      nowMs += 1000;
      expect((await revert(volumeId, snapshotId)).status).toBe(409);
      emulator.scp.virtualserver.olderRevertStatus = 400;
      expect((await revert(volumeId, snapshotId)).status).toBe(400);
      expect((await revert(attachedVolumeId, snapshotId)).status).toBe(404);
      const attached = emulator.scp.virtualserver.addSnapshot(attachedVolumeId);
      expect((await revert(attachedVolumeId, attached.id)).status).toBe(409);
      expect((await revert(volumeId, undefined)).status).toBe(400);
      expect((await revert(nowhere, snapshotId)).status).toBe(404);
      expect(emulator.scp.virtualserver.reverts).toEqual([]);
      expect((await revert(volumeId, id)).status).toBe(202);
    });
  });

  describe("backups of servers", () => {
    const full = { type: "FULL", frequency: "WEEKLY", start_time: "03:00:00", start_day: "SUN" };
    const incremental = { type: "INCREMENTAL", frequency: "DAILY", start_time: "15:30:00" };
    const policy = {
      name: "nightly",
      policy_category: "AGENTLESS",
      policy_type: "VM_IMAGE",
      server_category: "VIRTUAL_SERVER",
      server_uuid: serverId,
      retention_period: "MONTH_1",
      encrypt_enabled: true,
      schedules: [full, incremental],
    };
    const make = async (change: object = {}): Promise<string> =>
      (await backup("/backups", "POST", { ...policy, ...change })).json().resource.id;
    const schedules = async (id: string) => (await backup(`/backups/${id}/schedules`)).json();

    it("are made with 200 and nothing but an id, and become available by the clock", async () => {
      const reply = await backup("/backups", "POST", policy);
      expect([reply.status, reply.json()]).toEqual([
        200,
        { request_id: expect.any(String), resource: { id: expect.stringMatching(/^[0-9a-f]{32}$/), links: null } },
      ]);
      const { id } = reply.json().resource;
      const shown = async () => (await backup(`/backups/${id}`)).json();
      expect(await shown()).toMatchObject({
        id,
        name: "nightly",
        state: "CREATING",
        policy_category: "AGENTLESS",
        policy_type: "VM_IMAGE",
        server_category: "VIRTUAL_SERVER",
        server_uuid: serverId,
        server_name: "server-001",
        retention_period: "MONTH_1",
        encrypt_enabled: true,
        role_type: "ORIGINAL",
        created_at: "2026-11-21T03:30:15Z",
      });
      expect(await shown()).not.toHaveProperty("schedules");
      nowMs += 1000;
      expect((await shown()).state).toBe("AVAILABLE");
    });

    it("show more in later versions", async () => {
      const id = await make();
      const shown = async (version: string) => (await backup(`/backups/${id}`, "GET", undefined, version)).json();
      expect(await shown("1.0")).not.toHaveProperty("dr_enabled");
      expect(await shown("1.1")).toHaveProperty("dr_enabled", false);
      expect(await shown("1.1")).not.toHaveProperty("is_all_filesystem");
      expect(await shown("1.2")).toHaveProperty("is_all_filesystem");
    });

    it.each([
      ["no name", { name: undefined }],
      ["an unknown category", { policy_category: "agentless" }],
      ["an unknown type", { policy_type: "SNAPSHOT" }],
      ["a type of a later version", { policy_type: "FILE_STORAGE" }],
      ["an unknown kind of server", { server_category: "SERVER" }],
      ["no server", { server_uuid: undefined }],
      ["a period that isn't one of five", { retention_period: "DAY_20" }],
      ["no schedules", { schedules: undefined }],
      ["no full schedule", { schedules: [incremental] }],
      ["two full schedules", { schedules: [full, full] }],
      ["seven incremental schedules", { schedules: [full, ...Array(7).fill(incremental)] }],
      ["hour 0", { schedules: [{ ...full, start_time: "00:00:00" }] }],
      ["a quarter past", { schedules: [{ ...full, start_time: "03:15:00" }] }],
      ["a time without seconds", { schedules: [{ ...full, start_time: "03:00" }] }],
      ["weekly without a day", { schedules: [{ ...full, start_day: undefined }] }],
      ["monthly without a week", { schedules: [{ ...full, frequency: "MONTHLY" }] }],
      ["an unknown week", { schedules: [{ ...full, frequency: "MONTHLY", start_week: "WEEK_5" }] }],
    ])("refuse %s without naming the field", async (_, change) => {
      const reply = await backup("/backups", "POST", { ...policy, ...change });
      expect([reply.status, reply.json().errors[0].detail]).toEqual([400, "Field required"]);
      expect(emulator.scp.backup.policies()).toEqual([]);
    });

    it("fail for a server that isn't there with 500", async () => {
      const reply = await backup("/backups", "POST", { ...policy, server_uuid: nowhere });
      expect([reply.status, reply.json().errors[0].code]).toEqual([500, "ContactAdminForAssistance"]);
    });

    it("have one name each, which can be asked for before", async () => {
      const taken = async (name: string) =>
        (await backup(`/backups/check-name-duplication?backup_name=${name}`)).json();
      expect(await taken("nightly")).toEqual({ result: false });
      await make();
      expect([await taken("nightly"), await taken("night")]).toEqual([{ result: true }, { result: false }]);
      expect((await backup("/backups", "POST", policy)).status).toBe(400);
      expect((await backup("/backups/check-name-duplication")).status).toBe(400);
    });

    it("keep the default retention and encryption where none is given", async () => {
      const id = await make({ retention_period: undefined, encrypt_enabled: undefined });
      expect((await backup(`/backups/${id}`)).json()).toMatchObject({
        retention_period: "WEEK_2",
        encrypt_enabled: true,
      });
    });

    it("list their schedules under generated names", async () => {
      const id = await make({
        schedules: [full, incremental, { ...full, type: "INCREMENTAL", frequency: "MONTHLY", start_week: "WEEK_LAST" }],
      });
      const { contents, count } = await schedules(id);
      expect(count).toBe(3);
      expect(contents).toMatchObject([
        {
          ...full,
          backup_id: id,
          start_week: null,
          state: "AVAILABLE",
          name: expect.stringMatching(/^FULL_WEEKLY_03:00:00-\w{6}$/),
        },
        { ...incremental, start_day: null, name: expect.stringMatching(/^INCREMENTAL_DAILY_15:30:00-\w{6}$/) },
        { start_day: "SUN", start_week: "WEEK_LAST" },
      ]);
      expect(new Set(contents.map((schedule: { id: string }) => schedule.id)).size).toBe(3);
    });

    it("take new schedules and another retention by a call each, once they are available", async () => {
      const id = await make();
      const put = async (path: string, body: object) => (await backup(`/backups/${id}/${path}`, "PUT", body)).status;
      expect(await put("retention-period", { retention_period: "YEAR_1" })).toBe(409);
      nowMs += 1000;
      const before = (await schedules(id)).contents;
      expect(await put("retention-period", { retention_period: "YEAR_1" })).toBe(200);
      expect(await put("schedules", { schedules: [full] })).toBe(200);
      expect((await backup(`/backups/${id}`)).json()).toMatchObject({
        retention_period: "YEAR_1",
        modified_at: "2026-11-21T03:30:16Z",
      });
      const after = (await schedules(id)).contents;
      expect(after).toMatchObject([full]);
      expect(before.map((schedule: { id: string }) => schedule.id)).not.toContain(after[0].id);
      expect(await put("retention-period", { retention_period: "FOREVER" })).toBe(400);
      expect(await put("schedules", { schedules: [] })).toBe(400);
      expect((await schedules(id)).contents).toEqual(after);
    });

    it("are deleted, from 1.4 on in a session only, and not during a run", async () => {
      const id = await make();
      const remove = async (version = "1.2", body?: object) =>
        (await backup(`/backups/${id}`, "DELETE", body, version)).status;
      expect(await remove()).toBe(409);
      nowMs += 1000;
      expect(await remove("1.4")).toBe(400);
      expect(await remove("1.4", {})).toBe(400);
      const run = emulator.scp.backup.addHistory(id, { state: "INPROGRESS" });
      expect(await remove()).toBe(409);
      run.state = "SUCCESS";
      expect(await remove("1.4", { session_id: "otp" })).toBe(200);
      expect((await backup(`/backups/${id}`)).json().state).toBe("DELETING");
      nowMs += 500;
      expect((await backup(`/backups/${id}`)).json().errors[0].status).toBe(404);
      expect((await backup("/backups")).json()).toEqual({ contents: [], count: 0 });
    });

    it("are listed by pages, newest first, and filtered by name and server", async () => {
      const other = emulator.scp.backup.addServer({ name: "web-1" });
      for (let index = 1; index <= 23; index += 1) {
        nowMs += 1000;
        emulator.scp.backup.addPolicy(index % 2 ? serverId : other.id, { name: `p${index}` });
      }
      const list = async (query: string) => {
        const { contents, count } = (await backup(`/backups${query}`)).json();
        return [count, contents.map(({ name }: { name: string }) => name)] as const;
      };
      expect((await list(""))[1]).toHaveLength(20);
      expect((await list(""))[1][0]).toBe("p23");
      expect(await list("?page=1")).toEqual([23, ["p3", "p2", "p1"]]);
      expect(await list("?size=2&page=1&sort=created_at:asc")).toEqual([23, ["p3", "p4"]]);
      expect((await list("?name=p2&size=50"))[1]).toEqual(["p23", "p22", "p21", "p20", "p2"]);
      expect((await list("?server_name=web&size=50"))[0]).toBe(11);
      emulator.scp.backup.nameFilter = "exact";
      expect(await list("?name=p2")).toEqual([1, ["p2"]]);
      expect((await backup("/backups?size=x")).status).toBe(400);
      expect((await backup("/backups?sort=colour")).status).toBe(400);
    });

    it("tell of their runs", async () => {
      const { id } = emulator.scp.backup.addPolicy(serverId);
      const histories = async (query = "") => (await backup(`/backups/${id}/backup-histories${query}`)).json();
      expect(await histories()).toEqual({ contents: [], count: 0 });
      const startedAtMs = nowMs;
      emulator.scp.backup.addHistory(id, { startedAtMs, endedAtMs: startedAtMs + 60_000 });
      nowMs += 3_600_000;
      emulator.scp.backup.addHistory(id, { state: "INPROGRESS" });
      const [schedule] = (await schedules(id)).contents;
      expect(await histories()).toEqual({
        contents: [
          {
            backup_end_time: null,
            backup_job_guid: expect.any(String),
            backup_job_state: "INPROGRESS",
            backup_start_time: "2026-11-21T04:30:15Z",
            schedule_id: schedule.id,
            schedule_name: schedule.name,
          },
          expect.objectContaining({
            backup_job_state: "SUCCESS",
            backup_start_time: "2026-11-21T03:30:15Z",
            backup_end_time: "2026-11-21T03:31:15Z",
          }),
        ],
        count: 2,
      });
      expect((await histories("?backup_job_state=SUCCESS")).count).toBe(1);
      expect((await histories("?sort=backup_start_time:asc&size=1")).contents[0].backup_job_state).toBe("SUCCESS");
      expect((await histories("?backup_job_state=DONE")).errors[0].status).toBe(400);
      expect((await backup(`/backups/${nowhere}/backup-histories`)).status).toBe(404);
    });

    it("change by somebody else's hand", async () => {
      const { id } = emulator.scp.backup.addPolicy(serverId, { name: "theirs" });
      emulator.scp.backup.setSchedules(id, [{ type: "FULL", frequency: "DAILY", start_time: "04:00:00" }]);
      expect((await schedules(id)).contents).toMatchObject([{ start_time: "04:00:00" }]);
      emulator.scp.backup.setState(id, "ERROR");
      expect((await backup(`/backups/${id}`)).json().state).toBe("ERROR");
      emulator.scp.backup.removePolicy(id);
      for (const path of ["", "/schedules"]) expect((await backup(`/backups/${id}${path}`)).status).toBe(404);
      emulator.scp.backup.removeServer(serverId);
      expect((await backup("/backups", "POST", policy)).status).toBe(500);
    });
  });

  describe("File Storage", () => {
    const of = `volume_id=${fileVolumeId}`;
    const list = async () => (await files(`/snapshots?${of}`)).json();

    it("takes snapshots with 202 in an envelope, named by the platform, dated without a zone", async () => {
      const reply = await files("/snapshots", "POST", { volume_id: fileVolumeId });
      expect([reply.status, reply.json()]).toEqual([
        202,
        {
          snapshot: {
            created_at: "2026-11-21T03:30:15.250000",
            id: expect.any(String),
            name: "my_volume.2026-11-21_033015",
            size: 4096,
            state: "creating",
            volume_id: fileVolumeId,
          },
        },
      ]);
      const { volume_id: _, ...entry } = reply.json().snapshot;
      nowMs += 1000;
      expect(await list()).toEqual({
        count: 1,
        snapshot_size_total_byte: 4096,
        snapshots: [{ ...entry, state: "available" }],
      });
      emulator.scp.filestorage.utcOffsetMinutes = 540;
      emulator.scp.filestorage.asText.size = true;
      expect((await list()).snapshots).toMatchObject([{ created_at: "2026-11-21T12:30:15.250000", size: "4096" }]);
    });

    it("demands the volume everywhere, and knows no other", async () => {
      for (const [method, path, body] of [
        ["GET", "/snapshots", undefined],
        ["POST", "/snapshots", {}],
        ["DELETE", `/snapshots/${nowhere}`, undefined],
        ["GET", "/snapshot-schedules", undefined],
        ["POST", "/snapshot-schedules", { snapshot_schedule: { frequency: "DAILY", hour: "3" } }],
        ["PUT", `/snapshot-schedules/${nowhere}`, {}],
        ["DELETE", `/snapshot-schedules/${nowhere}`, undefined],
      ] as const) {
        const reply = await files(path, method, body);
        expect([method, path, reply.status, reply.json().errors[0].detail]).toEqual([
          method,
          path,
          400,
          "Field required",
        ]);
        const other = body === undefined || method === "PUT" ? `?volume_id=${nowhere}` : "";
        const unknown = await files(`${path}${other}`, method, other === "" ? { ...body, volume_id: nowhere } : body);
        expect([method, path, unknown.status]).toEqual([method, path, 404]);
      }
    });

    it("can't show one snapshot, there or not", async () => {
      const { id } = emulator.scp.filestorage.addSnapshot(fileVolumeId);
      for (const path of [`/snapshots/${id}`, `/snapshots/${id}?${of}`, `/snapshots/${nowhere}`]) {
        const reply = await files(path);
        expect([reply.status, reply.json().errors[0].detail]).toEqual([403, "Action definition is not found"]);
      }
    });

    it("deletes a snapshot that is finished, and only then", async () => {
      const { id } = (await files("/snapshots", "POST", { volume_id: fileVolumeId })).json().snapshot;
      const remove = async () => (await files(`/snapshots/${id}?${of}`, "DELETE")).status;
      expect(await remove()).toBe(409);
      nowMs += 1000;
      expect(await remove()).toBe(202);
      expect((await list()).snapshots).toMatchObject([{ id, state: "deleting" }]);
      nowMs += 500;
      expect((await list()).snapshots).toEqual([]);
      expect(await remove()).toBe(404);
    });

    it("ends a snapshot as told, lists newest first, and takes the hooks", async () => {
      emulator.scp.filestorage.outcome = "error";
      const { id } = (await files("/snapshots", "POST", { volume_id: fileVolumeId })).json().snapshot;
      nowMs += 1000;
      emulator.faults.add({ platform: "scp", operation: "list-file-snapshots", fault: "foreign-snapshot" });
      const { snapshots } = await list();
      expect(snapshots).toMatchObject([{ state: "available" }, { id, state: "error" }]);
      emulator.faults.add({ platform: "scp", operation: "list-file-snapshots", fault: "expire-snapshot" });
      expect((await list()).snapshots).toMatchObject([{ id }]);
      emulator.scp.filestorage.setState(id, "available");
      expect((await list()).snapshots).toMatchObject([{ state: "available" }]);
      emulator.scp.filestorage.removeSnapshot(id);
      expect(emulator.scp.filestorage.snapshotsOf(fileVolumeId)).toEqual([]);
    });

    describe("schedules", () => {
      const weekly = { frequency: "WEEKLY", day_of_week: "MON", hour: "23" };
      const read = async () => (await files(`/snapshot-schedules?${of}`)).json();
      const make = (body: object) => files("/snapshot-schedules", "POST", { volume_id: fileVolumeId, ...body });

      it("are accepted without an id, which the list holds", async () => {
        expect(await read()).toEqual({
          snapshot_policy_enabled: "false",
          snapshot_retention_count: 0,
          snapshot_schedule: [],
          volume_id: fileVolumeId,
        });
        const reply = await make({ snapshot_schedule: weekly, snapshot_retention_count: 7 });
        expect([reply.status, reply.json()]).toEqual([
          202,
          { snapshot_retention_count: 7, snapshot_schedule: weekly, volume_id: fileVolumeId },
        ]);
        expect(await read()).toEqual({
          snapshot_policy_enabled: "true",
          snapshot_retention_count: 7,
          snapshot_schedule: [{ ...weekly, id: expect.any(String) }],
          volume_id: fileVolumeId,
        });
        emulator.scp.filestorage.asText.policyEnabled = false;
        emulator.scp.filestorage.asText.retentionCount = true;
        expect(await read()).toMatchObject({ snapshot_policy_enabled: true, snapshot_retention_count: "7" });
      });

      it("are one a volume, keep 10 by default, and take hours 0 to 23 as text", async () => {
        for (let hour = 0; hour < 24; hour += 1) {
          emulator.scp.filestorage.setSchedule(fileVolumeId, undefined);
          const daily = { frequency: "DAILY", hour: String(hour) };
          expect((await make({ snapshot_schedule: daily })).json()).toMatchObject({
            snapshot_retention_count: 10,
            snapshot_schedule: { ...daily, day_of_week: null },
          });
        }
        expect((await make({ snapshot_schedule: weekly })).status).toBe(409);
      });

      it.each([
        ["no schedule", { snapshot_schedule: undefined }],
        ["an hour that is a number", { snapshot_schedule: { ...weekly, hour: 3 } }],
        ["an hour with a leading zero", { snapshot_schedule: { ...weekly, hour: "03" } }],
        ["hour 24", { snapshot_schedule: { ...weekly, hour: "24" } }],
        ["weekly without a day", { snapshot_schedule: { frequency: "WEEKLY", hour: "3" } }],
        ["an unknown day", { snapshot_schedule: { ...weekly, day_of_week: "MONDAY" } }],
        ["monthly", { snapshot_schedule: { ...weekly, frequency: "MONTHLY" } }],
        ["a count of 0", { snapshot_retention_count: 0 }],
        ["a count of 129", { snapshot_retention_count: 129 }],
        ["a count that is a text", { snapshot_retention_count: "10" }],
      ])("refuse %s", async (_, change) => {
        expect((await make({ snapshot_schedule: weekly, ...change })).status).toBe(400);
        expect((await read()).snapshot_schedule).toEqual([]);
      });

      it("are changed and removed by id and volume, and no snapshot goes with them", async () => {
        emulator.scp.filestorage.addSnapshot(fileVolumeId);
        await make({ snapshot_schedule: weekly, snapshot_retention_count: 5 });
        const [{ id }] = (await read()).snapshot_schedule;
        const path = `/snapshot-schedules/${id}?${of}`;
        const daily = { frequency: "DAILY", day_of_week: null, hour: "0" };
        const changed = await files(path, "PUT", { snapshot_schedule: daily });
        expect([changed.status, changed.json()]).toEqual([
          202,
          { snapshot_retention_count: 5, snapshot_schedule: daily, volume_id: fileVolumeId },
        ]);
        expect((await read()).snapshot_schedule).toEqual([{ ...daily, id }]);
        expect((await files(path, "PUT", { snapshot_schedule: { ...weekly, hour: "x" } })).status).toBe(400);
        expect((await files(`/snapshot-schedules/${nowhere}?${of}`, "DELETE")).status).toBe(404);
        const removed = await files(path, "DELETE");
        expect([removed.status, removed.text]).toEqual([202, ""]);
        expect((await files(path, "DELETE")).status).toBe(404);
        expect((await read()).snapshot_schedule).toEqual([]);
        expect((await list()).count).toBe(1);
      });

      it("change by somebody else's hand", async () => {
        emulator.scp.filestorage.setSchedule(fileVolumeId, { frequency: "WEEKLY", dayOfWeek: "SAT", hour: "4" });
        const [{ id }] = (await read()).snapshot_schedule;
        emulator.scp.filestorage.setSchedule(fileVolumeId, { retentionCount: 3 });
        expect(await read()).toMatchObject({
          snapshot_retention_count: 3,
          snapshot_schedule: [{ id, frequency: "WEEKLY", day_of_week: "SAT", hour: "4" }],
        });
      });
    });
  });
});
