import type { PlatformDefinition } from "../../model/platform";
import type { ObservedRestore, RestoreOrder } from "../../model/restore";
import type { Properties } from "../host";
import { textOf } from "../session";
import { restoreFields, restoreOutputs } from "./fields";

/** What a resource's state holds for its own use: whose it is, and a request that has not come to its end. */
const bookkeeping = ["unfinished", "ownerId"] as const;

function pick(properties: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => names.includes(name)));
}

/** The bookkeeping among a resource's properties. */
export function bookkeepingOf(properties: Properties): Properties {
  return pick(properties, bookkeeping);
}

/** The inputs among a resource's properties. */
export function inputsOf(definition: PlatformDefinition, properties: Properties): Properties {
  return pick(properties, Object.keys(restoreFields(definition)));
}

/** The outputs among a resource's properties, without its inputs. */
export function outputsOf(properties: Properties): Properties {
  return pick(properties, [...Object.keys(restoreOutputs), ...bookkeeping]);
}

/** A restore as a resource's properties show it. */
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

/** Resource id of a restore: of its target, its snapshot and the random id of the resource. */
export function formatRestoreId(platform: string, { target, snapshotId }: RestoreOrder, ownerId: string): string {
  return [platform, target.kind, target.id, "restore", snapshotId, ownerId].map(encodeURIComponent).join("/");
}
