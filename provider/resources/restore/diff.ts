import { isDeepStrictEqual } from "node:util";
import type { InputField } from "../../model/input";
import { isUnknown } from "../../model/unknown";
import { findDefinition } from "../../platforms";
import type { Properties } from "../host";
import type { Diff } from "../verbs";
import { restoreFields } from "./fields";

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0);
}

/** Sorts a list of ids, since their order has no meaning. */
function inOrder(value: unknown): unknown {
  return Array.isArray(value) ? [...value].sort() : value;
}

function isSame(field: InputField, before: unknown, after: unknown): boolean {
  if (isUnknown(after)) return false;
  const [old, now] = [before ?? field.default, after ?? field.default];
  return (isEmpty(old) && isEmpty(now)) || isDeepStrictEqual(inOrder(old), inOrder(now));
}

/** Compares a Restore's state with the program's inputs. Only a replacement runs another restore. */
export function diffRestore(olds: Properties, news: Properties): Diff {
  const definition = findDefinition(news["platform"]) ?? findDefinition(olds["platform"]);
  if (definition === undefined) return {};
  if (olds["platform"] !== undefined && news["platform"] !== olds["platform"]) return { replaces: ["platform"] };
  const changed = Object.entries(restoreFields(definition)).filter(
    ([name, field]) => field.change !== "nothing" && !isSame(field, olds[name], news[name]),
  );
  const replaces = changed.flatMap(([name, { change }]) => (change === "replace" ? [name] : []));
  if (changed.length > 0) return { replaces };
  return { changes: olds["unfinished"] !== undefined };
}
