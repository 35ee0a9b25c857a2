import type { MatrixCase } from "./matrix-case";

/** What could not be made safe, and why. */
export interface Exception {
  readonly what: string;
  readonly why: string;
  /** The cases of the matrix that show it; none where a matrix of one stack on one machine can't. */
  covers?(given: MatrixCase): boolean;
}

/** Every exception, as docs/what-happens-when.md names it. */
export const exceptions: readonly Exception[] = [
  {
    what: "A list of Discloud's or of File Storage's that is minutes late, for a snapshot that was taken just before",
    why:
      "their lists are the only word on whether a snapshot exists, and neither platform documents that one may be late. " +
      "A list that is late counts as proof more than a minute after the request: what is waited for then counts as failed, and a refresh says gone. With " +
      '`onGone: "keep"`, the default, it stays in the state, and the next refresh shows it again; `onGone: "recreate"` takes another',
    covers: ({ target, step, fault }) =>
      fault.name === "the list lags 30 minutes behind" &&
      (target.title === "Discloud app" || target.title === "Samsung Cloud Platform File Storage volume") &&
      (step.name === "read a young one" ||
        (step.name === "go on with one that is not ready" && target.args["fileVolumeId"] !== undefined)),
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
