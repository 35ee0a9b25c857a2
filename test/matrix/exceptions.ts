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
    what: "Lists of Discloud, of File Storage or of SnapShooter's jobs that lag by minutes, just after a create",
    why:
      "the list is the only evidence of whether the result exists, and none of these platforms documents a " +
      "list lag. More than a minute after the request the list counts as proof: what is waited for then " +
      'counts as failed, and a refresh reports it gone. With `onGone: "keep"`, the default, a Snapshot ' +
      'stays in the state, and the next refresh shows it again; `onGone: "recreate"` takes another. A ' +
      "policy for a Discloud app takes another snapshot for its slot. A SnapShooter job leaves the state, " +
      "and the next up refuses to create a second job of its name; only after a kill does it create one, " +
      "and it names the first",
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
      "the list of jobs is the only evidence of whether a job exists, and nothing in the API says whose " +
      "token it is. A refresh drops the policy from the state, and the job stays on SnapShooter; with the " +
      "right token the next up refuses to create a second job of its name",
    covers: ({ target, step, request, fault }) =>
      target.create === "create-job" &&
      request.operation === "list-jobs" &&
      fault.name.startsWith("the credential is another") &&
      /: read/.test(step.name),
  },
  {
    what: "A Discloud snapshot that another machine took for a policy, if answers have no Date",
    why:
      "a version has no time zone; only the Date of an answer to the provider's own request reveals it. " +
      "Without that the times of all versions are unknown, so nothing shows which slot a version settles, " +
      "and the policy takes another snapshot",
    covers: ({ target, step, fault }) =>
      target.title === "policy for a Discloud app" &&
      step.name === "policy: converge on another machine after the first was killed" &&
      fault.name.startsWith("no answer has a Date") &&
      fault.isStanding === true,
  },
  {
    what: "A Virtus Cloud app whose storage clock is minutes behind, and a policy whose snapshot is not yet known",
    why:
      "the list dates snapshots by the storage's clock only. A new one that looks older than the request " +
      "does not count as its result; the next run counts it for the scheduled time as a foreign one, never " +
      "prunes it, and names it",
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
      "the platforms have neither idempotency keys nor locks. While both answers arrive, each stack gets " +
      "its own snapshot, except on Virtus Cloud, whose answer names none: there both may claim the same " +
      "one. If an answer is lost, only a name (on volumes of Samsung Cloud Platform) distinguishes the two",
  },
  {
    what: "A machine that is lost together with its journal between a request and its answer",
    why:
      "only the journal knows of the request. A volume's snapshot on Samsung Cloud Platform is found by its " +
      "name within the hour; elsewhere `reuseWithin` adopts one whose time the platform shows, but not " +
      "while the list of Virtus Cloud lags",
  },
  {
    what: "Somebody else's snapshot that is the only new one after a lost answer",
    why:
      "on platforms where snapshots have no names it can't be distinguished from the requested one, if that " +
      "was never taken or is not yet visible in the list. It counts as the result, with a warning that says " +
      "so, and is never deleted: destroy leaves it on the platform",
  },
  {
    what: "Pulumi's own debug log",
    why:
      "with `-v=9` the engine writes the stack's decrypted config to its log, and no provider can prevent " +
      "that. Where such logs are kept, set credentials in the environment instead",
  },
];
