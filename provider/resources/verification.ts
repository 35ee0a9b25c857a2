import { defined } from "../model/defined";
import type { ObservedSnapshot, SnapshotStatus } from "../model/snapshot";
import type { Properties } from "./host";
import { textOf } from "./session";

/** Outputs of a snapshot that was verified and found intact, with their descriptions. */
export const verifiedOutputs = {
  verifiedAt: "with `verify`: when its bytes were checked and found intact, ISO-8601 UTC",
  verifiedBytes: "with `verify`: how many bytes were checked, those of all files together",
  sha256: "with `verify`: the SHA-256 of its bytes, in hex; a snapshot of several files has one for each in `files`",
} as const satisfies Readonly<Record<string, string>>;

/** Properties in which a state stores a verdict, besides `files`; the last two only if the snapshot is not intact. */
export const verdictNames = [...Object.keys(verifiedOutputs), "brokenBecause", "unverifiedBecause"] as const;

/** Result of checking a snapshot's bytes. */
export type Verdict =
  | {
      readonly outcome: "intact";
      readonly verifiedAt: string;
      readonly verifiedBytes: number;
      /** Only for a snapshot that is a single file. */
      readonly sha256?: string;
      /** SHA-256 by file name, only for a snapshot of several files. */
      readonly files?: Readonly<Record<string, string>>;
    }
  /** The bytes were read and are not a valid backup. */
  | { readonly outcome: "broken"; readonly because: string }
  /** The bytes could not be read, which proves nothing. */
  | { readonly outcome: "unproven"; readonly because: string };

/** Verdict on a snapshot that still has to be checked. */
export const notYet: Verdict = { outcome: "unproven", because: "its bytes were not checked yet" };

/** Whether inputs ask for verified snapshots; an unknown value counts as yes. */
export function wantsVerification(inputs: Properties): boolean {
  return inputs["verify"] !== undefined && inputs["verify"] !== null;
}

/** Verdict stored in a resource's properties or in a policy's record of a snapshot. */
export function verdictOf(held: Properties): Verdict | undefined {
  const [brokenBecause, unverifiedBecause] = [textOf(held, "brokenBecause"), textOf(held, "unverifiedBecause")];
  if (brokenBecause !== undefined) return { outcome: "broken", because: brokenBecause };
  if (unverifiedBecause !== undefined) return { outcome: "unproven", because: unverifiedBecause };
  const [verifiedAt, sha256] = [textOf(held, "verifiedAt"), textOf(held, "sha256")];
  const { verifiedBytes } = held;
  if (verifiedAt === undefined || typeof verifiedBytes !== "number") return undefined;
  const hashes = filesIn(held).flatMap((file) => {
    const [name, hash] = [textOf(file, "name"), textOf(file, "sha256")];
    return name === undefined || hash === undefined ? [] : [[name, hash] as const];
  });
  return {
    outcome: "intact",
    verifiedAt,
    verifiedBytes,
    ...defined({ sha256 }),
    ...(hashes.length === 0 ? {} : { files: Object.fromEntries(hashes) }),
  };
}

function filesIn({ files }: Properties): readonly Properties[] {
  return Array.isArray(files) ? (files as readonly Properties[]) : [];
}

/** Properties in which a state stores a verdict; `shown` holds the properties that the platform reports. */
function factsOf(verdict: Verdict, shown: Properties): Properties {
  if (verdict.outcome === "broken") return { brokenBecause: verdict.because };
  if (verdict.outcome === "unproven") return { unverifiedBecause: verdict.because };
  const { verifiedAt, verifiedBytes, sha256, files: hashes } = verdict;
  const hashOf = (name: string | undefined): string | undefined =>
    name !== undefined && hashes !== undefined && Object.hasOwn(hashes, name) ? hashes[name] : undefined;
  const files = filesIn(shown).map((file) => {
    const hash = hashOf(textOf(file, "name"));
    return hash === undefined ? file : { ...file, sha256: hash };
  });
  return {
    verifiedAt,
    verifiedBytes,
    ...defined({ sha256 }),
    ...(files.length === 0 ? {} : { files }),
  };
}

const statusBy = { intact: "available", broken: "failed", unproven: "running" } as const satisfies Readonly<
  Record<Verdict["outcome"], SnapshotStatus>
>;

/**
 * Applies a verdict to a snapshot whose verification is requested: if the platform calls it usable, it counts as
 * `available` only once its bytes were found intact. Every other status of the platform is kept.
 */
export function counted(snapshot: ObservedSnapshot, verdict: Verdict = notYet): ObservedSnapshot {
  const { status, details } = snapshot;
  if (status === "available") {
    return { ...snapshot, status: statusBy[verdict.outcome], details: { ...details, ...factsOf(verdict, details) } };
  }
  const isSettled = verdict.outcome === "intact" || (verdict.outcome === "broken" && status !== "failed");
  return isSettled ? { ...snapshot, details: { ...details, ...factsOf(verdict, details) } } : snapshot;
}

/** Applies a verdict to the properties of a snapshot that the platform calls usable. */
export function withVerdict(held: Properties, verdict: Verdict): Properties {
  const plain = withoutVerdict(held);
  return { ...plain, status: statusBy[verdict.outcome], ...factsOf(verdict, plain) };
}

/** Removes any verdict from properties. A status that a verdict changed was always `available` on the platform. */
export function withoutVerdict(held: Properties): Properties {
  const verdict = verdictOf(held);
  if (verdict === undefined) return held;
  const kept = Object.entries(held).filter(([name]) => !(verdictNames as readonly string[]).includes(name));
  const files = filesIn(held).map(({ sha256: _hash, ...file }) => file);
  return {
    ...Object.fromEntries(kept),
    ...(files.length === 0 ? {} : { files }),
    ...(held["status"] === statusBy[verdict.outcome] ? { status: "available" } : {}),
  };
}

/** Whether properties describe a snapshot that the platform calls usable and whose bytes were not checked yet. */
export function awaitsVerification(held: Properties): boolean {
  const verdict = verdictOf(held);
  const { status } = held;
  return (verdict === undefined && status === "available") || (verdict?.outcome === "unproven" && status === "running");
}
