import { z } from "zod";
import { instantOf } from "../model/clock";
import { SnapshotsError } from "../model/errors";
import { parsePolicyId, parseSnapshotId } from "../model/ids";
import { findDefinition } from "../platforms";
import { recordsOf } from "./backup-policy/records";
import type { Properties } from "./host";
import { textOf } from "./session";

const properties = z.record(z.string(), z.json()).nullish();

const exported = z.object({
  // A stack that was never deployed has none.
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

/** One resource of this package in a stack's state. Secrets are encrypted, so such a value is no plain text. */
export interface StackResource {
  readonly urn: string;
  readonly resource: "Snapshot" | "BackupPolicy";
  readonly id: string;
  readonly outputs: Properties;
}

/** What a stack's state holds, as far as snapshots are concerned. */
export interface StackContents {
  /** The start of every URN of the stack, `urn:pulumi:<stack>::<project>`; undefined where nothing was deployed yet. */
  readonly urnPrefix: string | undefined;
  /** The URNs of all its resources. */
  readonly urns: readonly string[];
  /** The resources that the stack manages; what it only reads is left out. */
  readonly resources: readonly StackResource[];
}

const typePattern = /^pulumi-nodejs:dynamic\/snapshots:(Snapshot|BackupPolicy)$/;

/** Reads the text of `pulumi stack export`. */
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

/** A snapshot that a resource holds, as the state knows it. */
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
  /** When its archive was last found whole. */
  readonly verifiedAt: string | undefined;
  /** The scheduled time that it was taken for. */
  readonly slot: string | undefined;
}

function factsOf(properties: Properties): Pick<Holding, "createdAt" | "status" | "sizeBytes" | "verifiedAt" | "slot"> {
  const { sizeBytes } = properties;
  return {
    createdAt: textOf(properties, "createdAt"),
    status: textOf(properties, "status"),
    sizeBytes: typeof sizeBytes === "number" ? sizeBytes : undefined,
    verifiedAt: textOf(properties, "verifiedAt"),
    slot: textOf(properties, "slot"),
  };
}

/** The snapshots that a resource of a stack holds. */
export function holdingsOf({ urn, resource, id, outputs }: StackResource): Holding[] {
  if (resource === "Snapshot") {
    const address = parseSnapshotId(id);
    if (address === undefined) return [];
    const { platform, kind, target, pending, segments } = address;
    const snapshotId = textOf(outputs, "snapshotId") ?? (pending ? undefined : segments.at(-1));
    return snapshotId === undefined ? [] : [{ urn, resource, platform, kind, target, snapshotId, ...factsOf(outputs) }];
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
    ...factsOf(record as unknown as Properties),
  }));
}

/** Whether a resource holds a listed snapshot of its target. */
export function isHeldAs(
  holding: Pick<Holding, "snapshotId" | "createdAt">,
  { snapshotId, createdAt }: { readonly snapshotId: string | undefined; readonly createdAt?: string | undefined },
): boolean {
  if (holding.snapshotId === snapshotId) return true;
  // Where one id is a time, the list named it by its version before, or will do so.
  const isNamedByTime = instantOf(holding.snapshotId) !== undefined || instantOf(snapshotId) !== undefined;
  return isNamedByTime && createdAt !== undefined && holding.createdAt === createdAt;
}

/** The URN of the resource that manages a listed snapshot; undefined where none of the stack does. */
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
