import type { Command } from "commander";
import { type Check, definitions, examine, type PlatformDefinition } from "../../provider";
import { platformArgument } from "./arguments";
import { EXIT, printJson, printTable, tell } from "./output";
import { isInEnvironment, readConnections, sessionOn, type Wanted } from "./session";
import { type ConnectionOptions, verb, withConnection } from "./verb";

interface Options extends ConnectionOptions {
  readonly json?: true;
}

const all: readonly PlatformDefinition[] = Object.values(definitions);

/** Returns the connections to check: the named one, else all in the environment and in the stack's config. */
function meant(
  platform: PlatformDefinition | undefined,
  inConfig: readonly Wanted[],
  name: string | undefined,
): Wanted[] {
  if (name !== undefined) {
    const known = inConfig.find(({ connection }) => connection === name);
    const own = all.find((definition) => definition.name === name);
    const wanted = platform?.name ?? known?.platform ?? own?.name;
    return wanted === undefined ? [] : [{ platform: wanted, connection: name }];
  }
  const fromEnvironment = all.filter(isInEnvironment).map((definition) => definition.name);
  const defaults = platform === undefined ? fromEnvironment : [platform.name];
  const ofConfig = inConfig.filter((one) => platform === undefined || one.platform === platform.name);
  const seen = new Map<string, Wanted>();
  for (const each of defaults) seen.set(each, { platform: each, connection: each });
  for (const each of ofConfig) seen.set(each.connection ?? each.platform, each);
  // Configured connections replace a default connection that is only included because its platform was named.
  if (platform !== undefined && ofConfig.length > 0 && !fromEnvironment.includes(platform.name)) {
    if (!ofConfig.some(({ connection }) => connection === platform.name)) seen.delete(platform.name);
  }
  return [...seen.values()];
}

/** `pulumi-snapshots doctor`: checks connections, and says how to fix those that don't work. */
export function doctorCommand(): Command {
  return withConnection(
    verb("doctor", "Check each connection: reach, credential, plan, clock and API version; exits 3 if one fails", [
      "pulumi-snapshots doctor",
      "pulumi-snapshots doctor discloud",
      "pulumi-snapshots doctor --stack prod   # also the connections of the stack's config",
    ]),
  )
    .argument("[platform]", "one platform; left out: every connection that is set")
    .action(async (name: string | undefined, options: Options) => {
      const platform = name === undefined ? undefined : platformArgument(name);
      const { sources, inConfig } = await readConnections(options, []);
      const wanted = meant(platform, inConfig, options.connection);
      const session = sessionOn(sources);
      const results: { connection: string; checks: Check[] }[] = [];
      for (const one of wanted) {
        const connection = one.connection ?? one.platform;
        results.push({ connection, checks: await examine(session, platformArgument(one.platform), connection) });
      }
      if (options.json) printJson(results);
      else {
        const rows = results.flatMap(({ connection, checks }) =>
          checks.map(({ name: check, ok, message }) => [
            { text: connection },
            { text: check },
            { text: ok ? "ok" : "failed", style: ok ? ("green" as const) : ("red" as const) },
            { text: message },
          ]),
        );
        printTable(["CONNECTION", "CHECK", "RESULT", "WHAT"], rows);
      }
      const failed = results.filter(({ checks }) => checks.some(({ ok }) => !ok));
      if (results.length > 0 && failed.length === 0) return;
      if (results.length === 0) {
        const what =
          options.connection === undefined ? "no connection is set" : `there is no connection "${options.connection}"`;
        tell(`pulumi-snapshots: ${what}: set a platform's environment variables, or name a stack with --stack`);
      } else {
        tell(`pulumi-snapshots: ${failed.map(({ connection }) => connection).join(", ")}: at least one check fails`);
      }
      process.exitCode = EXIT.no;
    });
}
