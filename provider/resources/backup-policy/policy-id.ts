import { createHash } from "node:crypto";
import { formatPolicyId } from "../../model/ids";
import type { Properties } from "../host";
import { targetOf, textOf, urnOf } from "../session";
import { definitionOf } from "./meaning";

/** Mark of a policy that exists only in a state: a hash of its URN at creation. */
function markOf(urn: string | undefined): string {
  return createHash("sha256")
    .update(urn ?? "")
    .digest("hex")
    .slice(0, 8);
}

/** Id of a policy that exists only in a state: its mark, which never changes. */
export function policyIdOf(urn: string | undefined, olds: Properties): string {
  return textOf(olds, "policyId") ?? markOf(urn);
}

/** Resource id of a policy that exists only in a state. */
export function ownIdOf(inputs: Properties): string {
  const definition = definitionOf(inputs);
  const { kind, id } = targetOf(definition, inputs);
  return formatPolicyId({ platform: definition.name, kind, segments: [id, markOf(urnOf(inputs))], isOwn: true });
}
