import { messageOf } from "../../model/errors";
import { findDefinition } from "../../platforms";
import type { Properties } from "../host";
import { targetInWords } from "../in-words";
import { requestOf, storedOwnerId } from "../request";
import { type Session, targetOf, textOf, urnOf } from "../session";

/** Stops managing a Restore, without any request: the target keeps the restored data. */
export async function deleteRestore(session: Session, props: Properties): Promise<void> {
  const { journal, warn, inform } = session.host;
  const urn = urnOf(props);
  const definition = findDefinition(props["platform"]);
  const target = definition === undefined ? undefined : targetOf(definition, props);
  const where = definition === undefined || target === undefined ? "its target" : targetInWords(definition, target);
  const request = requestOf(props);
  if (request === undefined) {
    const restoreId = textOf(props, "restoreId");
    await inform(
      urn,
      `dropped from the state: ${where} keeps the restored data${restoreId === undefined ? "" : ` (restore ${restoreId})`}`,
    );
  } else if (props["status"] === "unknown") {
    await warn(
      urn,
      `dropped from the state: the restore of ${where} that was requested at ${request.requestedAt} may have started`,
    );
  } else {
    await warn(
      urn,
      `dropped from the state: the restore of ${where} is "${String(props["platformStatus"] ?? props["status"])}", and continues`,
    );
  }
  const ownerId = storedOwnerId(props);
  if (urn === undefined || ownerId === undefined) return;
  await journal
    .settle(urn, ownerId)
    .catch((error: unknown) =>
      warn(urn, `the journal on this machine still holds a request that has ended: ${messageOf(error)}`),
    );
}
