import { watchList } from "../../creation";
import { defined } from "../../model/defined";
import { SnapshotsError } from "../../model/errors";
import { parseSnapshotId, type SnapshotAddress } from "../../model/ids";
import type { PlatformDefinition } from "../../model/platform";
import type { ObservedSnapshot, Target } from "../../model/snapshot";
import { findDefinition } from "../../platforms";
import type { Properties } from "../host";
import { kindInWords, targetInWords } from "../in-words";
import { requestOf } from "../request";
import { type Session, sharing, textOf, urnOf } from "../session";
import type { Read } from "../verbs";
import { counted, verdictOf, wantsVerification, withoutVerdict } from "../verification";
import { openJob, runOf } from "./job";
import { reportGone } from "./rows";
import { bookkeepingOf, idOf, inputsOf, outputsOf, referenceOf, shownBy } from "./state";

/** Parses a resource id; returns its parts with the platform definition and the target that they name. */
export function addressOf(id: string): { address: SnapshotAddress; definition: PlatformDefinition; target: Target } {
  const address = parseSnapshotId(id);
  const definition = findDefinition(address?.platform);
  const [argument] = Object.entries(definition?.targets ?? {}).find(([, { kind }]) => kind === address?.kind) ?? [];
  if (address === undefined || definition === undefined || argument === undefined) {
    throw new SnapshotsError(
      `"${id}" is not the id of a snapshot: it is written <platform>/<kind>/<target>/<snapshot>, each part percent-encoded`,
      { kind: "invalid" },
    );
  }
  const checked = definition.targets[argument]?.schema.safeParse(address.target);
  if (checked?.success === false) {
    throw new SnapshotsError(
      `"${id}" is not the id of a snapshot: its ${kindInWords(definition.targets[argument])} ${checked.error.issues[0]?.message}`,
      { kind: "invalid" },
    );
  }
  return { address, definition, target: { argument, kind: address.kind, id: address.target } };
}

/** Reads a Snapshot for a refresh (with its stored properties) or for `Snapshot.get` and imports (with almost none). */
export async function readSnapshot(session: Session, id: string, stored: Properties): Promise<Read> {
  const { address, definition, target } = addressOf(id);
  const urn = urnOf(stored);
  const isFirst = stored["platform"] === undefined;
  const props: Properties = {
    platform: definition.name,
    connection: definition.name,
    [target.argument]: target.id,
    ...(isFirst ? { deletionPolicy: "retain", onGone: "keep", adopted: true } : {}),
    ...stored,
  };
  const { platform, scope } = session.open(definition.name, textOf(props, "connection"), urn, target);
  const result = (readId: string, outs: Properties): Read => ({
    id: readId,
    props: outs,
    inputs: inputsOf(definition, outs),
  });
  const kept = (): Properties => ({ ...inputsOf(definition, props), ...outputsOf(definition, props) });

  if (address.pending && textOf(props, "snapshotId") === undefined) {
    if (isFirst) {
      throw new SnapshotsError(`[${definition.name}] "${id}" names a request, not a snapshot that can be read`, {
        kind: "invalid",
      });
    }
    const made = await findMade(session, props);
    if (made !== undefined) {
      const claimed = { ...props, ...(made.isInferred ? { inferred: true } : {}) };
      const snapshot = countedBy(claimed, made.snapshot);
      return result(idOf(definition, target, snapshot), shown(definition, claimed, snapshot));
    }
    await session.host.warn(
      urn,
      `the outcome of the request of ${address.segments[0]} is still unknown; the next pulumi up looks for its snapshot again`,
    );
    return result(id, kept());
  }

  const reference = address.pending
    ? referenceOf(props)
    : {
        ...referenceOf(props),
        snapshotId: address.segments.at(-1) ?? "",
        ...(address.segments.length > 1 ? { name: address.segments[0] ?? "" } : {}),
      };
  const observed = await platform.observe(target, reference, sharing(scope));
  const what = `snapshot ${reference.snapshotId} of ${targetInWords(definition, target)}`;
  if (observed.outcome === "found") {
    const snapshot = countedBy(props, observed.snapshot);
    const { status, platformStatus } = snapshot;
    const verdict = verdictOf(snapshot.details);
    if (verdict?.outcome === "broken" && status === "failed") {
      await session.host.warn(urn, `${what} is not usable: it failed verification: ${verdict.because}`);
    } else if (verdict?.outcome === "unproven") {
      await session.host.warn(urn, `${what} is not verified: ${verdict.because}; the next pulumi up verifies it`);
    } else if (status === "failed" || status === "unknown") {
      await session.host.warn(urn, `${what} is not usable: its status is "${platformStatus ?? status}"`);
    }
    return result(idOf(definition, target, snapshot), shown(definition, props, snapshot));
  }
  const reason = observed.outcome === "gone" ? observed.proof : observed.reason;
  if (isFirst) {
    throw new SnapshotsError(`[${definition.name}] there is no ${what}: ${reason}`, { kind: "notFound" });
  }
  if (observed.outcome === "unproven") {
    const takeOut = `if you know that it no longer exists, remove it with pulumi state delete${urn === undefined ? "" : ` '${urn}'`}`;
    await session.host.warn(
      urn,
      `${what} was not found, and that does not prove it gone: ${reason}. It stays in the state; ` +
        (observed.remedy === undefined ? takeOut : `${observed.remedy}; ${takeOut}`),
    );
    return result(id, { ...kept(), status: "unknown" });
  }
  if (props["onGone"] === "recreate") {
    await reportGone(session, { ...props, snapshotId: reference.snapshotId }, reason);
    return undefined;
  }
  if (requestOf(props) !== undefined) {
    await session.host.warn(
      urn,
      `${what} was gone before it was ever usable: ${reason}. The next pulumi up takes another`,
    );
    return result(id, { ...withoutVerdict(kept()), status: "failed" });
  }
  await reportGone(session, { ...props, snapshotId: reference.snapshotId }, reason);
  return result(id, { ...kept(), status: "gone" });
}

/** Applies the stored verdict to a snapshot; a read downloads nothing. */
function countedBy(props: Properties, snapshot: ObservedSnapshot): ObservedSnapshot {
  return wantsVerification(props) ? counted(snapshot, verdictOf(props)) : snapshot;
}

/** Properties after the platform has shown the snapshot. A stored `createdAt` never changes. */
function shown(definition: PlatformDefinition, props: Properties, snapshot: ObservedSnapshot): Properties {
  const createdAt = textOf(props, "createdAt") ?? snapshot.createdAt;
  const { unfinished, ...own } = bookkeepingOf(props);
  return {
    ...shownBy(definition, inputsOf(definition, props), snapshot),
    adopted: props["adopted"] === true,
    ...own,
    ...defined({ createdAt }),
    ...(snapshot.status === "available" || unfinished === undefined ? {} : { unfinished }),
  };
}

/** Finds the snapshot that an unfinished create took, if exactly one in the list can be it. */
async function findMade(
  session: Session,
  props: Properties,
): Promise<{ snapshot: ObservedSnapshot; isInferred: boolean } | undefined> {
  const request = requestOf(props);
  if (request === undefined) return undefined;
  const run = runOf(openJob(session, props, props));
  const search = await watchList(run, request, session.host.clock.now());
  if (search.outcome === "undecided") await session.host.warn(urnOf(props), search.reason);
  if (search.outcome !== "found") return undefined;
  return { snapshot: search.item, isInferred: !run.what.describe(search.item).bearsOwner };
}
