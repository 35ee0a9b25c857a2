import type { PlatformDefinition } from "../../model/platform";
import type { ObservedRestore, RestoreOrder } from "../../model/restore";
import type { Properties } from "../host";
import { textOf } from "../session";
import { restoreFields, restoreOutputs } from "./fields";

/** Names of the properties for internal use: the owner id, and a request that has not ended. */
const bookkeeping = ["unfinished", "ownerId"] as const;

function pick(properties: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => names.includes(name)));
}

/** Properties of a resource that are for internal use. */
export function bookkeepingOf(properties: Properties): Properties {
  return pick(properties, bookkeeping);
}

/** Inputs among a resource's properties. */
export function inputsOf(definition: PlatformDefinition, properties: Properties): Properties {
  return pick(properties, Object.keys(restoreFields(definition)));
}

/** Outputs among a resource's properties, without its inputs. */
export function outputsOf(properties: Properties): Properties {
  return pick(properties, [...Object.keys(restoreOutputs), ...bookkeeping]);
}

/** Restore that a resource's properties describe. */
export function restoreOf(properties: Properties): ObservedRestore {
  const texts = ["restoreId", "platformStatus", "startedAt", "completedAt"].flatMap((name) => {
    const text = textOf(properties, name);
    return text === undefined ? [] : [[name, text] as const];
  });
  return {
    ...Object.fromEntries(texts),
    status: (textOf(properties, "status") ?? "unknown") as ObservedRestore["status"],
  };
}

/** Resource id of a restore, from its target, its snapshot and the random id of the resource. */
export function formatRestoreId(platform: string, { target, snapshotId }: RestoreOrder, ownerId: string): string {
  return [platform, target.kind, target.id, "restore", snapshotId, ownerId].map(encodeURIComponent).join("/");
}
