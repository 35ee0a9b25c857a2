import { isDeepStrictEqual } from "node:util";
import type { InputField } from "../../model/input";
import { isUnknown } from "../../model/unknown";
import { findDefinition } from "../../platforms";
import type { Properties } from "../host";
import type { Diff } from "../verbs";
import { awaitsVerification, verdictOf, wantsVerification } from "../verification";
import { snapshotFields } from "./fields";

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0);
}

function isSame(field: InputField, before: unknown, after: unknown): boolean {
  if (isUnknown(after)) return false;
  const [old, now] = [before ?? field.default, after ?? field.default];
  return (isEmpty(old) && isEmpty(now)) || isDeepStrictEqual(old, now);
}

function changeOf(name: string, field: InputField, olds: Properties, news: Properties): "replace" | "update" | "none" {
  if (field.change === "nothing" || isSame(field, olds[name], news[name])) return "none";
  // A name or description that is left out doesn't change on the platform.
  if (field.change === "inPlace") return isEmpty(news[name]) ? "none" : "update";
  // Adopting the current snapshot by its id requires removing the triggers; that alone doesn't replace it.
  if (name === "triggers" && isEmpty(news[name]) && news["adopt"] === olds["snapshotId"]) return "update";
  if (field.change !== "adopt") return field.change;
  // The current snapshot stays unless another id is given.
  const adopt = news[name];
  return isEmpty(adopt) || adopt === "latest" || adopt === olds["snapshotId"] ? "update" : "replace";
}

/** Compares a Snapshot's state with the program's inputs. */
export function diffSnapshot(olds: Properties, news: Properties): Diff {
  const definition = findDefinition(news["platform"]) ?? findDefinition(olds["platform"]);
  if (definition === undefined) return {};
  if (olds["platform"] !== undefined && news["platform"] !== olds["platform"]) return { replaces: ["platform"] };

  const changed: string[] = [];
  const replaces: string[] = [];
  for (const [name, field] of Object.entries(snapshotFields(definition))) {
    const change = changeOf(name, field, olds, news);
    if (change !== "none") changed.push(name);
    if (change === "replace") replaces.push(name);
  }
  for (const name of Object.keys(definition.targets)) {
    // The program switched to another kind of target.
    if (!isEmpty(olds[name]) && isEmpty(news[name]) && !replaces.includes(name)) replaces.push(name);
  }
  const wantsVerified = wantsVerification(news);
  const isBroken = olds["status"] === "failed" && verdictOf(olds)?.outcome === "broken";
  // Without `verify`, only the platform's own status counts as failed.
  if (olds["status"] === "failed" && isEmpty(olds["adopt"]) && (wantsVerified || !isBroken))
    return { changes: true, replaces: [...replaces, "status"] };
  if (changed.length > 0) return { replaces };
  const isWaiting = olds["unfinished"] !== undefined || (wantsVerified && (isBroken || awaitsVerification(olds)));
  return { changes: isWaiting || isUndecided(olds, news) };
}

/** Whether the snapshot is gone and the user has to decide what to do (`onGone: "fail"`). */
export function isUndecided(olds: Properties, news: Properties): boolean {
  return olds["status"] === "gone" && news["onGone"] === "fail";
}
