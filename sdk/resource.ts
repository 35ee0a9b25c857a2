import * as pulumi from "@pulumi/pulumi";
import { refusePlainCredentials } from "./connections";
import type { Platform } from "./platforms";
import { refuseUnreachableProvider } from "./program-folder";
import { providerText, type ResourceName, typeToken } from "./provider-text";

/** The `customTimeouts` of a resource, as the provider is told of them: the engine tells it nothing. */
function timeoutsOf(opts: pulumi.CustomResourceOptions | undefined): Record<string, string> | undefined {
  const { create, update, delete: remove } = opts?.customTimeouts ?? {};
  const given = Object.entries({ create, update, delete: remove }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/** The outputs of a resource class. */
export interface OutputNames {
  /** Those that its resources have on every platform. */
  readonly common: readonly string[];
  /** Those that they have on one platform, by its name. */
  readonly own: Readonly<Record<Platform, readonly string[]>>;
}

/** The platform that the arguments name, or the id of a resource that is only read. */
function platformOf(args: { readonly platform?: string }, id: unknown): Platform | undefined {
  const name = args?.platform ?? (typeof id === "string" ? id.split("/")[0] : undefined);
  return name as Platform | undefined;
}

function namesOf({ common, own }: OutputNames, platform: Platform | undefined): readonly string[] {
  const isKnown = platform !== undefined && Object.hasOwn(own, platform);
  return [...common, ...(isKnown ? own[platform] : Object.values(own).flat())];
}

/** The URN that a resource will have. As a text where it has no parent: an Output costs as much as a property. */
function urnOf(resource: ResourceName, name: string, parent: pulumi.Resource | undefined): pulumi.Input<string> {
  if (parent !== undefined) return pulumi.createUrn(name, typeToken(resource), parent);
  return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${typeToken(resource)}::${name}`;
}

/** Whether a resource is registered as soon as it is declared: it waits for no other one. */
function waitsForNothing(args: object, opts: pulumi.CustomResourceOptions | undefined): boolean {
  return (
    opts?.parent === undefined &&
    opts?.dependsOn === undefined &&
    Object.values(args).every((value) => value === null || typeof value !== "object")
  );
}

/** What a check can't know otherwise. It takes these inputs out again; what is only read has no check. */
function marksOf(args: object, opts: pulumi.CustomResourceOptions | undefined): pulumi.Inputs {
  if (opts?.id !== undefined) return {};
  if (pulumi.runtime.isDryRun()) return { __preview: true };
  // What is adopted is looked for among others: one list is enough for all that are declared together.
  return "adopt" in args && waitsForNothing(args, opts) ? { __declaredMs: Date.now() } : {};
}

/**
 * What a resource class hands to the engine: the user's arguments, the outputs of the resource's platform (so that they
 * resolve for programs), and what the provider can't know otherwise.
 */
export function resourceInputs(
  resource: ResourceName,
  name: string,
  args: { readonly platform?: string; readonly connection?: string },
  outputs: OutputNames,
  opts: pulumi.CustomResourceOptions | undefined,
): pulumi.Inputs {
  const platform = platformOf(args, opts?.id);
  // Two problems that only the program can see: the provider would be out of reach, a credential is not encrypted.
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

/** Gives a resource the outputs of the other platforms, which resolve to undefined: one Output for all of them. */
export function addForeignOutputs(resource: pulumi.CustomResource, outputs: OutputNames): void {
  nothing ??= pulumi.output(undefined);
  for (const name of namesOf(outputs, undefined)) {
    if (!Object.hasOwn(resource, name)) Object.assign(resource, { [name]: nothing });
  }
}
