import { defined } from "../../model/defined";
import { formatSnapshotId } from "../../model/ids";
import type { PlatformDefinition, SnapshotReference } from "../../model/platform";
import type { JsonValue, ObservedSnapshot, Target } from "../../model/snapshot";
import type { Properties } from "../host";
import { textOf } from "../session";
import { verdictNames } from "../verification";
import { commonOutputs, snapshotFields } from "./fields";

/** The inputs among a resource's properties. */
export function inputsOf(definition: PlatformDefinition, properties: Properties): Properties {
  const fields = snapshotFields(definition);
  return Object.fromEntries(Object.entries(properties).filter(([name]) => Object.hasOwn(fields, name)));
}

/** What a resource's state holds for its own use: whose it is, and a request whose outcome is not known. */
const bookkeeping = ["unfinished", "ownerId", "inferred"] as const;

/** The bookkeeping among a resource's properties. */
export function bookkeepingOf(properties: Properties): Properties {
  return pick(properties, bookkeeping);
}

function pick(properties: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => names.includes(name)));
}

/** The outputs among a resource's properties, without its inputs. */
export function outputsOf(definition: PlatformDefinition, properties: Properties): Properties {
  const common = Object.keys(commonOutputs);
  return pick(properties, [...common, ...verdictNames, ...Object.keys(definition.outputs), ...bookkeeping]);
}

/**
 * The properties of a resource that shows a snapshot. What can be changed in place is shown where the resource wants it
 * to be something, and else left to the platform.
 */
export function shownBy(definition: PlatformDefinition, wanted: Properties, snapshot: ObservedSnapshot): Properties {
  const shown = Object.entries(describe(snapshot)).filter(
    ([name]) => definition.snapshotArguments?.[name]?.change !== "inPlace" || wanted[name] !== undefined,
  );
  return { ...wanted, ...Object.fromEntries(shown) };
}

/** The outputs that show a snapshot. */
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

/** The resource id of a snapshot. */
export function idOf(definition: PlatformDefinition, target: Target, snapshot: ObservedSnapshot): string {
  return formatSnapshotId({
    platform: definition.name,
    kind: target.kind,
    target: target.id,
    segments: snapshot.segments,
    pending: false,
  });
}

/** The resource id of a snapshot that can't be named yet. */
export function pendingIdOf(definition: PlatformDefinition, target: Target, requestedAt: string): string {
  return formatSnapshotId({
    platform: definition.name,
    kind: target.kind,
    target: target.id,
    segments: [requestedAt],
    pending: true,
  });
}

/** A snapshot in words: its id and when it was taken. */
export function inWords(snapshot: ObservedSnapshot): string {
  const name = snapshot.segments.join("/");
  return snapshot.createdAt === undefined || name.includes(snapshot.createdAt)
    ? `"${name}"`
    : `"${name}" of ${snapshot.createdAt}`;
}

/** What a resource's properties say about the snapshot that it holds. */
export function referenceOf(properties: Properties): SnapshotReference {
  const name = textOf(properties, "snapshotName") ?? textOf(properties, "name");
  const createdAt = textOf(properties, "createdAt");
  const region = textOf(properties, "region");
  return {
    snapshotId: textOf(properties, "snapshotId") ?? "",
    ...defined({ name, createdAt, region }),
  };
}
