import { join } from "node:path";
import { seed } from "../../emulator";
import { changesSeenBy, createStack, type Stack } from "../engine/stack";
import { runCommand } from "../pulumi-cli/processes.js";
import { blocksOf } from "./pages";

const PAGE = "docs/recipes.md";

let stack: Stack;
afterEach(() => stack.dispose());

/** The shell scripts of a recipe, with the emulator's token wherever the page leaves one to the reader. */
function scriptsOf(heading: string): string[] {
  return blocksOf(PAGE, heading)
    .filter(({ language }) => language === "sh")
    .map(({ text }) => text.replaceAll(/<[^>]*token[^>]*>/g, stack.emulator.environment["DISCLOUD_TOKEN"] ?? ""));
}

/** Runs a script of the page in the program's folder, and returns what it prints; fails where one of its commands does. */
async function run(script: string | undefined, env: Record<string, string> = {}): Promise<string> {
  if (script === undefined) throw new Error(`${PAGE} has no such script`);
  const { workspace } = stack;
  const { code, output } = await runCommand("bash", ["-euc", script], {
    cwd: workspace.directory,
    env: { ...workspace.env, ...env },
  });
  if (code !== 0) throw new Error(`${script} ended with ${code}:\n${output}`);
  return output;
}

test("the recipes' commands do what the page says, run in its order", async () => {
  const { appId } = seed.discloud;
  const stagingAppId = "1730000000001";
  stack = await createStack({
    // The token comes from the config that the recipes set.
    env: ({ environment: { DISCLOUD_API_URL = "" } }) => ({ DISCLOUD_API_URL }),
    files: { "Pulumi.yaml": { name: "backups", runtime: "nodejs" } },
    resources: { "before-release": { platform: "discloud", appId, triggers: { release: "42" } } },
  });
  const { emulator, workspace } = stack;
  emulator.discloud.addApp(stagingAppId);
  const changes = changesSeenBy(emulator);
  const one = [`discloud create-snapshot ${appId}`];
  await workspace.pulumi(["stack", "init", "prod"], { expectCode: 0 });

  const [store, withProgram] = scriptsOf("Rotate a token");
  await run(store);
  expect(changes()).toEqual(one);
  await run(withProgram);

  const [connections] = scriptsOf("Two accounts");
  await run(connections);
  await workspace.config("snapshots:staging.url", emulator.environment["DISCLOUD_API_URL"] ?? "", { path: true });
  stack.declare({
    "before-release": { platform: "discloud", appId, triggers: { release: "42" } },
    staging: { platform: "discloud", connection: "staging", appId: stagingAppId },
  });

  const [comment] = scriptsOf("Comment on pull requests");
  const bin = join(workspace.directory, "bin");
  workspace.write({ "bin/gh": '#!/bin/sh\necho "gh $*"; cat comment.md\n' });
  await runCommand("chmod", ["+x", join(bin, "gh")]);
  const commented = await run(comment, { NUMBER: "7", PATH: `${bin}:${workspace.env["PATH"]}` });
  expect(commented).toMatch(
    /^gh pr comment 7 --edit-last --create-if-none --body-file comment\.md\n```\nPreviewing update \(prod\)/,
  );
  expect(commented).toContain(`will take a snapshot of app ${stagingAppId}`);

  // npm would fetch the published package in place of this one.
  const [upgrade = ""] = scriptsOf("Upgrade the package");
  expect(await run(upgrade.replace("npm install", "echo"))).toContain("+ 1 to create");

  const [up, forget] = scriptsOf("Keep a snapshot after destroy");
  await run(up?.replace("pulumi destroy --yes\n", ""));
  expect(changes()).toEqual([`discloud create-snapshot ${stagingAppId}`]);
  expect(await run("pulumi stack --show-urns")).toContain("Snapshot::before-release");
  await run(forget);
  expect(await run("pulumi stack --show-urns")).not.toContain("Snapshot::before-release");

  const [remove = ""] = scriptsOf("Remove the package");
  expect(await run(remove.replace("npm uninstall", "echo"))).toContain("kept on Discloud");
  expect(changes()).toEqual([]);
}, 600_000);
