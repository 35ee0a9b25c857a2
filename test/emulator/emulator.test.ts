import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Emulator, seed, startEmulator } from "../../emulator";
import type { ConnectionFields } from "../../provider/model/connection";
import type { PlatformDefinition } from "../../provider/model/platform";
import { definitions } from "../../provider/platforms";
import { ask, signedIn } from "./ask";

let emulator: Emulator;
afterEach(() => emulator.close());

describe("the emulator", () => {
  it("gives every variable that points the default connections at it, and no other", async () => {
    emulator = await startEmulator();
    const { url, port, environment } = emulator;
    expect(url).toBe(`http://127.0.0.1:${port}`);
    const fields = Object.values<PlatformDefinition>(definitions).flatMap(({ connectionFields }) =>
      Object.values<ConnectionFields[string]>(connectionFields),
    );
    const variables = (some: typeof fields) => some.map((field) => field.environment);
    const needed = fields.filter(({ url, required }) => url || required);
    expect(Object.keys(environment)).toEqual(expect.arrayContaining(variables(needed)));
    expect(variables(fields)).toEqual(expect.arrayContaining(Object.keys(environment)));
    for (const [name, value] of Object.entries(environment)) {
      expect(value).not.toBe("");
      if (name.endsWith("_URL")) expect(value.startsWith(`${url}/`) && !value.endsWith("/")).toBe(true);
    }
  });

  it("accepts other credentials, and then only those", async () => {
    emulator = await startEmulator({ credentials: { virtus: { apiKey: "mine" } } });
    expect(emulator.environment["VIRTUS_API_KEY"]).toBe("mine");
    const me = (authorization: string) => ask(`${emulator.url}/virtus/v2/users/me`, { headers: { authorization } });
    expect((await me("mine")).status).toBe(200);
    expect((await me("vc_live_emulated_3141592653589793")).status).toBe(401);
    emulator.virtus.access.credentials = { apiKey: "rotated" };
    expect((await me("mine")).status).toBe(401);
    expect((await me("rotated")).status).toBe(200);
  });

  it("checks credentials on every API route, unknown ones included", async () => {
    emulator = await startEmulator();
    const { discloud, virtus, dscloud } = seed;
    const routes = [
      ["GET", "/discloud/v2/snapshot"],
      ["GET", `/discloud/v2/snapshot/${discloud.appId}`],
      ["POST", `/discloud/v2/snapshot/${discloud.appId}`],
      ["GET", `/discloud/v2/snapshot/${discloud.appId}/versions/${discloud.version}`],
      ["GET", `/discloud/v2/app/${discloud.appId}`],
      ["GET", "/discloud/v2/user"],
      ["GET", "/discloud/v2/nothing"],
      ["GET", `/virtus/v2/apps/${virtus.appId}/snapshots`],
      ["POST", `/virtus/v2/apps/${virtus.appId}/snapshots`],
      ["GET", `/virtus/v2/databases/${virtus.databaseId}/snapshots`],
      ["POST", `/virtus/v2/databases/${virtus.databaseId}/snapshots`],
      ["POST", `/virtus/v2/databases/${virtus.databaseId}/snapshots/restore`],
      ["GET", "/virtus/v2/users/me"],
      ["GET", "/virtus/v2/apps/status"],
      ["DELETE", `/virtus/v2/apps/${virtus.appId}/snapshots`],
      ["GET", `/dscloud/v3/apps/${dscloud.appId}/backups`],
      ["POST", `/dscloud/v3/apps/${dscloud.appId}/backups`],
    ] as const;
    for (const [method, path] of routes) {
      expect([method, path, (await ask(`${emulator.url}${path}`, { method })).status]).toEqual([method, path, 401]);
    }
    expect(emulator.requests.filter(({ committed }) => committed)).toEqual([]);
  });

  it("records requests in order, without a secret, and says which ask for a change", async () => {
    let nowMs = 1_000;
    emulator = await startEmulator({ now: () => nowMs });
    const signed = signedIn(emulator.environment);
    await ask(`${emulator.url}/discloud/v2/snapshot?page=1&appID=${seed.discloud.appId}`, { headers: signed.discloud });
    nowMs = 2_000;
    const path = `/virtus/v2/apps/${seed.virtus.appId}/snapshots`;
    const agent = { ...signed.virtus, "user-agent": "tests/1" };
    const { url } = (await ask(`${emulator.url}${path}`, { method: "POST", headers: agent })).json().response;
    await ask(url);
    await ask(`${emulator.url}${path}`, { method: "DELETE", headers: signed.virtus });
    await ask(`${emulator.url}/elsewhere?token=secret`);
    expect(emulator.requests).toMatchObject([
      {
        platform: "discloud",
        operation: "list-snapshots",
        method: "GET",
        path: "/discloud/v2/snapshot",
        query: `page=1&appID=${seed.discloud.appId}`,
        target: seed.discloud.appId,
        at: 1_000,
        changes: false,
        status: 200,
      },
      {
        platform: "virtus",
        operation: "create-app-snapshot",
        method: "POST",
        path,
        target: seed.virtus.appId,
        at: 2_000,
        changes: true,
        committed: true,
        userAgent: "tests/1",
        status: 200,
      },
      { platform: "virtus", operation: "download", query: "", changes: false, status: 200 },
      { platform: "virtus", operation: "unknown", method: "DELETE", changes: true, committed: false, status: 404 },
      { platform: "none", operation: "unknown", path: "/elsewhere", query: "", status: 404 },
    ]);
    expect(emulator.requests[1]?.headerNames).toContain("authorization");
    expect(emulator.requests[2]?.headerNames).not.toContain("authorization");
    const everything = JSON.stringify(emulator.requests);
    for (const secret of [...Object.values(signed).flatMap((header) => Object.values(header)), "Signature", "secret"]) {
      expect(everything).not.toContain(secret);
    }
  });

  it("dates every answer by the platforms' clock", async () => {
    emulator = await startEmulator({ now: () => Date.UTC(2024, 1, 29, 12) });
    const reply = await ask(`${emulator.url}/virtus/v2/users/me`);
    expect(reply.headers["date"]).toBe("Thu, 29 Feb 2024 12:00:00 GMT");
  });

  it("answers late by its latency", async () => {
    emulator = await startEmulator({ latencyMs: 30 });
    const began = performance.now();
    await ask(`${emulator.url}/virtus/v2/users/me`);
    expect(performance.now() - began).toBeGreaterThanOrEqual(29);
  });

  it("refuses a taken port, and frees its own on close", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    await expect(startEmulator({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    await new Promise((resolve) => other.close(resolve));
    const first = await startEmulator({ port });
    await first.close();
    await first.close();
    expect((await ask(`${first.url}/virtus/v2/users/me`)).broken).toBe("ECONNREFUSED");
    emulator = await startEmulator({ port });
    expect(emulator.port).toBe(port);
  });

  it("keeps two emulators apart", async () => {
    emulator = await startEmulator();
    const other = await startEmulator();
    other.discloud.addSnapshot(seed.discloud.appId);
    other.discloud.access.revoked = true;
    expect(emulator.discloud.apps.get(seed.discloud.appId)?.snapshots.present()).toHaveLength(1);
    expect(emulator.discloud.access.revoked).toBe(false);
    await other.close();
  });
});
