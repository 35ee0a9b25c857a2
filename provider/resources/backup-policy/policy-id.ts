import { createHash } from "node:crypto";
import { formatPolicyId } from "../../model/ids";
import type { Properties } from "../host";
import { targetOf, textOf, urnOf } from "../session";
import { definitionOf } from "./meaning";

/** The mark of a policy that exists in a state only: of its URN at creation. */
function markOf(urn: string | undefined): string {
  return createHash("sha256")
    .update(urn ?? "")
    .digest("hex")
    .slice(0, 8);
}

/** The id of a policy that exists in a state only: its mark, kept while the policy lives. */
export function policyIdOf(urn: string | undefined, olds: Properties): string {
  return textOf(olds, "policyId") ?? markOf(urn);
}

/** The resource id of a policy that exists in a state only. */
export function ownIdOf(inputs: Properties): string {
  const definition = definitionOf(inputs);
  const { kind, id } = targetOf(definition, inputs);
  return formatPolicyId({ platform: definition.name, kind, segments: [id, markOf(urnOf(inputs))], isOwn: true });
}
