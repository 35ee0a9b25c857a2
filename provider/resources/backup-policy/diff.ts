import { isoText } from "../../model/clock";
import type { PlatformDefinition } from "../../model/platform";
import { isUnknown } from "../../model/unknown";
import { findDefinition } from "../../platforms";
import { nextRunsAfter } from "../../schedule";
import { isMissing } from "../check";
import type { Properties } from "../host";
import { inParentheses, kindInWords, slotInWords } from "../in-words";
import type { Diff } from "../verbs";
import { wantsVerification } from "../verification";
import { policyFields } from "./fields";
import { expiryOf } from "./freshness";
import { isSameInput, policyTargetOf, schedulesOf, subjectOf } from "./meaning";
import { isFor, isSettledInState, recordInWords, recordsOf, verdictOn, verifiedRecordsOf } from "./records";

/** Compares a BackupPolicy's state with the program's inputs. */
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
    // A change to another kind of target: the earlier target argument is no longer given.
    const isGone = isTarget && !isMissing(olds[name]) && isMissing(news[name]);
    if (target !== undefined && isSameInput(name, field, target, olds, news, nowMs)) continue;
    changed.push(name);
    if (field.change === "replace" || isGone) replaces.push(name);
  }
  if (changed.length > 0) return { replaces };
  const isDue = isStale(olds, news) || isImpaired(olds) || dueByState(definition, olds, news, nowMs).length > 0;
  return { changes: isDue };
}

/** Sentence for a new policy's row in a preview: what the next `pulumi up` will do. */
export function creationAhead(inputs: Properties, nowMs: number): string | undefined {
  const definition = findDefinition(inputs["platform"]);
  const target = policyTargetOf(definition, inputs);
  if (definition === undefined || target === undefined) return undefined;
  const isKnown = !isUnknown(inputs[target.argument]);
  const subject = isKnown
    ? subjectOf(definition, inputs)
    : `the ${kindInWords(target.definition)} that ${target.argument} will name`;
  if (target.definition.runBy === "watched") return `will watch the backups of ${subject}, and take or delete none`;
  if (target.definition.runBy === "platform") {
    const schedules = schedulesOf(inputs);
    const [firstMs] = schedules === undefined ? [] : nextRunsAfter(schedules, nowMs, 1);
    const verb = inputs["adopt"] === true ? "adopt the policy" : "create a policy";
    const first = firstMs === undefined ? undefined : `first run ${slotInWords(isoText(firstMs))}`;
    return `will ${verb} for ${subject} on ${definition.title}${inParentheses(first)}`;
  }
  if (inputs["suspended"] === true) return `will take no snapshot of ${subject} while suspended is true`;
  const { dueAt } = inputs;
  if (isMissing(dueAt)) return undefined;
  const slot = isUnknown(dueAt) ? undefined : `first slot ${slotInWords(String(dueAt))}`;
  return `will take a snapshot of ${subject}${inParentheses(slot)}, unless there is one for it`;
}

/** Work that is due for a policy although its inputs have not changed, as sentences. */
export function dueByState(
  definition: PlatformDefinition,
  olds: Properties,
  news: Properties,
  nowMs: number,
): string[] {
  const due: string[] = [];
  const runBy = policyTargetOf(definition, news)?.definition.runBy;
  if (runBy === "up" && news["suspended"] === true) return due;
  if (olds["unfinished"] !== undefined)
    due.push("an earlier up requested a snapshot, and which one it is is not known yet: will look for it");
  else if (olds["status"] === "pending")
    due.push(`${definition.title} was still setting it up: will wait until it runs`);
  if (runBy === "up") due.push(...dueByRecords(definition, olds, news, nowMs));
  if (runBy === "watched" && news["suspended"] !== true && isUnverified(olds, news)) {
    due.push(`the newest backup of ${subjectOf(definition, news)} is not verified yet: will verify it`);
  }
  const expiry = expiryOf(subjectOf(definition, news), olds, news, nowMs);
  if (expiry !== undefined) due.push(expiry);
  return due;
}

function dueByRecords(definition: PlatformDefinition, olds: Properties, news: Properties, nowMs: number): string[] {
  const due: string[] = [];
  const { dueAt } = news;
  if (olds["unfinished"] === undefined && !isMissing(dueAt) && !isSettledInState(olds, dueAt, nowMs)) {
    const when = isUnknown(dueAt) ? "the latest scheduled time that has passed" : slotInWords(String(dueAt));
    const unverified = wantsVerification(news)
      ? recordsOf(olds).find((record) => isFor(record, dueAt) && verdictOn(record)?.outcome === "unproven")
      : undefined;
    due.push(
      unverified === undefined
        ? `will take a snapshot of ${subjectOf(definition, news)} for ${when}, unless there is one`
        : `snapshot ${recordInWords(unverified)} for ${when} is not verified: ${unverified.unverifiedBecause}; will verify it`,
    );
  }
  const queue = olds["pruneQueue"];
  if (Array.isArray(queue) && queue.length > 0) {
    due.push(
      `will delete ${queue.length} ${queue.length === 1 ? "snapshot" : "snapshots"} that an earlier up has left`,
    );
  }
  return due;
}

/** Whether the newest backup of a watched policy, counted or not, still needs verification. */
function isUnverified(olds: Properties, news: Properties): boolean {
  if (!wantsVerification(news)) return false;
  const verdicts = verifiedRecordsOf(olds);
  const newest = olds["lastSnapshotId"];
  const isKnown = isMissing(newest) || verdicts.some(({ id }) => id === newest);
  return !isKnown || verdicts.some((record) => verdictOn(record)?.outcome === "unproven");
}

/** Whether the last read showed that a policy run by the platform may not run; a missing status does not count. */
export function isImpaired({ runBy, status, platformStatus }: Properties): boolean {
  const isBad = status === "suspended" || status === "failed" || (status === "unknown" && platformStatus !== undefined);
  return runBy === "platform" && isBad;
}

/** Whether the newest usable backup was too old at the last check. */
export function isStale(olds: Properties, news: Properties): boolean {
  return olds["fresh"] === false && news["suspended"] !== true && !isMissing(news["maxAge"]);
}
