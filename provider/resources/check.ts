import type { z } from "zod";
import { type ConnectionSources, resolveConnection } from "../model/connection";
import type { CheckFailure } from "../model/input";
import { nearestOf, unknownRemedy } from "../model/nearest";
import type { PlatformDefinition } from "../model/platform";
import { isUnknown, UNKNOWN } from "../model/unknown";
import { definitions, findDefinition } from "../platforms";
import type { Properties } from "./host";

/** Parts of an input's definition that its check needs. */
interface CheckedField {
  readonly schema: z.ZodType;
  readonly plain?: true;
}

/** Whether an input was left out. */
export function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}

/** Whether a value is present and known: rules are not applied to a value that is still unknown. */
export function isGiven(value: unknown): boolean {
  return !isMissing(value) && value !== UNKNOWN;
}

/** Quoted names, separated by commas. */
export function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}

/** Platform that the inputs name, or the reason why they don't name one. */
export function platformOf(news: Properties): PlatformDefinition | CheckFailure {
  const definition = findDefinition(news["platform"]);
  if (definition !== undefined) return definition;
  const reason = isMissing(news["platform"])
    ? "missing: name the platform"
    : news["platform"] === UNKNOWN
      ? "must be written out, not taken from an output"
      : `"${String(news["platform"])}" is not a platform`;
  const meant = nearestOf(String(news["platform"] ?? ""), Object.keys(definitions));
  const remedy = meant === undefined ? `it is one of ${quoted(Object.keys(definitions))}` : `did you mean "${meant}"?`;
  return { property: "platform", reason: `${reason}; ${remedy}` };
}

/** Problems of a single input value. A value that is not known yet is left to the `pulumi up` that will know it. */
export function fieldFailures(name: string, field: CheckedField, value: unknown): CheckFailure[] {
  if (isUnknown(value)) {
    return field.plain ? [{ property: name, reason: "must be written out, not taken from an output" }] : [];
  }
  const parsed = field.schema.safeParse(value);
  return (parsed.success ? [] : parsed.error.issues).map((issue) => {
    const where = issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
    return { property: name, reason: where + issue.message };
  });
}

/** Failure for an argument that a resource doesn't have on a platform; names the platforms that have it. */
export function unknownArgument(
  name: string,
  definition: PlatformDefinition,
  fieldsOf: (definition: PlatformDefinition) => Readonly<Record<string, { readonly internal?: true }>>,
): CheckFailure {
  const fields = fieldsOf(definition);
  const known = Object.keys(fields).filter((each) => !fields[each]?.internal);
  const others = Object.values(definitions as Record<string, PlatformDefinition>).filter(
    (other) => other.name !== definition.name && Object.hasOwn(fieldsOf(other), name),
  );
  const elsewhere = others.length === 0 ? "" : ` (it exists on ${others.map(({ title }) => title).join(", ")})`;
  return {
    property: name,
    reason: `unknown argument "${name}" on ${definition.title}${elsewhere}; ${unknownRemedy([name], known)}`,
  };
}

/** Failures unless exactly one of the arguments that name a resource's target is given. */
export function targetFailures(news: Properties, names: readonly string[], what: string): CheckFailure[] {
  const given = names.filter((name) => !isMissing(news[name]));
  if (given.length === 1) return [];
  const choice = names.join(" or ");
  return given.length === 0
    ? [{ property: names[0] ?? "", reason: `missing: name ${what} with ${choice}` }]
    : given.slice(1).map((property) => ({
        property,
        reason: `give ${choice}, not ${given.length === 2 ? "both" : "all of them"}`,
      }));
}

/** Problems of the connection that the inputs use. */
export function connectionFailures(
  inputs: Properties,
  definition: PlatformDefinition,
  sources: ConnectionSources,
): CheckFailure[] {
  const connection = inputs["connection"];
  if (typeof connection !== "string" || connection === UNKNOWN) return [];
  const resolved = resolveConnection(definition.name, definition.connectionFields, connection, sources);
  // The engine prints the value of the named property, and the default connection is not a value from the program.
  const property = connection === definition.name ? "" : "connection";
  return "problems" in resolved ? resolved.problems.map((reason) => ({ property, reason })) : [];
}
