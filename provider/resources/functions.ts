import { SnapshotsError } from "../model/errors";
import { parseSnapshotId } from "../model/ids";
import { unknownRemedy } from "../model/nearest";
import type { DownloadLink, JsonValue, ObservedSnapshot, Target } from "../model/snapshot";
import { type DownloadableFiles, noDownload, openFiles } from "./files";
import type { Properties } from "./host";
import { titleOf } from "./in-words";
import { type Opened, type Session, targetOf, textOf } from "./session";
import { addressOf } from "./snapshot/read";
import { describe, idOf, referenceOf } from "./snapshot/state";

/** A snapshot as functions return it: its resource id and the outputs of a Snapshot. */
export type SnapshotItem = Readonly<Record<string, JsonValue>>;

function openFor(session: Session, query: Properties): Opened {
  return session.open(textOf(query, "platform") ?? "", textOf(query, "connection"), undefined);
}

function namesTarget(opened: Opened, query: Properties): boolean {
  return Object.keys(opened.definition.targets).some((argument) => textOf(query, argument) !== undefined);
}

function checkArguments(opened: Opened, query: Properties, others: readonly string[]): void {
  const { definition } = opened;
  const targets = Object.keys(definition.targets);
  if (targets.filter((name) => query[name] !== undefined).length > 1) {
    throw new SnapshotsError(`give ${targets.join(" or ")}, not both`, { kind: "invalid" });
  }
  const known = ["platform", "connection", ...targets, ...others];
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    if (!known.includes(name)) {
      throw new SnapshotsError(`unknown argument "${name}" for ${definition.title}; ${unknownRemedy([name], known)}`, {
        kind: "invalid",
      });
    }
    const checked = definition.targets[name]?.schema.safeParse(value);
    if (checked !== undefined && !checked.success) {
      throw new SnapshotsError(`${name} ${checked.error.issues[0]?.message}`, { kind: "invalid" });
    }
  }
}

function toItem(opened: Opened, query: Properties, target: Target, snapshot: ObservedSnapshot): SnapshotItem {
  return {
    id: idOf(opened.definition, target, snapshot),
    platform: opened.definition.name,
    connection: textOf(query, "connection") ?? opened.definition.name,
    [target.argument]: target.id,
    ...describe(snapshot),
  };
}

/** Lists snapshots, newest first: of one target, or of the whole account if the API supports it. */
export async function listSnapshots(session: Session, query: Properties): Promise<SnapshotItem[]> {
  const opened = openFor(session, query);
  const { definition, platform, scope } = opened;
  checkArguments(opened, query, ["limit"]);
  const limit = query["limit"];
  if (limit !== undefined && !(typeof limit === "number" && Number.isInteger(limit) && limit > 0)) {
    throw new SnapshotsError("limit must be a whole number above zero", { kind: "invalid" });
  }
  const most = limit ?? Number.POSITIVE_INFINITY;
  if (namesTarget(opened, query)) {
    const target = targetOf(definition, query);
    const { snapshots } = await platform.list(target, scope);
    return snapshots.slice(0, most).map((snapshot) => toItem(opened, query, target, snapshot));
  }
  if (platform.listAccount === undefined) {
    throw new SnapshotsError(
      `[${definition.name}] list all snapshots: ${definition.cannot["listAccount"]}; name it with ` +
        Object.keys(definition.targets).join(" or "),
      { kind: "unsupported" },
    );
  }
  const entries = await platform.listAccount(scope);
  return entries.slice(0, most).map(({ target, snapshot }) => toItem(opened, query, target, snapshot));
}

/** Query for the snapshot that a resource id names, or for a target's newest usable one: `<target's id>/latest`. */
export function snapshotQuery(id: string): Properties {
  const { address, definition, target } = addressOf(id);
  if (address.pending) {
    throw new SnapshotsError(`"${id}" names a request, not a snapshot that can be read`, {
      kind: "invalid",
    });
  }
  return { platform: definition.name, [target.argument]: target.id, id };
}

async function findSnapshot(
  opened: Opened,
  query: Properties,
): Promise<{ target: Target; snapshot: ObservedSnapshot }> {
  checkArguments(opened, query, ["id"]);
  const { definition, platform, scope } = opened;
  const target = targetOf(definition, query);
  const id = textOf(query, "id");
  if (id === undefined) {
    throw new SnapshotsError(`[${definition.name}] no id: give a snapshot's own id or "latest"`, {
      kind: "invalid",
    });
  }
  const address = parseSnapshotId(id);
  const isOwn =
    address?.platform === definition.name &&
    address.kind === target.kind &&
    address.target === target.id &&
    !address.pending;
  const segments = isOwn ? address.segments : [id];
  const snapshotId = segments.at(-1) ?? id;
  if (snapshotId === "latest") {
    const { snapshots } = await platform.list(target, scope);
    const isMeant = (snapshot: ObservedSnapshot): boolean =>
      snapshot.status === "available" &&
      segments.slice(0, -1).every((segment, index) => segment === snapshot.segments[index]);
    const snapshot = snapshots.find(isMeant);
    if (snapshot !== undefined) return { target, snapshot };
    throw new SnapshotsError(`${titleOf({ definition, target })} has no usable snapshot`, {
      kind: "notFound",
    });
  }
  const observed = await platform.observe(target, { snapshotId }, scope);
  if (observed.outcome === "found") return { target, snapshot: observed.snapshot };
  const reason = observed.outcome === "gone" ? observed.proof : observed.reason;
  throw new SnapshotsError(`${titleOf({ definition, target })} has no snapshot ${snapshotId}: ${reason}`, {
    kind: "notFound",
  });
}

/** Returns one snapshot: by its own id, or the newest usable one as `latest`. */
export async function showSnapshot(session: Session, query: Properties): Promise<SnapshotItem> {
  const opened = openFor(session, query);
  const { target, snapshot } = await findSnapshot(opened, query);
  return toItem(opened, query, target, snapshot);
}

/** Files that a snapshot is downloaded as. */
export interface SnapshotFiles extends DownloadableFiles {
  /** Resource id of the snapshot, with `latest` resolved. */
  readonly resourceId: string;
}

/** Opens the files of one snapshot, each with fresh links. */
export async function filesOfSnapshot(session: Session, query: Properties): Promise<SnapshotFiles> {
  const opened = openFor(session, query);
  const { definition, platform } = opened;
  if (platform.downloadLink === undefined) throw noDownload(definition);
  const { target, snapshot } = await findSnapshot(opened, query);
  const reference = referenceOf(describe(snapshot));
  const scope = () => openFor(session, query).scope;
  return {
    resourceId: idOf(definition, target, snapshot),
    ...(await openFiles({ definition, platform, target, reference, scope })),
  };
}

/** Returns a fresh download link to one snapshot's bytes: a secret. */
export async function linkToSnapshot(session: Session, query: Properties): Promise<DownloadLink> {
  const opened = openFor(session, query);
  if (opened.platform.downloadLink === undefined) throw noDownload(opened.definition);
  const { target, snapshot } = await findSnapshot(opened, query);
  return opened.platform.downloadLink(target, referenceOf(describe(snapshot)), opened.scope);
}
