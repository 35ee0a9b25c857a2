import * as pulumi from "@pulumi/pulumi";
import { type Emulator, seed, startEmulator } from "../../emulator";
import { getDownloadLink, getSnapshot, getSnapshots } from "../../sdk";

let emulator: Emulator;
const before = { ...process.env };
beforeAll(async () => {
  emulator = await startEmulator();
  Object.assign(process.env, emulator.environment);
});
afterAll(async () => {
  process.env = before;
  await emulator.close();
});

test("a function in a program asks the default connection", async () => {
  const items = await getSnapshots({ platform: "discloud", appId: seed.discloud.appId });
  expect(items.map(({ snapshotId }) => snapshotId)).toEqual([seed.discloud.version]);
});

// Pulumi prints a RunError by its message alone, and any other error with its stack trace and fields.
test.each([
  [
    "an app that isn't there",
    () => getSnapshots({ platform: "virtus", databaseId: "99" }),
    /^getSnapshots: \[virtus\] list snapshots of database 99: HTTP 404 DATABASE_NOT_FOUND \(check the id, /,
  ],
  [
    "an id that is none",
    () => getSnapshot({ platform: "virtus", appId: "…", id: "latest" }),
    /^getSnapshot: appId may hold visible ASCII characters only/,
  ],
  [
    "a platform without links, for JavaScript",
    () => getDownloadLink({ platform: "scp", volumeId: "1", id: "latest" } as never),
    /^getDownloadLink: .*gives no download links/,
  ],
])("%s ends the program with its reason and without a stack trace", async (_what, ask, message) => {
  const error: unknown = await ask().catch((thrown: unknown) => thrown);
  expect(pulumi.RunError.isInstance(error)).toBe(true);
  expect((error as Error).message).toMatch(message);
});
