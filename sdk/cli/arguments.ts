import {
  definitions,
  listed,
  type PlatformDefinition,
  type Properties,
  parseSnapshotId,
  snapshotQuery,
} from "../../provider";
import { UsageError } from "./output";

/** Names of the platforms, for a sentence. */
export const PLATFORMS = listed(Object.keys(definitions), "or");

/** Returns the platform that an argument names. */
export function platformArgument(text: string): PlatformDefinition {
  const names = Object.keys(definitions);
  if (!names.includes(text)) throw new UsageError(`"${text}" is not a platform: write one of ${names.join(", ")}`);
  return definitions[text as keyof typeof definitions];
}

/** Parses a target such as `app/1745338954955` into the arguments of a query. */
export function targetArgument(definition: PlatformDefinition, text: string): Properties {
  const forms = Object.values(definition.targets).map(({ kind }) => `${kind}/<id>`);
  const at = text.indexOf("/");
  const [argument, target] =
    Object.entries(definition.targets).find(([, { kind }]) => at > 0 && kind === text.slice(0, at)) ?? [];
  if (argument === undefined || target === undefined) {
    throw new UsageError(`"${text}" is not a target on ${definition.title}; use ${forms.join(" or ")}`);
  }
  let id: string;
  try {
    id = decodeURIComponent(text.slice(at + 1));
  } catch {
    throw new UsageError(`"${text}" is not a target on ${definition.title}: its id has a broken percent escape`);
  }
  const checked = target.schema.safeParse(id);
  if (!checked.success) {
    throw new UsageError(
      `"${text}" is not a target on ${definition.title}: its id ${checked.error.issues[0]?.message}`,
    );
  }
  return { [argument]: id };
}

/** Parses a target argument that is optional where the platform can list a whole account. */
export function optionalTarget(definition: PlatformDefinition, text: string | undefined): Properties {
  if (text !== undefined) return targetArgument(definition, text);
  if (definition.listAccount) return {};
  const forms = Object.values(definition.targets).map(({ kind }) => `${kind}/<id>`);
  throw new UsageError(
    `${definition.title} needs a target (${definition.cannot["listAccount"]}); use ${forms.join(" or ")}`,
  );
}

/** Parses a snapshot argument: a resource id, or a target's `latest`. */
export function idArgument(text: string): { readonly definition: PlatformDefinition; readonly query: Properties } {
  const platform = parseSnapshotId(text)?.platform ?? text.split("/")[0] ?? "";
  try {
    return { definition: platformArgument(platform), query: snapshotQuery(text) };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
