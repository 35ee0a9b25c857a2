/** The resources of this package. */
export type ResourceName = "Snapshot" | "BackupPolicy" | "Restore";

/**
 * The provider text that a resource carries in every user's state, where refresh and destroy run it for as long as the
 * state exists. It must never change.
 */
export function providerText(resource: ResourceName): string {
  return `exports.handler = () => require("pulumi-snapshots/runtime").provider("${resource}");`;
}

/** The engine's type of a resource; part of every URN. */
export function typeToken(resource: ResourceName): string {
  return `pulumi-nodejs:dynamic/snapshots:${resource}`;
}
