import { createHash } from "node:crypto";
import type { ConnectionSources } from "../../model/connection";
import type { CheckFailure } from "../../model/input";
import type { PlatformDefinition } from "../../model/platform";
import { isUnknown, UNKNOWN } from "../../model/unknown";
import { nameInUrn } from "../../model/urn";
import {
  connectionFailures,
  fieldFailures,
  isGiven,
  isMissing,
  platformOf,
  targetFailures,
  unknownArgument,
} from "../check";
import type { Properties } from "../host";
import type { Checked } from "../verbs";
import { snapshotFields } from "./fields";

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
      reason: 'triggers have no effect while one snapshot is adopted by id: remove them, or write adopt: "latest"',
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
 * Default name of a new snapshot: derived from URN, target and triggers, so that a run on any machine computes the same
 * name. Undefined where snapshots have no names.
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
  return definition.defaultName?.(nameInUrn(urn), hash.slice(0, 7));
}

/**
 * Checks a Snapshot's inputs and fills in defaults, without any request. A value that is not known yet is left to the
 * `pulumi up` that will know it.
 */
export function checkSnapshot(olds: Properties, news: Properties, sources: ConnectionSources): Checked {
  const definition = platformOf(news);
  if ("reason" in definition) return { inputs: news, failures: [definition] };

  const fields = snapshotFields(definition);
  const failures: CheckFailure[] = [];
  const inputs: Record<string, Properties[string]> = {};
  for (const [name, value] of Object.entries(news)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (isMissing(value)) continue;
    inputs[name] = value;
    failures.push(
      ...(field === undefined
        ? [unknownArgument(name, definition, snapshotFields)]
        : fieldFailures(name, field, value)),
    );
  }
  for (const [name, field] of Object.entries(fields)) {
    const goesWith = field.onlyWith === undefined || !isMissing(news[field.onlyWith]);
    if (!goesWith && !isMissing(news[name])) {
      failures.push({ property: name, reason: `goes with ${field.onlyWith} only; remove it` });
    }
    if (field.default !== undefined && goesWith) inputs[name] ??= field.default;
  }
  // An existing snapshot is not renamed, nor is an adopted one.
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
  const targets = Object.keys(definition.targets);
  failures.push(...targetFailures(news, targets, `what to snapshot on ${definition.title}`));
  failures.push(...ruleFailures(news, definition), ...(definition.snapshotRules?.(inputs) ?? []));
  failures.push(...connectionFailures(inputs, definition, sources));
  return { inputs, failures };
}
