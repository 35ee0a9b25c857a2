import { type Emulator, seed, startEmulator } from "../../emulator";
import { ask, signedIn } from "./ask";

const { appId, latestName, failedName } = seed.dscloud;

interface Backup {
  name: string;
  modified: string;
  created_at: string;
  is_successful: boolean;
}

describe("the emulated DS Cloud", () => {
  let emulator: Emulator;
  const call = (path: string, method = "GET") =>
    ask(`${emulator.url}/dscloud/v3${path}`, { method, headers: signedIn(emulator.environment).dscloud });
  const list = async (): Promise<Backup[]> => (await call(`/apps/${appId}/backups`)).json().response;

  beforeEach(async () => {
    emulator = await startEmulator({ now: () => Date.UTC(2026, 10, 21, 23, 59, 55) });
  });
  afterEach(() => emulator.close());

  it("holds a newest backup that failed, offsets of three kinds, and the seed's names", async () => {
    const newestFirst = (await list()).sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at));
    expect(newestFirst[0]).toMatchObject({ name: failedName, is_successful: false });
    expect(newestFirst.find((backup) => backup.is_successful)?.name).toBe(latestName);
    expect(new Set(newestFirst.map(({ created_at }) => created_at.slice(-6))).size).toBe(3);
  });

  it("takes backups of its own, named by their zone's clock, one a second", async () => {
    const added = [
      emulator.dscloud.addBackup(appId),
      emulator.dscloud.addBackup(appId),
      emulator.dscloud.addBackup(appId, { offsetMinutes: -210, successful: false }),
    ];
    expect(added.map(({ name, created_at, modified }) => [name, created_at, modified])).toEqual([
      ["Backup at 2026-11-22 00:59:55", "2026-11-22T00:59:55+01:00", "2026-11-22T01:00:04+01:00"],
      ["Backup at 2026-11-22 00:59:56", "2026-11-22T00:59:56+01:00", "2026-11-22T01:00:05+01:00"],
      ["Backup at 2026-11-21 20:29:55", "2026-11-21T20:29:55-03:30", "2026-11-21T20:30:04-03:30"],
    ]);
    expect((await list()).slice(-3)).toEqual(added);
    emulator.dscloud.removeBackup(appId, latestName);
    expect((await list()).map(({ name }) => name)).not.toContain(latestName);
  });

  it("has no other operation, and refuses an app that isn't there", async () => {
    emulator.dscloud.addApp("empty");
    expect((await call("/apps/empty/backups")).json()).toEqual({ status: "success", response: [] });
    for (const [path, method] of [
      ["/apps/nowhere/backups", "GET"],
      [`/apps/${appId}/backups`, "POST"],
      [`/apps/${appId}/backups/${encodeURIComponent(latestName)}`, "DELETE"],
      ["/users/me", "GET"],
    ] as const) {
      const reply = await call(path, method);
      expect([path, reply.status, reply.json()]).toEqual([path, 404, { status: "error" }]);
    }
  });

  it("refuses a plan without saying that there are no backups", async () => {
    emulator.dscloud.planRefused = true;
    const reply = await call(`/apps/${appId}/backups`);
    expect([reply.status, reply.json()]).toEqual([403, { status: "error" }]);
  });
});
