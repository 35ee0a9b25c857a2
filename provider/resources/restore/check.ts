import { instantOf } from "../../model/clock";
import type { ConnectionSources } from "../../model/connection";
import type { CheckFailure } from "../../model/input";
import type { PlatformDefinition } from "../../model/platform";
import { isUnknown, UNKNOWN } from "../../model/unknown";
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
import { restoreFields } from "./fields";

/** Reference to the runbooks, for messages. */
const RUNBOOKS = "docs/restore.md of pulumi-snapshots shows how";

/** Message that a platform's API can't restore something, with what to do instead. */
export function cannotRestore({ title, cannot }: PlatformDefinition): string {
  return `a Restore of this is not possible on ${title} (${cannot["restore"]}); ${RUNBOOKS}`;
}

/** Problems of `confirm`, which has to name the same target as the other arguments. */
function confirmFailures(news: Properties, definition: PlatformDefinition): CheckFailure[] {
  const [argument = "", id] =
    Object.keys(definition.restoreTargets)
      .map((name) => [name, news[name]] as const)
      .find(([, value]) => !isMissing(value)) ?? [];
  const confirm = news["confirm"];
  const failures: CheckFailure[] = [];
  if (id === UNKNOWN) {
    failures.push({
      property: argument,
      reason: "must be known at preview, since confirm.target has to equal it: write it out or take it from config",
    });
  }
  if (isMissing(confirm)) {
    const example = typeof id === "string" && id !== UNKNOWN ? id : "<the target's id>";
    failures.push({
      property: "confirm",
      reason:
        `missing: a restore overwrites live data. Write confirm: { target: "${example}", before: "<instant>" }, with an ` +
        "instant such as 2026-11-21T04:00:00Z after which nothing must be restored",
    });
  } else if (isGiven(id) && !isUnknown(confirm) && typeof confirm === "object") {
    const { target } = confirm as Properties;
    if (typeof target === "string" && target !== "" && target !== id) {
      failures.push({
        property: "confirm",
        reason: `target: must be "${String(id)}", the id in ${argument}, and is "${target}": check what is to be overwritten`,
      });
    }
  }
  return failures;
}

/** Warnings to show before a restore is requested, as sentences. */
function warningsOf(isNew: boolean, inputs: Properties, nowMs: number): string[] {
  const { before } = (inputs["confirm"] ?? {}) as Properties;
  const beforeMs = instantOf(before);
  return isNew && beforeMs !== undefined && beforeMs <= nowMs
    ? [`confirm.before (${String(before)}) has passed by this machine's clock: pulumi up requests no restore`]
    : [];
}

/**
 * Checks a Restore's inputs and fills in defaults, without any request. A value that is not known yet is left to the
 * `pulumi up` that will know it, except for the target's id, which `confirm` has to repeat.
 */
export function checkRestore(
  olds: Properties,
  news: Properties,
  sources: ConnectionSources,
  nowMs: number,
): Checked & { readonly warnings: readonly string[] } {
  const definition = platformOf(news);
  if ("reason" in definition) return { inputs: news, failures: [definition], warnings: [] };
  const targets = Object.keys(definition.restoreTargets);
  if (targets.length === 0) {
    const failure = { property: "platform", reason: cannotRestore(definition) };
    return { inputs: news, failures: [failure], warnings: [] };
  }

  const fields = restoreFields(definition);
  const failures: CheckFailure[] = [];
  const inputs: Record<string, Properties[string]> = {};
  for (const [name, value] of Object.entries(news)) {
    if (isMissing(value)) continue;
    inputs[name] = value;
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field !== undefined) failures.push(...fieldFailures(name, field, value));
    else if (Object.hasOwn(definition.targets, name)) {
      failures.push({ property: name, reason: cannotRestore(definition) });
    } else failures.push(unknownArgument(name, definition, restoreFields));
  }
  for (const [name, field] of Object.entries(fields)) {
    if (field.default !== undefined) inputs[name] ??= field.default;
  }
  const namesOther = Object.keys(definition.targets).some((name) => !targets.includes(name) && !isMissing(news[name]));
  if (!namesOther) failures.push(...targetFailures(news, targets, `what to restore on ${definition.title}`));
  for (const target of targets) {
    const { snapshot = "" } = definition.restoreTargets[target] ?? {};
    if (isMissing(news[target]) || !isMissing(news[snapshot])) continue;
    failures.push({ property: snapshot, reason: `missing: name the snapshot to restore with ${snapshot}` });
  }
  failures.push(...confirmFailures(news, definition), ...connectionFailures(inputs, definition, sources));
  const isNew = Object.keys(olds).length === 0;
  return { inputs, failures, warnings: failures.length === 0 ? warningsOf(isNew, inputs, nowMs) : [] };
}
