import type { PlatformDefinition } from "../model/platform";
import { discloud } from "./discloud/definition";
import { dscloud } from "./dscloud/definition";
import { scp } from "./scp/definition";
import { snapshooter } from "./snapshooter/definition";
import { virtus } from "./virtus/definition";

/** What every platform can do, as plain data. */
export const definitions = { virtus, dscloud, discloud, snapshooter, scp } as const satisfies Record<
  string,
  PlatformDefinition
>;

/** The platforms by name. */
export type PlatformName = keyof typeof definitions;

/** The definition of a platform; undefined for a name that is none. */
export function findDefinition(name: unknown): PlatformDefinition | undefined {
  return typeof name === "string" && Object.hasOwn(definitions, name) ? definitions[name as PlatformName] : undefined;
}
