import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { seed, startEmulator } from "../../emulator";
import { type Connection, resolveConnection } from "../../provider/model/connection";
import { definitions, openPlatform } from "../../provider/platforms";
import { fakeClock } from "../http/fake-clock";

const folder = mkdtempSync(path.join(tmpdir(), "pulumi-snapshots-memory-"));
afterAll(() => rmSync(folder, { recursive: true }));

const target = (argument: string, kind: string, id: string) => ({ argument, kind, id });
const made = [
  ["discloud", target("appId", "app", seed.discloud.appId)],
  ["virtus", target("databaseId", "database", seed.virtus.databaseId)],
  ["snapshooter", target("jobId", "job", seed.snapshooter.jobId)],
  ["scp", target("volumeId", "volume", seed.scp.volumeId)],
  ["scp", target("fileVolumeId", "file-volume", seed.scp.fileVolumeId)],
] as const;

test("what every platform holds is there again at the next start, under the same ids", async () => {
  const clock = fakeClock();
  const start = async () => {
    const emulator = await startEmulator({ data: folder, now: clock.now });
    const open = (platform: keyof typeof definitions) => {
      const { connectionFields } = definitions[platform];
      const sources = { config: () => undefined, environment: emulator.environment };
      const resolved = resolveConnection(platform, connectionFields, platform, sources);
      const { connection } = resolved as { connection: Connection };
      return openPlatform(connection, { clock, random: () => 0.5 });
    };
    const scope = () => ({ deadlineMs: clock.now() + 600_000, announce() {} });
    const lists = () =>
      Promise.all(made.map(async ([platform, of]) => (await open(platform).list(of, scope())).snapshots));
    return { emulator, open, scope, lists };
  };
  const first = await start();
  const before = await first.lists();
  for (const [platform, of] of made) {
    // A refusal in between must not shift later ids.
    await first
      .open(platform)
      .list({ ...of, id: "3f500f00-0000-4566-a057-e31760226f9a" }, first.scope())
      .catch(() => undefined);
    await first.open(platform).create?.(of, { name: "kept", force: true }, first.scope());
    clock.advance(20_000);
  }
  const shown = await first.lists();
  expect(shown.map(({ length }) => length)).toEqual(before.map(({ length }) => length + 1));
  await first.emulator.close();

  const second = await start();
  expect(await second.lists()).toEqual(shown);
  const scp = second.open("scp");
  const newest = shown[3]?.[0];
  await scp.delete?.(made[3][1], { snapshotId: newest?.snapshotId ?? "" }, second.scope());
  const left = await second.lists();
  expect(left[3]).toHaveLength((shown[3]?.length ?? 0) - 1);
  await second.emulator.close();

  const third = await start();
  expect(await third.lists()).toEqual(left);
  await third.emulator.close();
  expect(readFileSync(path.join(folder, "changes.jsonl"), "utf8")).not.toMatch(/emulated/i);
});
