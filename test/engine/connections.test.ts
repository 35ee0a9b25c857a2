import { type Emulator, seed, startEmulator } from "../../emulator";
import { changesSeenBy, createStack, type Declared, diagnosticsOf, type Stack } from "./stack";

const discloud = { platform: "discloud", appId: seed.discloud.appId };

let stack: Stack;
let second: Emulator;
beforeAll(async () => {
  second = await startEmulator({ credentials: { discloud: { token: "of-the-second-account" } } });
  stack = await createStack({
    // The environment fills the default connection only; stack config takes precedence.
    env: (emulator) => ({ ...emulator.environment, DISCLOUD_TOKEN: "overridden-by-stack-config" }),
  });
});
afterAll(async () => {
  await stack.dispose();
  await second.close();
});

/** Problems that a preview reports for a refused resource, one a line, on its row or on another one. */
async function refused(declared: Declared, row = "refused"): Promise<string[]> {
  stack.declare({ refused: declared });
  const preview = await stack.workspace.preview();
  expect(preview.code).not.toBe(0);
  expect(preview.output).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(preview.output).not.toContain("stored-in-plain-text");
  expect(stack.emulator.requests).toEqual([]);
  return diagnosticsOf(preview, row);
}

test("bad inputs and connections are refused at preview, all at once, each at its property and with the remedy", async () => {
  const inputs = await refused({ ...discloud, appId: 1745338954955, databaseId: "1", reuseWithin: "30m" });
  expect(inputs.sort()).toEqual([
    expect.stringMatching(/^error: .*property appId\b.*must be text: the app's id, in quotes/),
    expect.stringMatching(
      /^error: .*property databaseId\b.*unknown argument "databaseId" on Discloud \(it exists on Virtus Cloud.*\); remove it/,
    ),
    expect.stringMatching(/^error: .*property reuseWithin\b.*write "30min" for minutes or "30mo" for months/),
  ]);

  stack.workspace.setConfig({
    "snapshots:wrong": { platform: "virtus", apikey: "not-a-key", url: "http://api.example.org/v2" },
    "snapshots:plain": { platform: "discloud", token: "stored-in-plain-text" },
  });
  const fields = await refused({ platform: "virtus", appId: "1", connection: "wrong" });
  expect(fields.sort()).toEqual([
    expect.stringMatching(
      /^error: .*property connection\b.*connection "wrong": the field apiKey is missing; set it with "pulumi config set --path --secret snapshots:wrong\.apiKey <value>"$/,
    ),
    expect.stringMatching(
      /^error: .*property connection\b.*the field url \("http:\/\/api\.example\.org\/v2"\) must be https: plain http is accepted for a loopback address only/,
    ),
    expect.stringMatching(
      /^error: .*property connection\b.*unknown field "apikey"; did you mean "apiKey"\? Remove it with "pulumi config rm --path snapshots:wrong\.apikey"/,
    ),
  ]);
  expect(await refused({ ...discloud, connection: "plain" }, "snap-dev")).toEqual([
    expect.stringMatching(
      /connection "plain": the field token is stored in plain text; store it encrypted with "pulumi config set --path --secret snapshots:plain\.token <value>"/,
    ),
  ]);
});

test("a second connection by name is another account, and a rotated token is taken by --run-program", async () => {
  const { emulator, workspace } = stack;
  stack.declare({ first: discloud, second: { ...discloud, connection: "other" } });
  const changes = [changesSeenBy(emulator), changesSeenBy(second)];
  // A loopback address may have its token in plain text.
  const other = { platform: "discloud", url: `${second.url}/discloud/v2` };
  workspace.setConfig({ "snapshots:other": { ...other, token: "of-the-second-account" } });
  const token = emulator.discloud.access.credentials["token"] ?? "";
  await workspace.config("snapshots:discloud.token", token, { path: true, secret: true });

  const up = await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(up.output).not.toMatch(/warning|error/i);
  expect(changes.map((each) => each())).toEqual([
    [`discloud create-snapshot ${seed.discloud.appId}`],
    [`discloud create-snapshot ${seed.discloud.appId}`],
  ]);

  second.discloud.access.credentials = { token: "rotated" };
  await workspace.config("snapshots:other.token", "rotated", { path: true });
  const stale = await workspace.refresh(["--skip-preview"]);
  expect(stale.code).not.toBe(0);
  expect(diagnosticsOf(stale, "first")).toEqual([]);
  expect(diagnosticsOf(stale, "second")).toEqual([
    expect.stringMatching(/^error: .*HTTP 401.*connection "other".*stored by the last up.*add --run-program/),
  ]);
  expect(Object.keys(await stack.snapshots()).sort()).toEqual(["first", "second"]);
  await workspace.refresh(["--skip-preview", "--run-program", "--expect-no-changes"], { expectCode: 0 });
  // That refresh has stored the new token: the program is no longer needed.
  await workspace.refresh(["--skip-preview", "--expect-no-changes"], { expectCode: 0 });
  expect(changes.map((each) => each())).toEqual([[], []]);
});
