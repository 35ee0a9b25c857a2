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

The tests break every request of every step on every platform in every way below, over real HTTP, and compare what the
platform then really has with what the state, the journal and the messages say. The steps of a Snapshot: create, wait, verify, go on
with an unfinished one, take over after a kill, read, update, replace, delete, adopt, reuse. Those of a BackupPolicy: create,
wait, verify, go on with an unfinished one, take over after a kill on the same machine or on another, converge when a slot has
passed, prune, read, update, delete, forget, adopt, watch. Both also run beside another backend's stack of the same name,
and under a name that another resource had before its rename. This page is written by that test.

    ${lineOf(safe)}

They are ${distinct(safe)} distinct combinations of fault, operation and platform.

- *duplicate*: more snapshots were taken than the program asked for, or more than one for a slot, or a second policy was made
- *lost*: one was taken, or a policy made on its platform, that no state, no journal and no message names; or a run
  succeeded without the backup that it stands for: a resource claims what existed before, or an older or wrongly dated
  snapshot settles a slot; or a platform's refusal was not reported at once
- *wrongly dropped*: one left the state, or counts as gone, though it exists or nothing proves that it doesn't; or one was
  deleted that another resource, another stack or somebody else has; or a retention deleted what it keeps or more than
  \`maxDeletes\`
- *leak*: a credential, a signed link or a key in the state, a message or the journal, or a request to another origin

What the columns count: the run got over it by itself or had nothing to tell; it failed with the reason, and the next
\`pulumi up\` (or \`destroy\`) settled it without a second snapshot; or it stays refused, with every candidate named, until
you choose (\`adopt: "<id>"\`), since nothing tells which snapshot is whose, what was wanted is not there any more, or a policy of that name is there already.

"Every time" means each request of that kind until the end of the run; otherwise it happens once. Clocks, dates and what the
lists say of their pages stay as they are from the beginning of a case to its end. What only has a read sent
again is played on Snapshots alone: the same client does so for every resource.

| what happens | cases | the same run | the next run | you choose |
| --- | ---: | ---: | ---: | ---: |
${faults.map(({ name }) => rowOf(name, safe)).join("\n")}

A read is repeated up to five times. A request that takes a snapshot is sent again only when it surely was not carried out:
the connection was refused, the target is busy (409), or the rate limit refused it (429). After any other failure the list is asked, and the next
run asks again; see [guarantees](guarantees.md).

## What could not be made safe

${exceptions.map(({ what, why }) => `- **${what}**: ${why}.`).join("\n")}
`;
}
