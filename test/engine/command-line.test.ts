import { seed } from "../../emulator";
import { Command } from "../cli/command";
import { changesSeenBy, createStack, type Declared, type Stack } from "./stack";

let stack: Stack;
afterEach(() => stack.dispose());

async function run(args: readonly string[], env: Record<string, string | undefined> = {}) {
  const { workspace } = stack;
  const command = new Command({ args, env: { ...workspace.env, ...env }, cwd: workspace.directory });
  return { code: await command.ended, stdout: command.stdout, stderr: command.stderr };
}

interface Adopted {
  readonly resourceId: string;
  readonly name: string;
  readonly args: Declared;
}

test.each([
  ["discloud", "discloud", undefined],
  ["scp", "scp", `volume/${seed.scp.volumeId}`],
])(
  "what adopt writes for %s is imported, and the next preview shows nothing",
  async (_title, platform, target) => {
    stack = await createStack();
    const { emulator, workspace } = stack;
    const changes = changesSeenBy(emulator);
    const what = [platform, ...(target === undefined ? [] : [target]), "--stack", "dev"];
    const adopted = await run(["adopt", ...what, "--import", "import.json", "--json"]);
    expect(adopted).toMatchObject({ code: 0, stderr: expect.stringMatching(/^wrote import\.json; /) });
    const adoptions: Adopted[] = JSON.parse(adopted.stdout);
    expect(adoptions).toHaveLength(1);
    stack.declare(Object.fromEntries(adoptions.map(({ name, args }) => [name, args])));
    const args = ["import", "--yes", "--file", "import.json", "--generate-code=false", "--protect=false"];
    const imported = await workspace.pulumi(args, { expectCode: 0 });
    expect(imported.output).not.toMatch(/error|warning/i);
    await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
    await workspace.refresh(["--skip-preview"], { expectCode: 0 });
    await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
    await workspace.up(["--skip-preview", "--expect-no-changes"], { expectCode: 0 });

    const listed = await run(["list", ...what, "--json"]);
    const [item] = JSON.parse(listed.stdout);
    expect(item).toMatchObject({
      resourceId: adoptions[0]?.resourceId,
      managedBy: expect.stringMatching(new RegExp(`^urn:pulumi:dev::snap::.*::${adoptions[0]?.name}$`)),
    });
    expect(await run(["adopt", ...what])).toMatchObject({ code: 3, stdout: "" });
    expect(changes()).toEqual([]);
  },
  600_000,
);

test("credentials come from the stack's config, where the environment has none", async () => {
  stack = await createStack({ env: () => ({}) });
  const { emulator, workspace } = stack;
  const { DISCLOUD_TOKEN: token = "", DISCLOUD_API_URL: url = "" } = emulator.environment;
  await workspace.config("snapshots:second.platform", "discloud", { path: true });
  await workspace.config("snapshots:second.url", url, { path: true });
  await workspace.config("snapshots:second.token", token, { path: true, secret: true });
  const listed = await run(["list", "discloud", "--stack", "dev", "--connection", "second", "--json"]);
  expect(listed).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(listed.stdout)).toMatchObject([{ connection: "second", snapshotId: seed.discloud.version }]);
  const examined = await run(["doctor", "--stack", "dev", "--json"]);
  expect(examined).toMatchObject({ code: 0 });
  expect(JSON.parse(examined.stdout)).toMatchObject([{ connection: "second" }]);
  const locked = await run(["list", "discloud", "--stack", "dev", "--connection", "second"], {
    PULUMI_CONFIG_PASSPHRASE: "wrong",
  });
  expect(locked).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(/pulumi config --stack dev failed/),
  });
  expect(locked.stderr).not.toContain(token);
}, 600_000);
