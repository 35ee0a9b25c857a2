import { isSnapshotsError, SnapshotsError } from "../../model/errors";
import { findDefinition } from "../../platforms";
import type { Properties } from "../host";
import { requestOf } from "../request";
import type { Session } from "../session";
import { resumeSnapshot } from "./create";
import { isUndecided } from "./diff";
import { changeInPlace } from "./in-place";
import { goneInWords } from "./rows";
import { describe, outputsOf } from "./state";
import { verifyHeld } from "./verify-held";

/**
 * Resumes an unfinished create, verifies what is not verified yet, and changes in place what the platform can change;
 * any other update changes only the state.
 */
export async function updateSnapshot(
  session: Session,
  id: string,
  olds: Properties,
  news: Properties,
): Promise<Properties> {
  const definition = findDefinition(news["platform"]);
  if (definition === undefined) return { ...olds, ...news };
  if (isUndecided(olds, news)) {
    const reason = goneInWords({ ...olds, ...news });
    throw new SnapshotsError(`[${definition.name}] ${reason}`, { kind: "notFound" });
  }
  const request = requestOf(olds);
  const held =
    request === undefined
      ? await verifyHeld(session, id, { ...news, ...outputsOf(definition, olds) })
      : await resumeSnapshot(session, id, news, outputsOf(definition, olds), request);
  const wantsChange = Object.values(definition.snapshotArguments ?? {}).some(({ change }) => change === "inPlace");
  if (!wantsChange || olds["status"] === "gone") return held;
  const { platform, scope, target } = session.openFor(news);
  const shown = { ...olds, ...outputsOf(definition, held) };
  const changed = await changeInPlace(platform, definition, target, news, shown, scope).catch((error: unknown) => {
    if (!isSnapshotsError(error, "notFound")) throw error;
    throw new SnapshotsError(
      `${error.message}. The snapshot no longer exists, so it can't be changed: run pulumi refresh, which records ` +
        'that (or, with onGone: "recreate", drops the resource, and the next pulumi up takes another)',
      { kind: "notFound", cause: error },
    );
  });
  return changed === undefined ? held : { ...held, ...describe(changed) };
}
