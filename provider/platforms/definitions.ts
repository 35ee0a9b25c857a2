import type { PlatformDefinition } from "../model/platform";

// Loaded on first use: a stack on one platform does not need the others.
const loaders = {
  virtus: () => (require("./virtus/definition") as typeof import("./virtus/definition")).virtus,
  dscloud: () => (require("./dscloud/definition") as typeof import("./dscloud/definition")).dscloud,
  discloud: () => (require("./discloud/definition") as typeof import("./discloud/definition")).discloud,
  snapshooter: () => (require("./snapshooter/definition") as typeof import("./snapshooter/definition")).snapshooter,
  scp: () => (require("./scp/definition") as typeof import("./scp/definition")).scp,
} as const satisfies Record<string, () => PlatformDefinition>;

/** Name of a platform. */
export type PlatformName = keyof typeof loaders;

/** Definitions of all platforms, by name. */
export const definitions = Object.defineProperties(
  {},
  Object.fromEntries(Object.entries(loaders).map(([name, load]) => [name, { get: load, enumerable: true }])),
) as { readonly [Name in PlatformName]: ReturnType<(typeof loaders)[Name]> };

/** Returns the definition of a platform; undefined if the name is not a platform's. */
export function findDefinition(name: unknown): PlatformDefinition | undefined {
  return typeof name === "string" && Object.hasOwn(definitions, name) ? definitions[name as PlatformName] : undefined;
}
