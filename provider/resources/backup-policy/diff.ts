import type { PlatformDefinition } from "../../model/platform";
import { findDefinition } from "../../platforms";
import type { Properties } from "../host";
import type { Diff } from "../verbs";
import { policyFields } from "./fields";
import { stalenessOf } from "./freshness";
import { isEmpty, isSameInput, policyTargetOf, subjectOf } from "./meaning";
import { isSettled, recordsOf } from "./records";

/** Compares a BackupPolicy's state with what the program wants. */
export function diffPolicy(olds: Properties, news: Properties, nowMs: number): Diff {
  const definition = findDefinition(news["platform"]) ?? findDefinition(olds["platform"]);
  if (definition === undefined) return {};
  if (olds["platform"] !== undefined && news["platform"] !== olds["platform"]) return { replaces: ["platform"] };
  const target = policyTargetOf(definition, news)?.definition;
  const changed: string[] = [];
  const replaces: string[] = [];
  for (const [name, field] of Object.entries(policyFields(definition))) {
    if (field.change === "nothing") continue;
    const isTarget = Object.hasOwn(definition.policyTargets, name);
    // The other kind of target: the argument that was there is no longer given.
    const isGone = isTarget && !isEmpty(olds[name]) && isEmpty(news[name]);
    if (target !== undefined && isSameInput(name, field, target, olds, news, nowMs)) continue;
    changed.push(name);
    if (field.change === "replace" || isGone) replaces.push(name);
  }
  return changed.length > 0 ? { replaces } : { changes: reasonsToUpdate(definition, olds, news).length > 0 };
}

/** Why a policy whose inputs are what they were still has something to do. */
export function reasonsToUpdate(definition: PlatformDefinition, olds: Properties, news: Properties): string[] {
  const reasons: string[] = [];
  if (olds["unfinished"] !== undefined) reasons.push("a backup that was asked for is not known yet");
  if (olds["status"] === "pending") reasons.push(`${definition.title} was still setting the policy up`);
  if (news["suspended"] === true) return reasons;
  if (policyTargetOf(definition, news)?.definition.runBy === "up") {
    if (!isEmpty(news["dueAt"]) && !isSettled(recordsOf(olds), news["dueAt"])) {
      reasons.push(`no usable snapshot is known for ${String(news["dueAt"])}`);
    }
    const queue = olds["pruneQueue"];
    if (Array.isArray(queue) && queue.length > 0) {
      reasons.push(`${queue.length} ${queue.length === 1 ? "snapshot is" : "snapshots are"} still to be deleted`);
    }
  }
  if (olds["fresh"] === false && !isEmpty(news["maxAge"]))
    reasons.push(stalenessOf(subjectOf(definition, news), { ...olds, maxAge: news["maxAge"] ?? "" }));
  return reasons;
}
