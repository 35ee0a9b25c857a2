import * as pulumi from "@pulumi/pulumi";
import { readConnections } from "./connections";
import { providerText, type ResourceName, typeToken } from "./provider-text";

/** The `customTimeouts` of a resource, as the provider is told of them: the engine tells it nothing. */
function timeoutsOf(opts: pulumi.CustomResourceOptions | undefined): Record<string, string> | undefined {
  const { create, update, delete: remove } = opts?.customTimeouts ?? {};
  const given = Object.entries({ create, update, delete: remove }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/**
 * What a resource class hands to the engine: the user's arguments, every output (so that it resolves for programs
 * whatever the platform), and what the provider can't know otherwise.
 */
export function resourceInputs(
  resource: ResourceName,
  name: string,
  args: { readonly platform?: string; readonly connection?: string },
  outputNames: readonly string[],
  opts: pulumi.CustomResourceOptions | undefined,
): pulumi.Inputs {
  // A problem that only the program can see: whether a credential is encrypted in the stack's config.
  readConnections().refusePlainCredentials(args?.platform, args?.connection);
  return {
    ...Object.fromEntries(outputNames.map((output) => [output, undefined])),
    ...args,
    __provider: providerText(resource),
    __urn: pulumi.createUrn(name, typeToken(resource), opts?.parent),
    timeouts: timeoutsOf(opts),
  };
}

/** Refuses a plain credential of the connection that a resource is to be read on. */
export function checkConnection(id: pulumi.Input<pulumi.ID>, connection: string | undefined): void {
  readConnections().refusePlainCredentials(typeof id === "string" ? id.split("/")[0] : undefined, connection);
}
