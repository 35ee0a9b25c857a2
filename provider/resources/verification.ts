import { defined } from "../model/defined";
import type { ObservedSnapshot, SnapshotStatus } from "../model/snapshot";
import type { Properties } from "./host";
import { textOf } from "./session";

/** The outputs of an intact snapshot that was verified, with what they hold. */
export const verifiedOutputs = {
  verifiedAt: "with `verify`: when its bytes were checked and found intact, ISO-8601 UTC",
  verifiedBytes: "with `verify`: how many bytes were checked, those of all files together",
  sha256: "with `verify`: the SHA-256 of its bytes, in hex; of a snapshot made of files each has its own in `files`",
} as const satisfies Readonly<Record<string, string>>;

/** Everything that a state keeps of a verdict beside `files`; the last two only where the snapshot is not intact. */
export const verdictNames = [...Object.keys(verifiedOutputs), "brokenBecause", "unverifiedBecause"] as const;

/** What the check of a snapshot's bytes has shown. */
export type Verdict =
  | {
      readonly outcome: "intact";
      readonly verifiedAt: string;
      readonly verifiedBytes: number;
      /** Where a snapshot is one file. */
      readonly sha256?: string;
      /** By file name, where a snapshot is made of files. */
      readonly files?: Readonly<Record<string, string>>;
    }
  /** Its bytes were read, and are no backup. */
  | { readonly outcome: "broken"; readonly because: string }
  /** Its bytes could not be read, which proves nothing. */
  | { readonly outcome: "unproven"; readonly because: string };

/** The verdict on a snapshot that is to be checked and was not yet. */
export const notYet: Verdict = { outcome: "unproven", because: "its bytes were not checked yet" };

/** Whether inputs ask for verified snapshots; an unknown value does. */
export function wantsVerification(inputs: Properties): boolean {
  return inputs["verify"] !== undefined && inputs["verify"] !== null;
}

/** The verdict that a resource's properties, or a policy's record of a snapshot, hold. */
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

/** What a state keeps of a verdict; `shown` is what the platform shows of the snapshot. */
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
 * A snapshot as it counts where verification is wanted: what the platform calls usable is so only once its bytes were
 * found intact. Every other word of the platform stands.
 */
export function counted(snapshot: ObservedSnapshot, verdict: Verdict = notYet): ObservedSnapshot {
  const { status, details } = snapshot;
  if (status === "available") {
    return { ...snapshot, status: statusBy[verdict.outcome], details: { ...details, ...factsOf(verdict, details) } };
  }
  const isSettled = verdict.outcome === "intact" || (verdict.outcome === "broken" && status !== "failed");
  return isSettled ? { ...snapshot, details: { ...details, ...factsOf(verdict, details) } } : snapshot;
}

/** Properties that hold a snapshot which the platform calls usable, as it counts by a verdict. */
export function withVerdict(held: Properties, verdict: Verdict): Properties {
  const plain = withoutVerdict(held);
  return { ...plain, status: statusBy[verdict.outcome], ...factsOf(verdict, plain) };
}

/** Properties as they were without any verdict: only what the platform calls usable has one that changed its status. */
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

/** Whether properties hold a snapshot that the platform calls usable and whose bytes are not checked yet. */
export function awaitsVerification(held: Properties): boolean {
  const verdict = verdictOf(held);
  const { status } = held;
  return (verdict === undefined && status === "available") || (verdict?.outcome === "unproven" && status === "running");
}
