import * as pulumi from "@pulumi/pulumi";
import { refusePlainCredentials } from "./connections";
import type { Platform } from "./platforms";
import { refuseUnreachableProvider } from "./program-folder";
import { providerText, type ResourceName, typeToken } from "./provider-text";

/** Returns a resource's `customTimeouts` for the provider, which does not get them from the engine. */
function timeoutsOf(opts: pulumi.CustomResourceOptions | undefined): Record<string, string> | undefined {
  const { create, update, delete: remove } = opts?.customTimeouts ?? {};
  const given = Object.entries({ create, update, delete: remove }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/** Names of the outputs of a resource class. */
export interface OutputNames {
  /** Outputs on every platform. */
  readonly common: readonly string[];
  /** Outputs on one platform only, by the platform's name. */
  readonly own: Readonly<Record<Platform, readonly string[]>>;
}

/** Returns the platform from the arguments, or from the id of a resource that is only read. */
function platformOf(args: { readonly platform?: string }, id: unknown): Platform | undefined {
  const name = args?.platform ?? (typeof id === "string" ? id.split("/")[0] : undefined);
  return name as Platform | undefined;
}

function namesOf({ common, own }: OutputNames, platform: Platform | undefined): readonly string[] {
  const isKnown = platform !== undefined && Object.hasOwn(own, platform);
  return [...common, ...(isKnown ? own[platform] : Object.values(own).flat())];
}

/** Returns a resource's future URN; as a string where it has no parent, since an Output costs as much as a property. */
function urnOf(resource: ResourceName, name: string, parent: pulumi.Resource | undefined): pulumi.Input<string> {
  if (parent !== undefined) return pulumi.createUrn(name, typeToken(resource), parent);
  return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${typeToken(resource)}::${name}`;
}

/** Whether a resource is registered as soon as it is declared, since it depends on no other resource. */
function waitsForNothing(args: object, opts: pulumi.CustomResourceOptions | undefined): boolean {
  return (
    opts?.parent === undefined &&
    opts?.dependsOn === undefined &&
    Object.values(args).every((value) => value === null || typeof value !== "object")
  );
}

/** Extra inputs for `check`, which removes them again; a resource that is only read has no `check`. */
function marksOf(args: object, opts: pulumi.CustomResourceOptions | undefined): pulumi.Inputs {
  if (opts?.id !== undefined) return {};
  if (pulumi.runtime.isDryRun()) return { __preview: true };
  // An adopted snapshot is looked up in a list; one list is enough for all resources that are declared together.
  return "adopt" in args && waitsForNothing(args, opts) ? { __declaredMs: Date.now() } : {};
}

/**
 * Returns the inputs that a resource class passes to the engine: the user's arguments, the outputs of the resource's
 * platform (so that they resolve for programs), and values that the provider can't get otherwise.
 */
export function resourceInputs(
  resource: ResourceName,
  name: string,
  args: { readonly platform?: string; readonly connection?: string },
  outputs: OutputNames,
  opts: pulumi.CustomResourceOptions | undefined,
): pulumi.Inputs {
  const platform = platformOf(args, opts?.id);
  // Two problems that only the program can detect: the provider can't be resolved, or a credential is not encrypted.
  refuseUnreachableProvider();
  refusePlainCredentials(platform, args?.connection);
  const timeouts = timeoutsOf(opts);
  return {
    ...Object.fromEntries(namesOf(outputs, platform).map((output) => [output, undefined])),
    ...args,
    __provider: providerText(resource),
    __urn: urnOf(resource, name, opts?.parent),
    ...(timeouts === undefined ? {} : { timeouts }),
    ...marksOf(args, opts),
  };
}

let nothing: pulumi.Output<undefined> | undefined;

/** Adds the outputs of the other platforms to a resource: one shared Output, which resolves to undefined. */
export function addForeignOutputs(resource: pulumi.CustomResource, outputs: OutputNames): void {
  nothing ??= pulumi.output(undefined);
  for (const name of namesOf(outputs, undefined)) {
    if (!Object.hasOwn(resource, name)) Object.assign(resource, { [name]: nothing });
  }
}
