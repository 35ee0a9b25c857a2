import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../emulator";
import { definitions, type PlatformDefinition } from "../../provider";
import { STACK, type Workspace } from "../support/engine";

/**
 * Starts one emulator a name, and adds to the stack's config a connection of that name which leads to it: what one
 * platform answers differently from one refresh to the next, several answer in a single one.
 */
export async function connectSeveral<Name extends string>(
  workspace: Workspace,
  platform: keyof typeof definitions,
  names: readonly Name[],
): Promise<Record<Name, Emulator>> {
  const { connectionFields } = definitions[platform] as PlatformDefinition;
  const emulators = await Promise.all(names.map(async (name) => [name, await startEmulator()] as const));
  const connections = emulators.map(([name, { environment }]) => {
    const fields = Object.entries(connectionFields).map(([field, known]) => [field, environment[known.environment]]);
    return [`snapshots:${name}`, { platform, ...Object.fromEntries(fields) }];
  });
  // JSON is YAML; one write instead of one command a field. What is on a loopback address may stand in plain text.
  const file = `Pulumi.${STACK}.yaml`;
  const before = readFileSync(join(workspace.directory, file), "utf8");
  workspace.write({ [file]: `${before}config: ${JSON.stringify(Object.fromEntries(connections))}\n` });
  return Object.fromEntries(emulators) as Record<Name, Emulator>;
}
