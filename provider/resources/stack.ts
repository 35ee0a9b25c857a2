import { z } from "zod";
import { instantOf } from "../model/clock";
import { SnapshotsError } from "../model/errors";
import { parsePolicyId, parseSnapshotId } from "../model/ids";
import { findDefinition } from "../platforms";
import { recordsOf, verdictOn } from "./backup-policy/records";
import type { Properties } from "./host";
import { textOf } from "./session";
import { notYet, type Verdict, verdictOf, wantsVerification } from "./verification";

const properties = z.record(z.string(), z.json()).nullish();

const exported = z.object({
  // Missing in a stack that was never deployed.
  deployment: z
    .object({
      resources: z
        .array(
          z.object({
            urn: z.string(),
            type: z.string(),
            id: z.string().nullish(),
            external: z.boolean().nullish(),
            inputs: properties,
            outputs: properties,
          }),
        )
        .nullish(),
    })
    .nullish(),
});

/** One resource of this package in a stack's state. Secrets are encrypted, so a secret value is not plain text. */
export interface StackResource {
  readonly urn: string;
  readonly resource: "Snapshot" | "BackupPolicy";
  readonly id: string;
  readonly outputs: Properties;
}

/** Contents of a stack's state, as far as snapshots are concerned. */
export interface StackContents {
  /** Prefix of every URN of the stack, `urn:pulumi:<stack>::<project>`; undefined if nothing was deployed yet. */
  readonly urnPrefix: string | undefined;
  /** URNs of all resources of the stack. */
  readonly urns: readonly string[];
  /** Resources of this package that the stack manages; those that it only reads are left out. */
  readonly resources: readonly StackResource[];
}

const typePattern = /^pulumi-nodejs:dynamic\/snapshots:(Snapshot|BackupPolicy)$/;

/** Parses the output of `pulumi stack export`. */
export function readStack(text: string): StackContents {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SnapshotsError("the stack's state is not JSON", { kind: "unexpectedAnswer", cause: error });
  }
  const parsed = exported.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new SnapshotsError(`the stack's state can't be read: ${issue?.path.join(".")}: ${issue?.message}`, {
      kind: "unexpectedAnswer",
    });
  }
  const all = parsed.data.deployment?.resources ?? [];
  return {
    urnPrefix: /^(urn:pulumi:[^:]+::[^:]+)::/.exec(all[0]?.urn ?? "")?.[1],
    urns: all.map(({ urn }) => urn),
    resources: all.flatMap(({ urn, type, id, external, outputs }) => {
      const resource = typePattern.exec(type)?.[1] as StackResource["resource"] | undefined;
      return resource === undefined || external === true || typeof id !== "string"
        ? []
        : [{ urn, resource, id, outputs: (outputs ?? {}) as Properties }];
    }),
  };
}

/** A snapshot that a resource manages, as its state describes it. */
export interface Holding {
  readonly urn: string;
  readonly resource: StackResource["resource"];
  readonly platform: string;
  readonly kind: string;
  readonly target: string;
  readonly snapshotId: string;
  readonly createdAt: string | undefined;
  readonly status: string | undefined;
  readonly sizeBytes: number | undefined;
  /** Result of its verification, if the resource requests one. */
  readonly verdict: Verdict | undefined;
  /** Scheduled time that it was taken for. */
  readonly slot: string | undefined;
}

function factsOf(held: Properties): Pick<Holding, "createdAt" | "status" | "sizeBytes" | "slot"> {
  const { sizeBytes } = held;
  return {
    createdAt: textOf(held, "createdAt"),
    status: textOf(held, "status"),
    sizeBytes: typeof sizeBytes === "number" ? sizeBytes : undefined,
    slot: textOf(held, "slot"),
  };
}

/** Snapshots that a resource of a stack manages. */
export function holdingsOf({ urn, resource, id, outputs }: StackResource): Holding[] {
  const isVerified = wantsVerification(outputs);
  if (resource === "Snapshot") {
    const address = parseSnapshotId(id);
    if (address === undefined) return [];
    const { platform, kind, target, pending, segments } = address;
    const snapshotId = textOf(outputs, "snapshotId") ?? (pending ? undefined : segments.at(-1));
    const verdict = isVerified ? (verdictOf(outputs) ?? notYet) : undefined;
    return snapshotId === undefined
      ? []
      : [{ urn, resource, platform, kind, target, snapshotId, verdict, ...factsOf(outputs) }];
  }
  const address = parsePolicyId(id);
  const [target] = address?.segments ?? [];
  if (address === undefined || target === undefined) return [];
  const { platform, kind } = address;
  return recordsOf(outputs).map((record) => ({
    urn,
    resource,
    platform,
    kind,
    target,
    snapshotId: record.id,
    // A snapshot taken before verification was requested has no verdict and counts by its status alone.
    verdict: isVerified ? verdictOn(record) : undefined,
    ...factsOf(record),
  }));
}

/** Whether a snapshot that a resource manages is a listed snapshot of the same target. */
export function isHeldAs(
  holding: Pick<Holding, "snapshotId" | "createdAt">,
  { snapshotId, createdAt }: { readonly snapshotId: string | undefined; readonly createdAt?: string | undefined },
): boolean {
  if (holding.snapshotId === snapshotId) return true;
  // If either id is a time, the list may show the same snapshot under its version at another moment.
  const isNamedByTime = instantOf(holding.snapshotId) !== undefined || instantOf(snapshotId) !== undefined;
  return isNamedByTime && createdAt !== undefined && holding.createdAt === createdAt;
}

/** Returns a lookup of the resource that manages a listed snapshot: its URN, or undefined if none of the stack does. */
export function managersIn(contents: StackContents): (item: Properties) => string | undefined {
  const holdings = contents.resources.flatMap(holdingsOf);
  return (item) => {
    const definition = findDefinition(item["platform"]);
    const listed = { snapshotId: textOf(item, "snapshotId"), createdAt: textOf(item, "createdAt") };
    const found = holdings.find((holding) => {
      const [argument] = Object.entries(definition?.targets ?? {}).find(([, { kind }]) => kind === holding.kind) ?? [];
      if (holding.platform !== definition?.name || argument === undefined) return false;
      return item[argument] === holding.target && isHeldAs(holding, listed);
    });
    return found?.urn;
  };
}
