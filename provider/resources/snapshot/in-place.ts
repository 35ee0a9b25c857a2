import { isDeepStrictEqual } from "node:util";
import type { PlatformDefinition, SnapshotPlatform } from "../../model/platform";
import type { Scope } from "../../model/scope";
import type { ObservedSnapshot, Target } from "../../model/snapshot";
import type { Properties } from "../host";
import { referenceOf } from "./state";

/**
 * Changes on the platform, in one request, whatever differs between the inputs and the snapshot; returns undefined if
 * nothing differs. An argument that is left out never differs.
 */
export async function changeInPlace(
  platform: SnapshotPlatform,
  definition: PlatformDefinition,
  target: Target,
  inputs: Properties,
  held: Properties,
  scope: Scope,
): Promise<ObservedSnapshot | undefined> {
  const differs = Object.entries(definition.snapshotArguments ?? {}).some(
    ([name, { change }]) =>
      change === "inPlace" && inputs[name] !== undefined && !isDeepStrictEqual(inputs[name], held[name]),
  );
  return differs ? platform.update?.(target, referenceOf(held), inputs, scope) : undefined;
}
