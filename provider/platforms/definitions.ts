import type { PlatformDefinition } from "../model/platform";

// Loaded when first asked for: a stack on one platform needs none of the others.
const loaders = {
  virtus: () => (require("./virtus/definition") as typeof import("./virtus/definition")).virtus,
  dscloud: () => (require("./dscloud/definition") as typeof import("./dscloud/definition")).dscloud,
  discloud: () => (require("./discloud/definition") as typeof import("./discloud/definition")).discloud,
  snapshooter: () => (require("./snapshooter/definition") as typeof import("./snapshooter/definition")).snapshooter,
  scp: () => (require("./scp/definition") as typeof import("./scp/definition")).scp,
} as const satisfies Record<string, () => PlatformDefinition>;

/** The platforms by name. */
export type PlatformName = keyof typeof loaders;

/** What every platform can do, as plain data. */
export const definitions = Object.defineProperties(
  {},
  Object.fromEntries(Object.entries(loaders).map(([name, load]) => [name, { get: load, enumerable: true }])),
) as { readonly [Name in PlatformName]: ReturnType<(typeof loaders)[Name]> };

/** The definition of a platform; undefined for a name that is none. */
export function findDefinition(name: unknown): PlatformDefinition | undefined {
  return typeof name === "string" && Object.hasOwn(definitions, name) ? definitions[name as PlatformName] : undefined;
}
