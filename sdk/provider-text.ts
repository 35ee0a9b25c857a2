/** The resources of this package. */
export type ResourceName = "Snapshot" | "BackupPolicy" | "Restore";

/**
 * Returns the provider text that every user's state stores with a resource. Refresh and destroy run it for as long as
 * the state exists, so it must never change.
 */
export function providerText(resource: ResourceName): string {
  return `exports.handler = () => require("pulumi-snapshots/runtime").provider("${resource}");`;
}

/** Returns the engine's type token of a resource, a part of every URN. */
export function typeToken(resource: ResourceName): string {
  return `pulumi-nodejs:dynamic/snapshots:${resource}`;
}
