import { until } from "../../model/scope";
import { type Properties, UnfinishedError } from "../host";
import { titleOf } from "../in-words";
import { type Session, textOf, timeoutMs } from "../session";
import { awaitsVerification, verdictOf, wantsVerification, withoutVerdict, withVerdict } from "../verification";
import { type SnapshotJob, verify } from "./job";
import { referenceOf } from "./state";

/** Message that a snapshot in the state could not be verified, and what to do. */
export function unverifiedText(job: Pick<SnapshotJob, "definition" | "target">, words: string, doubt: string): string {
  return (
    `${titleOf(job)}: snapshot ${words} could not be verified: ${doubt}. It is in the state: run pulumi up again, which ` +
    "verifies the same one"
  );
}

/**
 * Verifies a resource's current snapshot if its properties request that and the bytes were not checked yet; a broken
 * one fails again without another download. If they don't request it, removes the result of an earlier verification.
 */
export async function verifyHeld(session: Session, id: string, held: Properties): Promise<Properties> {
  if (!wantsVerification(held)) return withoutVerdict(held);
  const known = verdictOf(held);
  if (!awaitsVerification(held) && !(known?.outcome === "broken" && held["status"] === "failed")) return held;
  const asked = session.openFor(held);
  const limitMs = timeoutMs(held, "create", asked.definition.createTimeoutMs);
  const opened = until(asked, session.host.clock.now() + limitMs);
  const { definition, platform, target, scope } = opened;
  const subject = { definition, platform, target, reference: referenceOf(held), shown: held["files"] };
  const verdict = known?.outcome === "broken" ? known : await verify(session, subject, scope);
  const outs = withVerdict(held, verdict);
  if (verdict.outcome === "intact") return outs;
  const words = `"${textOf(held, "snapshotId")}"`;
  if (verdict.outcome === "unproven")
    throw new UnfinishedError(id, outs, unverifiedText(opened, words, verdict.because));
  const remedy =
    textOf(held, "adopt") === undefined
      ? "The next pulumi up takes another"
      : "Adopt another one, or leave out verify to keep it as it is";
  throw new UnfinishedError(
    id,
    outs,
    `${titleOf(opened)}: snapshot ${words} failed verification: ${verdict.because}. ${remedy}`,
  );
}
