import type { MatrixCase } from "./matrix-case";

/** Case that could not be made safe, and why. */
export interface Exception {
  readonly what: string;
  readonly why: string;
  /** Cases of the matrix that show it; omitted if a matrix of one stack on one machine can't. */
  covers?(given: MatrixCase): boolean;
}

/** Whether this is the first look after a create that only the list shows; a resume on Discloud looks twice. */
function isPolicysOnlyWord({ target, step, request }: MatrixCase): boolean {
  const isList =
    (request.operation === "list-app-snapshots" && target.platform === "discloud") || request.operation === "list-jobs";
  const isTakeover = step.name === "policy: take over after the engine was killed";
  const isYoung =
    isTakeover || ["policy: read a young one", "policy: converge after the engine was killed"].includes(step.name);
  return isList && isYoung && (request.nth === 0 || (isTakeover && target.platform === "discloud"));
}

const withoutDate = "no answer has a Date, and this machine's clock is 10 minutes fast";

/** All exceptions, as docs/what-happens-when.md names them. */
export const exceptions: readonly Exception[] = [
  {
    what: "A list of Discloud's, of File Storage's or of SnapShooter's jobs that is minutes late, for what was made just before",
    why:
      "their lists are the only word on whether it exists, and no platform of them documents that one may be late. " +
      "A list that is late counts as proof more than a minute after the request: what is waited for then counts as failed, and a refresh says gone. With " +
      '`onGone: "keep"`, the default, a Snapshot stays in the state, and the next refresh shows it again; `onGone: "recreate"` takes another. ' +
      "A policy for a Discloud app takes another for its slot. A job of SnapShooter's leaves the state, and the next up " +
      "refuses to make a second one of its name; only after a kill it makes one, and names the first",
    covers(given) {
      const { target, step, request, fault } = given;
      if (fault.name !== "the list lags 30 minutes behind") return false;
      if (target.resource === "BackupPolicy") return isPolicysOnlyWord(given);
      return (
        ["Discloud app", "Samsung Cloud Platform File Storage volume"].includes(target.title) &&
        (step.name === "read a young one" ||
          (step.name === "go on with one that is not ready" && request.operation === "list-file-snapshots"))
      );
    },
  },
  {
    what: "A SnapShooter token of another account, and a policy that is a job",
    why:
      "the list of jobs is the only word on whether a job exists, and the API has nothing that tells whose token it is. " +
      "A refresh drops the policy from the state, and the job stays on SnapShooter; with the right token the next up " +
      "refuses to create a second job of its name",
    covers: ({ target, step, request, fault }) =>
      target.create === "create-job" &&
      request.operation === "list-jobs" &&
      fault.name.startsWith("the credential is another") &&
      /: read/.test(step.name),
  },
  {
    what: "A Discloud snapshot that another machine has taken for a policy, where answers have no Date",
    why:
      "a version names no zone, and only the Date of the answer to a request of ours tells it. Without one the time of no " +
      "version is known, so nothing tells which slot a version settles, and the policy takes another",
    covers: ({ target, step, fault }) =>
      target.title === "policy for a Discloud app" &&
      step.name === "policy: converge on another machine after the first was killed" &&
      fault.name.startsWith("no answer has a Date") &&
      fault.isStanding === true,
  },
  {
    what: "A Virtus Cloud app whose storage's clock is minutes behind, and a policy whose snapshot is not known yet",
    why:
      "its list tells a snapshot's time by the storage's clock only. A new one that looks older than the request is not taken " +
      "for its result; the next run takes it for the scheduled time as somebody else's, never prunes it, and names it",
    covers: ({ target, step, request, fault }) =>
      target.title === "policy for a Virtus Cloud app" &&
      step.name === "policy: converge, while the slot before is not known" &&
      (request.operation === "list-app-snapshots"
        ? ["the storage's clock is 6 minutes behind", withoutDate].includes(fault.name)
        : request.operation === "create-app-snapshot" &&
          [
            "the storage's clock is 6 minutes behind, and an answer is lost",
            `${withoutDate}, and an answer is lost`,
          ].includes(fault.name)) &&
      request.nth === 0,
  },
  {
    what: "Two stacks, or two machines, that take a snapshot of one target at the same moment",
    why:
      "the platforms give no idempotency key and no lock. While both answers arrive each stack has its own, but on Virtus " +
      "Cloud, whose answer names none, both may take the same one for theirs; where an answer is lost, nothing but a name " +
      "(Samsung Cloud Platform's volumes) tells them apart",
  },
  {
    what: "A machine that vanishes with its journal between a request and its answer",
    why:
      "only the journal knows of the request. A volume's snapshot on Samsung Cloud Platform is found by its name within the " +
      "hour; elsewhere `reuseWithin` finds one where the platform tells when it was taken, but not while the list of Virtus Cloud is late",
  },
  {
    what: "Somebody else's snapshot that is the only new one after a lost answer",
    why:
      "on platforms where a snapshot has no name it can't be told from ours, when ours was never made, or is not listed yet. " +
      'It is taken for the result, with a warning that says so; such a one is never deleted unless the state says `deletionPolicy: "delete"`',
  },
  {
    what: "Pulumi's own debug log",
    why: "with `-v=9` the engine writes the stack's decrypted config into its log, and no provider can keep it from that. Give credentials through the environment where such logs are kept",
  },
];
