import { createHash } from "node:crypto";
import { type ConnectionSources, resolveConnection } from "../../model/connection";
import type { CheckFailure, PlatformDefinition } from "../../model/platform";
import { isUnknown, UNKNOWN } from "../../model/unknown";
import { definitions, findDefinition } from "../../platforms";
import type { Properties } from "../host";
import { snapshotFields } from "./fields";

/** What `check` answers: the inputs with their defaults, and everything that is wrong with them. */
export interface Checked {
  readonly inputs: Properties;
  readonly failures: readonly CheckFailure[];
}

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}

/** Whether a value is there and known: a rule that needs one that is not known yet waits. */
function isGiven(value: unknown): boolean {
  return !isMissing(value) && value !== UNKNOWN;
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}

function unknownArgument(name: string, definition: PlatformDefinition, known: readonly string[]): CheckFailure {
  const others = Object.values(definitions as Record<string, PlatformDefinition>).filter(
    (other) => other.name !== definition.name && Object.hasOwn(snapshotFields(other), name),
  );
  const elsewhere = others.length === 0 ? "" : ` (it exists on ${others.map(({ title }) => title).join(", ")})`;
  return {
    property: name,
    reason: `unknown argument "${name}" on ${definition.title}${elsewhere}; remove it. It knows ${list(known)}`,
  };
}

function targetFailures(news: Properties, definition: PlatformDefinition): CheckFailure[] {
  const names = Object.keys(definition.targets);
  const given = names.filter((name) => !isMissing(news[name]));
  if (given.length === 1) return [];
  const choice = names.join(" or ");
  return given.length === 0
    ? [{ property: names[0] ?? "", reason: `missing: name what to snapshot on ${definition.title} with ${choice}` }]
    : given.slice(1).map((property) => ({ property, reason: `give ${choice}, not both` }));
}

function ruleFailures(news: Properties, definition: PlatformDefinition): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const { adopt, triggers, reuseWithin, deletionPolicy } = news;
  const adoptsById = typeof adopt === "string" && adopt !== "latest" && adopt !== UNKNOWN;
  if (!definition.create && isMissing(adopt)) {
    failures.push({
      property: "adopt",
      reason:
        `missing: ${definition.title} can't take a snapshot (${definition.cannot["create"]}). ` +
        'Write adopt: "latest" for the newest usable one, or the id of one',
    });
  }
  if (adoptsById && !isMissing(triggers) && (isUnknown(triggers) || Object.keys(triggers as object).length > 0)) {
    failures.push({
      property: "triggers",
      reason: 'triggers have nothing to do while one snapshot is adopted by id: remove them, or write adopt: "latest"',
    });
  }
  if (definition.create && isGiven(adopt) && isGiven(reuseWithin)) {
    failures.push({ property: "reuseWithin", reason: "adopt already names the snapshot: give one of the two" });
  }
  if (deletionPolicy === "delete") {
    for (const property of ["adopt", "reuseWithin"]) {
      if (!isGiven(news[property])) continue;
      failures.push({
        property: "deletionPolicy",
        reason: `"delete" together with ${property} could delete a snapshot that this program never took: write "retain"`,
      });
    }
  }
  return failures;
}

/**
 * The name of a snapshot that was given none: a function of URN, target and triggers, so that another run, on whatever
 * machine, arrives at the same. Undefined where a snapshot is given no name.
 */
export function defaultNameOf(definition: PlatformDefinition, inputs: Properties): string | undefined {
  const onlyWith = definition.snapshotArguments?.["name"]?.onlyWith;
  const applies = definition.defaultName !== undefined && (onlyWith === undefined || !isMissing(inputs[onlyWith]));
  if (!applies) return undefined;
  const target = Object.keys(definition.targets).map((argument) => inputs[argument] ?? null);
  if (isUnknown([target, inputs["triggers"] ?? null])) return UNKNOWN;
  const urn = typeof inputs["__urn"] === "string" ? inputs["__urn"] : "";
  const triggers = Object.entries(inputs["triggers"] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash("sha256")
    .update(JSON.stringify([urn, target, triggers]))
    .digest("hex");
  return definition.defaultName?.(urn.split("::").at(-1) ?? "", hash.slice(0, 7));
}

/**
 * Checks a Snapshot's inputs and fills in defaults, without any request. A value that is not known yet is left to the
 * up that will know it.
 */
export function checkSnapshot(olds: Properties, news: Properties, sources: ConnectionSources): Checked {
  const definition = findDefinition(news["platform"]);
  if (definition === undefined) {
    const reason = isMissing(news["platform"])
      ? "missing: name the platform"
      : news["platform"] === UNKNOWN
        ? "must be written out, not taken from an output"
        : `"${String(news["platform"])}" is no platform`;
    return {
      inputs: news,
      failures: [{ property: "platform", reason: `${reason}; it is one of ${list(Object.keys(definitions))}` }],
    };
  }

  const fields = snapshotFields(definition);
  const visible = Object.keys(fields).filter((name) => !fields[name]?.internal);
  const failures: CheckFailure[] = [];
  const inputs: Record<string, Properties[string]> = {};
  for (const [name, value] of Object.entries(news)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (isMissing(value)) continue;
    inputs[name] = value;
    if (field === undefined) {
      failures.push(unknownArgument(name, definition, visible));
    } else if (value === UNKNOWN) {
      if (field.plain) failures.push({ property: name, reason: "must be written out, not taken from an output" });
    } else {
      const parsed = field.schema.safeParse(value);
      for (const issue of parsed.success ? [] : parsed.error.issues) {
        const where = issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
        failures.push({ property: name, reason: where + issue.message });
      }
    }
  }
  for (const [name, field] of Object.entries(fields)) {
    const goesWith = field.onlyWith === undefined || !isMissing(news[field.onlyWith]);
    if (!goesWith && !isMissing(news[name])) {
      failures.push({ property: name, reason: `goes with ${field.onlyWith} only; remove it` });
    }
    if (field.default !== undefined && goesWith) inputs[name] ??= field.default;
  }
  // One that exists is not named anew, nor one that is only taken over.
  const isNew = Object.keys(olds).length === 0 && isMissing(inputs["adopt"]) && isMissing(inputs["reuseWithin"]);
  const name = isNew ? defaultNameOf(definition, inputs) : olds["name"];
  if (isMissing(inputs["name"]) && typeof name === "string") inputs["name"] = name;
  if (definition.delete && isMissing(news["deletionPolicy"])) {
    failures.push({
      property: "deletionPolicy",
      reason:
        `missing: say what destroy and replacement do with the snapshot on ${definition.title}: ` +
        '"delete" removes it, "retain" leaves it there',
    });
  }
  failures.push(...targetFailures(news, definition), ...ruleFailures(news, definition));
  failures.push(...(definition.snapshotRules?.(inputs) ?? []));

  const connection = inputs["connection"];
  if (typeof connection === "string" && connection !== UNKNOWN) {
    const resolved = resolveConnection(definition.name, definition.connectionFields, connection, sources);
    if ("problems" in resolved) {
      failures.push(...resolved.problems.map((reason) => ({ property: "connection", reason })));
    }
  }
  return { inputs, failures };
}
