import { type Emulator, seed, startEmulator } from "../../../emulator";
import { ask, signedIn } from "../../emulator/ask";
import { fixture } from "../../emulator/fixture";
import { departures, type Schema, shapeOf } from "../../emulator/shape";

// https://docs.discloud.com/en/api-and-integrations/api-overview/snapshot
const documents = ["create-snapshot", "get-download-link", "list-app-snapshots", "list-snapshots"].map((name) =>
  fixture<Fragment>("discloud", `${name}.openapi`),
);
const appNotFound = fixture<object>("discloud", "get-app.404");
const getApp = fixture<object>("discloud", "get-app");
const getUser = fixture<object>("discloud", "get-user");
const noToken = fixture<object>("discloud", "no-token.401");
const wrongToken = fixture<object>("discloud", "wrong-token.401");

/** Part of an OpenAPI document that the fixtures contain. */
interface Fragment {
  components: { schemas: Record<string, Schema> };
  paths: Record<string, Record<string, { responses: Record<string, { content: Record<string, { schema: Schema }> }> }>>;
}

/** Documented schema of a response; undefined if the document lacks the status. */
function schemaOf(path: string, method: string, status: number): Schema | undefined {
  for (const { paths, components } of documents) {
    const schema = paths[path]?.[method]?.responses[status]?.content["application/json"]?.schema;
    if (schema) return schema.$ref ? components.schemas[schema.$ref.split("/").at(-1) as string] : schema;
  }
  return undefined;
}

describe("the emulated Discloud answers as documented", () => {
  let emulator: Emulator;
  let headers: Record<string, string>;
  const { appId, emptyAppId, foreignAppId, version } = seed.discloud;
  const missing = version.replace(/.$/, "9");
  const tooLong = "a".repeat(41);

  beforeEach(async () => {
    emulator = await startEmulator();
    headers = signedIn(emulator.environment).discloud;
  });
  afterEach(() => emulator.close());

  const list = "/snapshot";
  const app = "/snapshot/{appID}";
  const link = "/snapshot/{appID}/versions/{version}";

  it.each([
    ["get", list, "/snapshot", 200],
    ["get", list, `/snapshot?appID=${appId}&page=1&limit=200&summary=true`, 200],
    ["get", app, `/snapshot/${appId}`, 200],
    ["get", link, `/snapshot/${appId}/versions/${version}`, 200],
    ["post", app, `/snapshot/${emptyAppId}`, 200],
    ["post", app, `/snapshot/${appId}`, 200],
  ])("%s %s with every property of the documented schema: %s", async (method, template, path, status) => {
    const reply = await ask(`${emulator.url}/discloud/v2${path}`, { method: method.toUpperCase(), headers });
    const schema = schemaOf(template, method, reply.status);
    expect(reply.status).toBe(status);
    expect(schema).toBeDefined();
    expect(departures(reply.json(), schema as Schema)).toEqual([]);
    expect(reply.json().status).toBe("ok");
  });

  it.each([
    ["get", list, "/snapshot?page=0", 400],
    ["get", list, "/snapshot?limit=201", 400],
    ["get", list, "/snapshot?summary=maybe", 400],
    ["get", list, "/snapshot?appID=a_b", 400],
    ["get", list, `/snapshot?appID=${emptyAppId}`, 404],
    ["get", list, "/snapshot?page=2", 404],
    ["get", app, `/snapshot/${tooLong}`, 400],
    ["get", app, `/snapshot/${emptyAppId}`, 404],
    ["get", app, "/snapshot/nowhere", 404],
    ["get", link, `/snapshot/${appId}/versions/yesterday`, 400],
    ["get", link, `/snapshot/${appId}/versions/${missing}`, 404],
    ["post", app, `/snapshot/${tooLong}`, 400],
    ["post", app, `/snapshot/${foreignAppId}`, 403],
    ["post", app, "/snapshot/nowhere", 404],
  ])(
    "%s %s refuses with a documented status and no field of another type: %s",
    async (method, template, path, status) => {
      const reply = await ask(`${emulator.url}/discloud/v2${path}`, { method: method.toUpperCase(), headers });
      expect(reply.status).toBe(status);
      const schema = schemaOf(template, method, status) as Schema;
      const present = departures(reply.json(), schema).filter((departure) => !departure.endsWith(": missing"));
      expect(present).toEqual([]);
      expect(typeof reply.json().message).toBe("string");
    },
  );

  it("is busy with the documented 409", async () => {
    emulator.discloud.setBusy(appId, 1);
    const post = () => ask(`${emulator.url}/discloud/v2/snapshot/${appId}`, { method: "POST", headers });
    const busy = await post();
    expect(busy.status).toBe(409);
    expect(departures(busy.json(), schemaOf(app, "post", 409) as Schema)).toEqual([]);
    expect((await post()).status).toBe(200);
  });

  it("sizes are a text in create and lists, an integer in the download link", async () => {
    const get = async (path: string) => (await ask(`${emulator.url}/discloud/v2${path}`, { headers })).json();
    expect((await get(`/snapshot/${appId}`)).versions[0].size).toBe("127KB");
    expect((await get(`/snapshot/${appId}/versions/${version}`)).download.size).toBe(130_048);
  });

  // https://github.com/discloud/apidoc
  it("describes an app and the user with the examples' fields and types", async () => {
    const get = async (path: string) => (await ask(`${emulator.url}/discloud/v2${path}`, { headers })).json();
    expect(shapeOf(await get(`/app/${appId}`))).toEqual(shapeOf(getApp));
    expect(shapeOf(await get("/user"))).toEqual(shapeOf(getUser));
    expect(await get("/app/nowhere")).toEqual(appNotFound);
    expect(Array.isArray((await get("/app/all")).apps)).toBe(true);
  });

  it("refuses a missing and a wrong token with the examples' bodies", async () => {
    const without = await ask(`${emulator.url}/discloud/v2/user`);
    const wrong = await ask(`${emulator.url}/discloud/v2/user`, { headers: { "api-token": "wrong" } });
    expect([without.status, without.json()]).toEqual([401, noToken]);
    expect([wrong.status, wrong.json()]).toEqual([401, wrongToken]);
  });
});
