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

test("what adopt writes is imported, and the next preview shows nothing", async () => {
  stack = await createStack();
  const { emulator, workspace } = stack;
  const changes = changesSeenBy(emulator);
  const platforms = [["discloud"], ["scp", `volume/${seed.scp.volumeId}`]];
  const adoptions: Adopted[] = [];
  for (const [index, what] of platforms.entries()) {
    const file = `import-${index}.json`;
    const adopted = await run(["adopt", ...what, "--stack", "dev", "--import", file, "--json"]);
    expect(adopted).toMatchObject({ code: 0, stderr: expect.stringMatching(`^wrote ${file}; `) });
    const found: Adopted[] = JSON.parse(adopted.stdout);
    expect(found).toHaveLength(1);
    adoptions.push(...found);
    const args = ["import", "--yes", "--skip-preview", "--file", file, "--generate-code=false", "--protect=false"];
    stack.declare(Object.fromEntries(adoptions.map(({ name, args }) => [name, args])));
    const imported = await workspace.pulumi(args, { expectCode: 0 });
    expect(imported.output).not.toMatch(/error|warning/i);
  }
  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  await workspace.refresh(["--skip-preview"], { expectCode: 0 });
  await workspace.up(["--skip-preview", "--expect-no-changes"], { expectCode: 0 });

  for (const [index, what] of platforms.entries()) {
    const listed = await run(["list", ...what, "--stack", "dev", "--json"]);
    const [item] = JSON.parse(listed.stdout);
    expect(item).toMatchObject({
      resourceId: adoptions[index]?.resourceId,
      managedBy: expect.stringMatching(new RegExp(`^urn:pulumi:dev::snap::.*::${adoptions[index]?.name}$`)),
    });
    expect(await run(["adopt", ...what, "--stack", "dev"])).toMatchObject({ code: 3, stdout: "" });
  }
  expect(changes()).toEqual([]);
});

test("credentials come from the stack's config, where the environment has none", async () => {
  stack = await createStack({ env: () => ({}) });
  const { emulator, workspace } = stack;
  const { DISCLOUD_TOKEN: token = "", DISCLOUD_API_URL: url = "" } = emulator.environment;
  workspace.setConfig({ "snapshots:second": { platform: "discloud", url } });
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
});
