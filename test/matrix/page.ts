import { exceptions } from "./exceptions";
import { faults } from "./faults";
import type { Played } from "./matrix";

/** One line that summarizes the matrix. */
export function lineOf(played: readonly Played[]): string {
  const count = (what: "duplicates" | "lost" | "dropped" | "leaks") =>
    played.filter(({ outcome }) => outcome[what].length > 0).length;
  return (
    `${played.length} cases: ${count("duplicates")} duplicates, ${count("lost")} lost, ` +
    `${count("dropped")} wrongly dropped, ${count("leaks")} leaks`
  );
}

/** Number of different combinations of fault, operation and platform among the cases. */
export function distinct(played: readonly Played[]): number {
  return new Set(played.map(({ fault, request, target }) => `${fault.name}|${request.operation}|${target.platform}`))
    .size;
}

function rowOf(name: string, played: readonly Played[]): string {
  const cases = played.filter(({ fault }) => fault.name === name);
  const ended = (how: string) => cases.filter(({ outcome }) => outcome.ended === how).length;
  return `| ${name} | ${cases.length} | ${ended("same run")} | ${ended("next run")} | ${ended("told")} |`;
}

/** Text of docs/what-happens-when.md, from the results of the matrix. */
export function pageOf(played: readonly Played[]): string {
  const safe = played.filter((one) => !exceptions.some(({ covers }) => covers?.(one)));
  return `# What happens when…

A test breaks every request of every step on every platform in every way below, over real HTTP, and compares what then exists
on the platform with what the state, the journal and the messages say. The steps of a Snapshot: create, wait, verify, resume an
unfinished one, recover after a kill, read, update, replace, delete, adopt, reuse. Those of a BackupPolicy: create, wait,
verify, resume an unfinished one, recover after a kill on the same machine or on another one, converge after a slot has passed,
prune, read, update, delete, drop from state, adopt, watch. Both also run next to a stack of the same name in another backend,
and under a name that another resource had before it was renamed. That test writes this page.

    ${lineOf(safe)}

These are ${distinct(safe)} distinct combinations of fault, operation and platform.

- *duplicate*: more snapshots were taken than the program asked for, more than one was taken for a slot, or a second policy was
  created
- *lost*: a snapshot was taken, or a policy created on its platform, and no state, journal or message names it; or a run
  succeeded without a backup behind it: a resource claims what existed before, or an older or wrongly dated snapshot settles a
  slot; or a platform's refusal was not reported immediately
- *wrongly dropped*: a snapshot left the state, or counts as gone, although it exists or nothing proves that it doesn't; or one
  was deleted that belongs to another resource, another stack or somebody else; or a retention deleted what it keeps, or more
  than \`maxDeletes\`
- *leak*: a credential, a signed link or a key in the state, a message or the journal, or in a request to another origin

The columns count the cases in which the same run succeeded or had nothing to report; those in which it failed with the reason,
and the next \`pulumi up\` (or \`destroy\`) settled it without a second snapshot; and those that stay refused, with every candidate
named, until you choose (\`adopt: "<id>"\`), because nothing shows which snapshot belongs to whom, what was wanted no longer
exists, or a policy of that name already exists.

"Every time" means each request of that kind until the end of the run; any other fault happens once. Clocks, dates and paging
metadata stay the same throughout a case. A fault that only causes a read to be repeated is played on Snapshots alone: all
resources use the same client.

| what happens | cases | the same run | the next run | you choose |
| --- | ---: | ---: | ---: | ---: |
${faults.map(({ name }) => rowOf(name, safe)).join("\n")}

A read is repeated up to five times. A request that takes a snapshot is sent again only when the platform certainly did not
execute it: the connection was refused, the target is busy (409), or the rate limit refused the request (429). After any other
failure the provider reads the list, and the next run does so again; see [guarantees](guarantees.md).

## What could not be made safe

${exceptions.map(({ what, why }) => `- **${what}**: ${why}.`).join("\n")}
`;
}
