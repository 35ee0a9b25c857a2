import { watchList } from "../../creation";
import { SnapshotsError } from "../../model/errors";
import { findDefinition } from "../../platforms";
import type { Properties } from "../host";
import { requestOf } from "../request";
import { type Session, urnOf } from "../session";
import type { Read } from "../verbs";
import { mayHaveStarted, propertiesOf } from "./create";
import { openJob, runOf, watched } from "./job";
import { inputsOf, outputsOf, restoreOf } from "./state";

/** Reads a Restore for a refresh: observes one that has not ended, returns any other unchanged. Requests no restore. */
export async function readRestore(session: Session, id: string, props: Properties): Promise<Read> {
  const definition = findDefinition(props["platform"]);
  if (definition === undefined) {
    throw new SnapshotsError(`"${id}" can't be read: a Restore exists in the state of its stack only`, {
      kind: "invalid",
    });
  }
  const inputs = inputsOf(definition, props);
  const request = requestOf(props);
  const restore = restoreOf(props);
  if (request === undefined || restore.status === "failed") return { id, props, inputs };

  const job = openJob(session, props, props);
  const run = runOf(job, { isStored: true });
  let item = watched(job, restore);
  if (restore.status === "unknown") {
    const search = await watchList(run, request, session.host.clock.now());
    if (search.outcome !== "found") {
      const cause = search.outcome === "undecided" ? search.cause : undefined;
      await session.host.warn(urnOf(props), mayHaveStarted(job, { request, cause }));
      return { id, props, inputs };
    }
    item = search.item;
  } else {
    const sighting = await run.what.observe(item, job.scope);
    if (sighting.outcome === "found") item = sighting.item;
  }
  const { unfinished, ...outs } = outputsOf(props);
  const startedAt = typeof props["startedAt"] === "string" ? props["startedAt"] : request.requestedAt;
  const shown = { ...inputs, ...outs, ...propertiesOf(item, startedAt) };
  const isOver = run.what.describe(item).progress === "ready";
  return { id, props: isOver || unfinished === undefined ? shown : { ...shown, unfinished }, inputs };
}
