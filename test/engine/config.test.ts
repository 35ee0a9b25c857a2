import { type Emulator, seed, startEmulator } from "../../emulator";
import { changesSeenBy, createStack, diagnosticsOf, type Stack } from "./stack";

const discloud = { platform: "discloud", appId: seed.discloud.appId };

let stack: Stack;
let second: Emulator;
afterEach(async () => {
  await stack.dispose();
  await second.close();
});

test("a second connection by name is another account, and a rotated token is taken by --run-program", async () => {
  second = await startEmulator({ credentials: { discloud: { token: "of-the-second-account" } } });
  stack = await createStack({
    resources: { first: discloud, second: { ...discloud, connection: "other" } },
    // The environment fills the default connection only; stack config wins over it.
    env: (emulator) => ({ ...emulator.environment, DISCLOUD_TOKEN: "overridden-by-stack-config" }),
  });
  const { emulator, workspace } = stack;
  const changes = [changesSeenBy(emulator), changesSeenBy(second)];
  const path = true;
  const token = emulator.discloud.access.credentials["token"] ?? "";
  await workspace.config("snapshots:discloud.token", token, { path, secret: true });
  await workspace.config("snapshots:other.platform", "discloud", { path });
  await workspace.config("snapshots:other.url", `${second.url}/discloud/v2`, { path });
  // A loopback address may have its token in plain text.
  await workspace.config("snapshots:other.token", "of-the-second-account", { path });

  const up = await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(up.output).not.toMatch(/warning|error/i);
  expect(changes.map((each) => each())).toEqual([
    [`discloud create-snapshot ${seed.discloud.appId}`],
    [`discloud create-snapshot ${seed.discloud.appId}`],
  ]);
  await workspace.refresh(["--skip-preview", "--expect-no-changes"], { expectCode: 0 });

  second.discloud.access.credentials = { token: "rotated" };
  await workspace.config("snapshots:other.token", "rotated", { path });
  const stale = await workspace.refresh(["--skip-preview"]);
  expect(stale.code).not.toBe(0);
  expect(diagnosticsOf(stale, "first")).toEqual([]);
  expect(diagnosticsOf(stale, "second")).toEqual([
    expect.stringMatching(/^error: .*HTTP 401.*connection "other".*stored by the last up.*add --run-program/),
  ]);
  expect(await workspace.resources(":Snapshot")).toHaveLength(2);
  await workspace.refresh(["--skip-preview", "--run-program", "--expect-no-changes"], { expectCode: 0 });
  // That refresh has stored the new token: from now on the program is not needed again.
  await workspace.refresh(["--skip-preview", "--expect-no-changes"], { expectCode: 0 });
  expect(changes.map((each) => each())).toEqual([[], []]);
}, 600_000);
