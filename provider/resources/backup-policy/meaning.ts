import { isDeepStrictEqual } from "node:util";
import { SnapshotsError } from "../../model/errors";
import type { PlatformDefinition } from "../../model/platform";
import type { PolicyField, PolicyTargetDefinition, Written } from "../../model/policy";
import { isUnknown } from "../../model/unknown";
import { findDefinition } from "../../platforms";
import {
  type PlainSchedule,
  parseSchedules,
  type Retention,
  retentionProblem,
  type Schedule,
  sameRetention,
  sameSchedules,
} from "../../schedule";
import { isMissing } from "../check";
import type { Properties } from "../host";
import { kindInWords } from "../in-words";
import { policyFields } from "./fields";

/** Returns the definition of the platform that a policy's properties name. */
export function definitionOf(properties: Properties): PlatformDefinition {
  const definition = findDefinition(properties["platform"]);
  if (definition !== undefined) return definition;
  throw new SnapshotsError(`"${String(properties["platform"])}" is not a platform`, {
    kind: "invalid",
  });
}

/** Inputs among a policy's properties. */
export function policyInputsOf(properties: Properties): Properties {
  const fields = policyFields(definitionOf(properties));
  return Object.fromEntries(Object.entries(properties).filter(([name]) => Object.hasOwn(fields, name)));
}

/** A target argument and the definition of the policies for it. */
export interface PolicyTarget {
  readonly argument: string;
  readonly definition: PolicyTargetDefinition;
}

/** Target argument that the properties give; undefined if they give none or more than one. */
export function policyTargetOf(
  definition: PlatformDefinition | undefined,
  properties: Properties,
): PolicyTarget | undefined {
  const given = Object.entries(definition?.policyTargets ?? {}).filter(
    ([argument]) => !isMissing(properties[argument]),
  );
  const [argument, target] = given[0] ?? [];
  return given.length === 1 && argument !== undefined && target !== undefined
    ? { argument, definition: target }
    : undefined;
}

/** Valid schedules among the properties; undefined if there are none or they are not known yet. */
export function schedulesOf(properties: Properties): readonly Schedule[] | undefined {
  const schedules = properties["schedules"];
  if (isMissing(schedules) || isUnknown(schedules)) return undefined;
  const written = schedules as readonly PlainSchedule[];
  return "problem" in parseSchedules(written) ? undefined : written;
}

/** Valid retention with the time zone that it counts in; undefined if there is none or it is not known yet. */
export function retentionOf(properties: Properties): Retention | undefined {
  const retention = properties["retention"];
  if (isMissing(retention) || isUnknown(retention) || retentionProblem(retention) !== undefined) return undefined;
  const timezone = schedulesOf(properties)?.[0]?.timezone ?? "UTC";
  return { timezone, ...(retention as Retention) };
}

/** Whether an input means the same before and after; false for one that is not known yet. */
export function isSameInput(
  name: string,
  field: PolicyField,
  target: PolicyTargetDefinition,
  olds: Properties,
  news: Properties,
  nowMs: number,
): boolean {
  const [before, after]: Written[] = [olds[name] ?? field.default, news[name] ?? field.default];
  if (isUnknown(after)) return false;
  if (name === "retention" && target.sameRetention?.(before ?? undefined, after ?? undefined)) return true;
  if (isMissing(before) || isMissing(after)) return isMissing(before) && isMissing(after);
  if (isDeepStrictEqual(before, after)) return true;
  const [oldSchedules, newSchedules] = [schedulesOf(olds), schedulesOf(news)];
  if (name === "schedules" && oldSchedules !== undefined && newSchedules !== undefined) {
    return target.sameSchedules?.(before, after, nowMs) ?? sameSchedules(oldSchedules, newSchedules);
  }
  const [oldRetention, newRetention] = [retentionOf(olds), retentionOf(news)];
  if (name === "retention" && oldRetention !== undefined && newRetention !== undefined) {
    return target.sameRetention === undefined && sameRetention(oldRetention, newRetention);
  }
  return false;
}

/** Subject of a policy, for messages: `app 1745338954955`. */
export function subjectOf(definition: PlatformDefinition, properties: Properties): string {
  const target = policyTargetOf(definition, properties);
  const named = target === undefined ? undefined : properties[target.argument];
  const name = typeof named === "string" ? named : ((named ?? {}) as Properties)["name"];
  return `${kindInWords(target?.definition)} ${typeof name === "string" ? name : ""}`.trim();
}
