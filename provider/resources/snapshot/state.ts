import { defined } from "../../model/defined";
import { formatSnapshotId } from "../../model/ids";
import type { PlatformDefinition, SnapshotReference } from "../../model/platform";
import type { JsonValue, ObservedSnapshot, Target } from "../../model/snapshot";
import type { Properties } from "../host";
import { textOf } from "../session";
import { verdictNames } from "../verification";
import { commonOutputs, snapshotFields } from "./fields";

/** Inputs among a resource's properties. */
export function inputsOf(definition: PlatformDefinition, properties: Properties): Properties {
  const fields = snapshotFields(definition);
  return Object.fromEntries(Object.entries(properties).filter(([name]) => Object.hasOwn(fields, name)));
}

/** Names of the properties for internal use: the owner id, and a request whose outcome is unknown. */
const bookkeeping = ["unfinished", "ownerId", "inferred"] as const;

/** Properties of a resource that are for internal use. */
export function bookkeepingOf(properties: Properties): Properties {
  return pick(properties, bookkeeping);
}

function pick(properties: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => names.includes(name)));
}

/** Outputs among a resource's properties, without its inputs. */
export function outputsOf(definition: PlatformDefinition, properties: Properties): Properties {
  const common = Object.keys(commonOutputs);
  return pick(properties, [...common, ...verdictNames, ...Object.keys(definition.outputs), ...bookkeeping]);
}

/**
 * Merges a resource's inputs with the outputs of its snapshot. An output that can be changed in place is included only
 * if the inputs set it; otherwise it is left to the platform.
 */
export function shownBy(definition: PlatformDefinition, wanted: Properties, snapshot: ObservedSnapshot): Properties {
  const shown = Object.entries(describe(snapshot)).filter(
    ([name]) => definition.snapshotArguments?.[name]?.change !== "inPlace" || wanted[name] !== undefined,
  );
  return { ...wanted, ...Object.fromEntries(shown) };
}

/** Outputs that describe a snapshot. */
export function describe(snapshot: ObservedSnapshot): Record<string, JsonValue> {
  const {
    details,
    segments: _segments,
    marks: _marks,
    createdAtIsDerived: _derived,
    ended: _ended,
    ...common
  } = snapshot;
  return { ...common, ...details };
}

/** Resource id of a snapshot. */
export function idOf(definition: PlatformDefinition, target: Target, snapshot: ObservedSnapshot): string {
  return formatSnapshotId({
    platform: definition.name,
    kind: target.kind,
    target: target.id,
    segments: snapshot.segments,
    pending: false,
  });
}

/** Resource id of a snapshot whose own id is not known yet. */
export function pendingIdOf(definition: PlatformDefinition, target: Target, requestedAt: string): string {
  return formatSnapshotId({
    platform: definition.name,
    kind: target.kind,
    target: target.id,
    segments: [requestedAt],
    pending: true,
  });
}

/** A snapshot in words: its id and the time it was taken. */
export function inWords(snapshot: ObservedSnapshot): string {
  const name = snapshot.segments.join("/");
  return snapshot.createdAt === undefined || name.includes(snapshot.createdAt)
    ? `"${name}"`
    : `"${name}" of ${snapshot.createdAt}`;
}

/** Reference to the snapshot that a resource's properties describe. */
export function referenceOf(properties: Properties): SnapshotReference {
  const name = textOf(properties, "snapshotName") ?? textOf(properties, "name");
  const createdAt = textOf(properties, "createdAt");
  const region = textOf(properties, "region");
  return {
    snapshotId: textOf(properties, "snapshotId") ?? "",
    ...defined({ name, createdAt, region }),
  };
}
