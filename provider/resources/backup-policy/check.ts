import { isDeepStrictEqual } from "node:util";
import { instantOf, isoText } from "../../model/clock";
import type { ConnectionSources } from "../../model/connection";
import { parseDuration } from "../../model/duration";
import type { CheckFailure } from "../../model/input";
import type { PlatformDefinition } from "../../model/platform";
import type { PolicyTargetDefinition } from "../../model/policy";
import type { JsonValue } from "../../model/snapshot";
import { isUnknown, UNKNOWN } from "../../model/unknown";
import { clockChangeWarnings, latestRunAt, longestGapAfter } from "../../schedule";
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
import { isScheduled, isVerifiable, policyFields } from "./fields";
import { isSameInput, type PolicyTarget, policyTargetOf, schedulesOf } from "./meaning";

/** Result of `check` for a policy, with warnings that the user should read before it runs. */
export interface CheckedPolicy extends Checked {
  readonly warnings: readonly string[];
}

const scheduleExample = 'such as schedules: [{ cron: "0 3 * * *", timezone: "Europe/Lisbon" }]';

/** Arguments that only policies for other targets accept, each with the target argument that it belongs to. */
function argumentsOfOthers(definition: PlatformDefinition, target: PolicyTarget): Map<string, string> {
  const namesOf = (other: PolicyTargetDefinition): string[] => [
    ...Object.keys(other.arguments ?? {}),
    ...(isVerifiable(definition, other) ? ["verify"] : []),
  ];
  const own = namesOf(target.definition);
  return new Map(
    Object.entries(definition.policyTargets).flatMap(([argument, other]) =>
      namesOf(other).flatMap((name) => (own.includes(name) ? [] : [[name, argument] as const])),
    ),
  );
}

function scheduleFailures(
  definition: PlatformDefinition,
  { argument, definition: target }: PolicyTarget,
  news: Properties,
  nowMs: number,
): CheckFailure[] {
  const { schedules, retention } = news;
  const failures: CheckFailure[] = [];
  const add = (property: string, reason: string | undefined) => {
    if (reason !== undefined) failures.push({ property, reason });
  };
  if (!isScheduled(target)) {
    const why = `with ${argument} a policy on ${definition.title} only watches that backups appear; remove it`;
    if (!isMissing(schedules)) add("schedules", why);
    if (!isMissing(retention)) add("retention", why);
    return failures;
  }
  const known = schedulesOf(news);
  if (isMissing(schedules)) add("schedules", `missing: say when backups are taken, ${scheduleExample}`);
  if (known !== undefined) {
    add("schedules", target.scheduleProblem?.(schedules as JsonValue, nowMs));
    if (target.scheduleProblem === undefined && known.some(({ kind }) => kind !== undefined)) {
      add(
        "schedules",
        `kind: a policy for ${argument} on ${definition.title} has no full and incremental backups; remove kind`,
      );
    }
  }
  if (target.retention === "none") {
    const why = definition.cannot["delete"] ?? "";
    if (!isMissing(retention)) add("retention", `${definition.title} has none: ${why}; remove it`);
  } else if (isMissing(retention)) {
    if (target.retention === "required") add("retention", `missing: ${target.retentionHint ?? "say what is kept"}`);
  } else if (!isUnknown(retention)) {
    add("retention", target.retentionProblem?.(retention as JsonValue));
  }
  return failures;
}

/** Changes that are refused after creation: nothing that holds backups is replaced because of one. */
function refusedChanges(
  definition: PlatformDefinition,
  target: PolicyTargetDefinition,
  argument: string,
  olds: Properties,
  news: Properties,
  nowMs: number,
): CheckFailure[] {
  if (olds["platform"] !== definition.name || isMissing(olds[argument])) return [];
  return Object.entries(policyFields(definition)).flatMap(([name, field]) => {
    const isSchedule = name === "schedules" || name === "retention";
    const isRefused = isSchedule ? target.scheduleChange === "refuse" : field.change === "refuse";
    if (!isRefused || isUnknown(news[name]) || isSameInput(name, field, target, olds, news, nowMs)) return [];
    return changedParts(name, olds[name], news[name]).map(({ property, before }) => ({
      property,
      reason: `can't be changed after creation${storedInWords(definition, property, before)}: ${target.refusal}`,
    }));
  });
}

/** Parts of an input that differ. The engine prints the value of a refused property, and a whole object can be long. */
function changedParts(name: string, before: unknown, after: unknown): { property: string; before: unknown }[] {
  const isObject = (value: unknown): value is Properties =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject(before) || !isObject(after)) return [{ property: name, before }];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = keys.filter((key) => !isDeepStrictEqual(before[key], after[key]));
  return changed.map((key) => ({ property: `${name}.${key}`, before: before[key] }));
}

/** Value on the platform according to the state, which may be out of date. Free-form parts may hold secrets. */
function storedInWords(definition: PlatformDefinition, property: string, before: unknown): string {
  const isFreeForm = /^job\.(config|compute|storage)$/.test(property);
  return isFreeForm || isMissing(before) ? "" : ` (${definition.title} has ${JSON.stringify(before)})`;
}

/** Longest time that a stored slot may lie ahead and still count as handled by a machine with a fast clock. */
const AHEAD_MS = 60 * 60_000;

/** Latest scheduled time that has passed. Keeps one slightly ahead of this clock: another machine handled it. */
function dueAtOf(olds: Properties, news: Properties, nowMs: number): JsonValue | undefined {
  const held = olds["dueAt"];
  if (news["suspended"] === true) return isMissing(held) ? undefined : held;
  if (isUnknown(news["suspended"]) || isUnknown(news["schedules"])) return UNKNOWN;
  const heldMs = instantOf(held);
  if (heldMs !== undefined && heldMs > nowMs && heldMs <= nowMs + AHEAD_MS) return held;
  const schedules = schedulesOf(news);
  const dueMs = schedules === undefined ? undefined : latestRunAt(schedules, nowMs);
  return dueMs === undefined ? undefined : isoText(dueMs);
}

function inHours(milliseconds: number): string {
  return `${Math.round(milliseconds / 360_000) / 10} h`;
}

function warningsOf(
  { definition: target }: PolicyTarget,
  definition: PlatformDefinition,
  inputs: Properties,
  nowMs: number,
): string[] {
  const schedules = schedulesOf(inputs);
  const warnings = [...(target.warnings?.(inputs) ?? [])];
  if (schedules !== undefined) {
    warnings.push(...clockChangeWarnings(schedules, nowMs));
    const maxAge = parseDuration(String(inputs["maxAge"] ?? ""));
    const gapMs = "milliseconds" in maxAge ? longestGapAfter(schedules, nowMs) * 1000 : 0;
    if ("milliseconds" in maxAge && maxAge.milliseconds < gapMs) {
      warnings.push(
        `maxAge ${String(inputs["maxAge"])} is shorter than the longest time between two runs, ${inHours(gapMs)}: it ` +
          "will be passed although every run succeeds",
      );
    }
  }
  if (inputs["suspended"] === true && target.runBy === "platform") {
    warnings.push(
      `suspended: ${definition.title} continues to run it, since its API documents no pause; only maxAge is no longer evaluated`,
    );
  }
  return warnings;
}

/**
 * Checks a BackupPolicy's inputs, fills in defaults and computes `dueAt`, without any request. Values that are not
 * known yet are checked by the `pulumi up` that knows them.
 */
export function checkPolicy(
  olds: Properties,
  news: Properties,
  sources: ConnectionSources,
  nowMs: number,
): CheckedPolicy {
  const definition = platformOf(news);
  if ("reason" in definition) return { inputs: news, failures: [definition], warnings: [] };

  const fields = policyFields(definition);
  const target = policyTargetOf(definition, news);
  const failures: CheckFailure[] = [];
  const inputs: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(news)) {
    if (isMissing(value) || name === "dueAt") continue;
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    inputs[name] = value;
    if (field !== undefined) failures.push(...fieldFailures(name, field, value));
    // scheduleFailures explains better why a target has no schedules or retention.
    else if (target === undefined || (name !== "schedules" && name !== "retention")) {
      failures.push(unknownArgument(name, definition, policyFields));
    }
  }
  const targets = Object.keys(definition.policyTargets);
  failures.push(...targetFailures(news, targets, `what the policy on ${definition.title} is for`));
  failures.push(...connectionFailures({ connection: definition.name, ...inputs }, definition, sources));
  if (target === undefined) return { inputs, failures, warnings: [] };

  const ofOthers = argumentsOfOthers(definition, target);
  for (const [name, field] of Object.entries(fields)) {
    const owner = ofOthers.get(name);
    if (owner !== undefined && !isMissing(news[name])) {
      failures.push({ property: name, reason: `goes with ${owner} only; remove it` });
    }
    if (owner === undefined && field.default !== undefined) inputs[name] ??= field.default;
  }
  const wrong = new Set(failures.map(({ property }) => property));
  failures.push(...scheduleFailures(definition, target, news, nowMs).filter(({ property }) => !wrong.has(property)));
  if (isGiven(news["onStale"]) && isMissing(news["maxAge"])) {
    failures.push({ property: "onStale", reason: 'needs maxAge: write how old the newest backup may be, as in "26h"' });
  }
  failures.push(...(target.definition.rules?.(inputs) ?? []));
  if (failures.length === 0) {
    failures.push(...refusedChanges(definition, target.definition, target.argument, olds, inputs, nowMs));
  }
  if (target.definition.runBy === "up") {
    const dueAt = dueAtOf(olds, news, nowMs);
    if (dueAt !== undefined) inputs["dueAt"] = dueAt;
  }
  const isNew = ["schedules", "maxAge", "suspended"].some((name) => {
    const field = fields[name];
    return field !== undefined && !isSameInput(name, field, target.definition, olds, inputs, nowMs);
  });
  return {
    inputs,
    failures,
    warnings: isNew && failures.length === 0 ? warningsOf(target, definition, inputs, nowMs) : [],
  };
}
