import type { PlatformDefinition } from "../../model/platform";
import { isUnknown, UNKNOWN } from "../../model/unknown";
import { findDefinition } from "../../platforms";
import type { Properties } from "../host";
import { inParentheses, kindInWords, sizeInWords } from "../in-words";
import { requestOf } from "../request";
import { type Session, textOf, urnOf } from "../session";
import type { Diff } from "../verbs";
import { awaitsVerification, verdictOf, wantsVerification } from "../verification";

/** Target of a snapshot in words: `app 1745338954955`. */
function subjectOf(definition: PlatformDefinition, properties: Properties): string {
  const [argument, target] = Object.entries(definition.targets).find(([name]) => properties[name] !== undefined) ?? [];
  const id = argument === undefined ? undefined : properties[argument];
  return id === UNKNOWN
    ? `the ${kindInWords(target)} that ${argument} will name`
    : `${kindInWords(target)} ${String(id)}`;
}

/** A snapshot and its target in words: `snapshot "2026…" of app 1745338954955`. */
function snapshotInWords(definition: PlatformDefinition, properties: Properties): string {
  return `snapshot "${String(properties["snapshotId"])}" of ${subjectOf(definition, properties)}`;
}

/** Sentence for the row of a resource that is not in the state yet: what the next `pulumi up` does. */
export function creationAhead(inputs: Properties): string | undefined {
  const definition = findDefinition(inputs["platform"]);
  if (definition === undefined) return undefined;
  const subject = subjectOf(definition, inputs);
  const { adopt, reuseWithin } = inputs;
  if (isUnknown(adopt)) return `will adopt the snapshot of ${subject} that adopt will name`;
  if (adopt === "latest") return `will adopt the newest usable snapshot of ${subject}`;
  if (adopt !== undefined) return `will adopt snapshot "${String(adopt)}" of ${subject}`;
  if (reuseWithin === undefined) return `will take a snapshot of ${subject}`;
  const age = isUnknown(reuseWithin) ? "young enough" : `at most ${String(reuseWithin)} old`;
  return `will adopt the newest usable snapshot of ${subject} if it is ${age}; else will take one`;
}

/** Reason why a snapshot stays on the platform when its resource is deleted; undefined if it is deleted. */
export function whyKept(definition: PlatformDefinition, props: Properties): string | undefined {
  if (!definition.delete) return "its API can't delete";
  if (props["adopted"] === true) return "it was adopted, not taken by this resource";
  if (props["deletionPolicy"] !== "delete") return 'deletionPolicy: "retain"';
  return props["inferred"] === true
    ? "no answer of the platform named it as this resource's, it was only inferred; if it is yours, delete it there"
    : undefined;
}

/** Sentence for the row: what a replacement does to the current snapshot. */
function replacementAhead(definition: PlatformDefinition, olds: Properties): string {
  const why =
    olds["status"] === "failed"
      ? `will be replaced: ${snapshotInWords(definition, olds)} has failed`
      : "will be replaced";
  if (olds["snapshotId"] === undefined) return why;
  if (olds["status"] === "gone") return `${why}; the old snapshot is gone`;
  const isBroken = verdictOf(olds)?.outcome === "broken";
  const kept = whyKept(definition, olds) ?? (isBroken ? "it failed verification; delete it there yourself" : undefined);
  return kept === undefined
    ? `${why}; the old snapshot will be deleted from ${definition.title} after that`
    : `${why}; the old snapshot stays on ${definition.title} (${kept})`;
}

/** Sentence for the row of a preview: what the next `pulumi up` does beyond the diff that the engine shows. */
export function updateAhead(olds: Properties, news: Properties, { replaces = [] }: Diff): string | undefined {
  const definition = findDefinition(olds["platform"]) ?? findDefinition(news["platform"]);
  if (definition === undefined) return undefined;
  if (replaces.length > 0) return replacementAhead(definition, olds);
  const request = requestOf(olds);
  if (request === undefined) return verificationAhead(definition, olds, news);
  return olds["snapshotId"] === undefined
    ? `the outcome of the request of ${request.requestedAt} is unknown: will look for its snapshot, and take another only ` +
        "if there is none"
    : `will wait until ${snapshotInWords(definition, olds)} is ready; its status is "${String(olds["platformStatus"] ?? olds["status"])}"`;
}

/** Sentence for the row: what the next `pulumi up` verifies, or why the snapshot failed verification. */
function verificationAhead(definition: PlatformDefinition, olds: Properties, news: Properties): string | undefined {
  if (!wantsVerification(news)) return undefined;
  if (awaitsVerification(olds)) return `will verify ${snapshotInWords(definition, olds)}`;
  const verdict = verdictOf(olds);
  return verdict?.outcome === "broken"
    ? `${snapshotInWords(definition, olds)} has failed verification: ${verdict.because}`
    : undefined;
}

/** Advice on how a program gets another snapshot when its own is gone. */
function wayToAnother(definition: PlatformDefinition, props: Properties): string {
  const { adopt } = props;
  if (typeof adopt === "string" && adopt !== "latest") return "change adopt to manage another one";
  return definition.create ? "change triggers to take a new one" : "change triggers to adopt the newest";
}

/** Message for the row of a snapshot that is proven gone, depending on `onGone`. */
export function goneInWords(props: Properties, proof?: string): string {
  const definition = findDefinition(props["platform"]);
  if (definition === undefined) return "the snapshot is gone";
  const gone =
    `${snapshotInWords(definition, props)} is gone from ${definition.title} (expired or deleted; the API doesn't say ` +
    `which)${proof === undefined ? "" : `: ${proof}`}`;
  const another = wayToAnother(definition, props);
  switch (props["onGone"]) {
    case "recreate":
      // Only a refresh has the proof and drops the resource from the state.
      return proof === undefined
        ? `${gone}. The next pulumi refresh takes it out of the state (onGone: "recreate"), and the up after that creates the resource again`
        : `${gone}. It leaves the state (onGone: "recreate"), and the next pulumi up creates the resource again`;
    case "fail":
      return (
        `${gone}. pulumi up fails until the program decides (onGone: "fail"): ${another}, write onGone: "keep" to keep ` +
        "the resource without it, or remove the resource"
      );
    default:
      return `${gone}. The resource stays in the state (onGone: "keep"): ${another}, or remove the resource`;
  }
}

/** Warns on the row that a resource's snapshot is gone, once in each process. */
export async function reportGone(session: Session, props: Properties, proof?: string): Promise<void> {
  const urn = urnOf(props);
  if (session.isNew(urn, "gone")) await session.host.warn(urn, goneInWords(props, proof));
}

/** Reports on the row which snapshot a create has taken, adopted or recovered, with its duration and another clause. */
export async function reportCreated(
  session: Session,
  outs: Properties,
  how: "took" | "adopted" | "recovered",
  { span, clause }: { readonly span?: string | undefined; readonly clause?: string | undefined } = {},
): Promise<void> {
  const definition = findDefinition(outs["platform"]);
  if (definition === undefined) return;
  const sentence = `${how} ${snapshotInWords(definition, outs)}${inParentheses(
    ...(how === "took" ? [] : [textOf(outs, "createdAt")]),
    sizeInWords(outs),
    span,
  )}`;
  await session.host.inform(urnOf(outs), clause === undefined ? sentence : `${sentence}, ${clause}`);
}
