import { Command } from "commander";
import { defined, forecastPolicy, nameInUrn, type PolicyForecast, readStack, type StackResource } from "../../provider";
import { platformArgument } from "./arguments";
import { type Cell, EXIT, printJson, printTable, tell, UsageError } from "./output";
import { stackState } from "./pulumi";
import { openSession } from "./session";
import { type ConnectionOptions, verb, withConnection } from "./verb";

interface Options extends ConnectionOptions {
  readonly json?: true;
}

const nameOf = ({ urn }: StackResource): string => nameInUrn(urn);

/** Returns the policies to test: all, or the named ones. */
function meant(resources: readonly StackResource[], names: readonly string[], stack: string): StackResource[] {
  const policies = resources.filter(({ resource }) => resource === "BackupPolicy");
  const unknown = names.filter((name) => !policies.some((policy) => nameOf(policy) === name));
  if (unknown.length > 0) {
    const known = policies.map(nameOf).join(", ");
    throw new Error(
      `${stack} has no BackupPolicy ${unknown.join(", ")}; ${known === "" ? "it has none" : `it has ${known}`}`,
    );
  }
  return names.length === 0 ? policies : policies.filter((policy) => names.includes(nameOf(policy)));
}

function hours(seconds: number): string {
  return `${Math.round(seconds / 360) / 10} h`;
}

function rowsOf({ name, nextRuns, longestGapSeconds, kept, going }: PolicyForecast): Cell[][] {
  const row = (what: string, which: string, why: string, style?: Cell["style"]): Cell[] => [
    { text: name },
    { text: what, ...defined({ style }) },
    { text: which },
    { text: why },
  ];
  return [
    ...nextRuns.map((run) => row("next run", run, "")),
    ...(longestGapSeconds === null ? [] : [row("longest gap", hours(longestGapSeconds), "")]),
    ...kept.map(({ id, because }) => row("kept", id, because, "green")),
    ...going.map(({ id, because }) => row("going", id, because, "red")),
  ];
}

function testCommand(): Command {
  return withConnection(
    verb(
      "test",
      "Show the next runs, the longest gap, and what is kept and what is deleted, from the platform's current list",
      ["pulumi-snapshots policy test --stack prod", "pulumi-snapshots policy test --stack prod nightly"],
    ),
  )
    .argument("[names...]", "resource names of policies; left out: all policies of the stack")
    .action(async (names: readonly string[], options: Options) => {
      const { stack, cwd, connection } = options;
      if (stack === undefined) throw new UsageError("--stack is missing: name the stack whose policies to test");
      const { resources } = readStack(await stackState({ stack, cwd }));
      const policies = meant(resources, names, stack).map(
        (policy): StackResource =>
          connection === undefined ? policy : { ...policy, outputs: { ...policy.outputs, connection } },
      );
      const wanted = policies.map(({ outputs }) => ({
        platform: platformArgument(String(outputs["platform"])).name,
        connection: typeof outputs["connection"] === "string" ? outputs["connection"] : undefined,
      }));
      // Without a policy, no credentials are required.
      const session = await openSession(wanted.length === 0 ? {} : options, wanted);
      // Snapshots that other resources of the stack manage are never pruned.
      for (const { urn, outputs } of resources) session.recordStored(urn, outputs);
      const forecasts: PolicyForecast[] = [];
      for (const policy of policies) {
        forecasts.push(await forecastPolicy(session, policy));
        if (policy.outputs["suspended"] === true) tell(`${nameOf(policy)} is suspended`);
      }
      if (options.json) printJson(forecasts);
      else if (forecasts.length > 0) printTable(["POLICY", "WHAT", "WHICH", "WHY"], forecasts.flatMap(rowsOf));
      if (forecasts.length > 0) return;
      tell(`${stack} has no BackupPolicy`);
      process.exitCode = EXIT.no;
    });
}

/** `pulumi-snapshots policy`: the commands for policies. */
export function policyCommand(): Command {
  return new Command("policy").description("Test the policies of a stack").exitOverride().addCommand(testCommand());
}
