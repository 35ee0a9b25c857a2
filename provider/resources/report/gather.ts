import { messageOf, SnapshotsError } from "../../model/errors";
import { parsePolicyId, parseSnapshotId } from "../../model/ids";
import type { PlatformDefinition, SnapshotReference } from "../../model/platform";
import type { ObservedSnapshot } from "../../model/snapshot";
import { findDefinition } from "../../platforms";
import { jobFor, referenceTo as policyReferenceTo } from "../backup-policy/by-platform/job";
import { type Fate, fateOf } from "../backup-policy/forecast";
import { recordsOf, referenceTo } from "../backup-policy/records";
import type { Properties } from "../host";
import { titleOf } from "../in-words";
import { type Session, textOf } from "../session";
import { referenceOf } from "../snapshot/state";
import type { StackContents, StackResource } from "../stack";

/** A stack whose state could be read, with a session for its platforms. */
export interface StackSource {
  readonly name: string;
  readonly contents: StackContents;
  readonly session: Session;
  /** Returns why a connection can't be used, with the ways to set it; undefined if it can be used. */
  connectionProblem(platform: string, connection: string): string | undefined;
}

/** Problem in place of a result. */
export interface Problem {
  readonly problem: string;
}

/** Snapshots that a platform lists for a target. */
export interface Listed {
  readonly snapshots: readonly ObservedSnapshot[];
  /** Time of the answer, by the platform's clock if known, in milliseconds since 1970. */
  readonly atMs: number;
}

/** A resource for a target, with the name of its stack. */
export interface StackPart {
  readonly stack: string;
  readonly resource: StackResource;
}

/** A policy for a target, with the snapshots that it keeps and deletes. */
export interface PolicyPart extends StackPart {
  readonly fate: Fate | Problem;
}

/** A target as its platform and the stacks show it. */
export interface GatheredTarget {
  readonly definition: PlatformDefinition;
  readonly kind: string;
  readonly id: string;
  readonly list: Listed | Problem;
  readonly parts: readonly StackPart[];
  readonly policies: readonly PolicyPart[];
}

/** A way to read a target: a stack's session and the connection of one of the stack's resources. */
interface Way {
  readonly source: StackSource;
  readonly resource: StackResource;
  readonly connection: string;
}

interface Place {
  readonly definition: PlatformDefinition;
  readonly kind: string;
  readonly id: string;
  readonly ways: Way[];
}

/** Target of a resource, from its id; undefined if this package can't parse the id. */
function addressOf({ resource, id }: StackResource) {
  if (resource === "Snapshot") {
    const address = parseSnapshotId(id);
    return address === undefined ? undefined : { ...address, id: address.target };
  }
  const address = parsePolicyId(id);
  return address === undefined ? undefined : { ...address, id: address.segments[0] ?? "" };
}

function connectionOf(definition: PlatformDefinition, outputs: Properties): string {
  return textOf(outputs, "connection") ?? definition.name;
}

/** Targets of the stacks' resources, and problems with resources that don't name one. */
function placesIn(sources: readonly StackSource[], only: string | undefined) {
  const places = new Map<string, Place>();
  const problems: string[] = [];
  for (const source of sources) {
    for (const resource of source.contents.resources) {
      const address = addressOf(resource);
      const definition = findDefinition(address?.platform);
      if (address === undefined || definition === undefined) {
        problems.push(`${resource.urn}: its id "${resource.id}" names no target, so that nothing of it can be read`);
        continue;
      }
      const connection = connectionOf(definition, resource.outputs);
      if (only !== undefined && connection !== only) continue;
      const { kind, id } = address;
      const key = JSON.stringify([definition.name, kind, id]);
      const place = places.get(key) ?? { definition, kind, id, ways: [] };
      place.ways.push({ source, resource, connection });
      places.set(key, place);
    }
  }
  return { places: [...places.values()], problems };
}

/** Snapshots of a target that the stacks know: without them, some lists can't tell the time zone of their times. */
function knownOf(ways: readonly Way[]): SnapshotReference[] {
  return ways.flatMap(({ resource }) =>
    resource.resource === "BackupPolicy"
      ? recordsOf(resource.outputs).map(referenceTo)
      : textOf(resource.outputs, "snapshotId") === undefined
        ? []
        : [referenceOf(resource.outputs)],
  );
}

/** Outputs of a resource, with the connection always included. */
function readBy({ resource, connection }: Way): Properties {
  return { ...resource.outputs, connection };
}

/** Lists a target whose kind has no snapshots of its own, only those of its policies. */
async function listOfPolicies(ways: readonly Way[]): Promise<Listed> {
  const lists = await Promise.all(
    ways.map(async (way) => {
      const job = jobFor(way.source.session, readBy(way), readBy(way));
      const list = await job.policies.list(policyReferenceTo(way.resource.id, way.resource.outputs), job.scope);
      return { ...list, atMs: list.serverTimeMs ?? way.source.session.host.clock.now() };
    }),
  );
  const byId = new Map(lists.flatMap(({ snapshots }) => snapshots.map((each) => [each.snapshotId, each] as const)));
  return { snapshots: [...byId.values()], atMs: Math.max(...lists.map(({ atMs }) => atMs)) };
}

async function listOn(place: Place, { source: { session }, connection }: Way): Promise<Listed> {
  const { definition, kind, id, ways } = place;
  const [argument] = Object.entries(definition.targets).find(([, target]) => target.kind === kind) ?? [];
  if (argument === undefined) return listOfPolicies(ways);
  const target = { argument, kind, id };
  const { platform, scope } = session.open(definition.name, connection, undefined, target);
  const { snapshots, serverTimeMs, complete } = await platform.list(target, scope, knownOf(ways));
  if (snapshots.length === 0 && !complete) {
    throw new SnapshotsError(
      `${titleOf({ definition, target })}: ${definition.title} lists no snapshot, and its answer does not prove that there ` +
        "is none: check the id, and what the credential and the plan allow",
      { kind: "notFound" },
    );
  }
  return { snapshots, atMs: serverTimeMs ?? session.host.clock.now() };
}

/** Lists a target on its first connection that works, or returns why none of them does. */
async function list(place: Place): Promise<Listed | Problem> {
  const problems = new Set<string>();
  const tried = new Set<string>();
  for (const way of place.ways) {
    const key = JSON.stringify([way.source.name, way.connection]);
    if (tried.has(key)) continue;
    tried.add(key);
    const problem = way.source.connectionProblem(place.definition.name, way.connection);
    if (problem !== undefined) {
      problems.add(problem);
      continue;
    }
    try {
      return await listOn(place, way);
    } catch (error) {
      problems.add(messageOf(error));
    }
  }
  return { problem: [...problems].join("; ") };
}

async function policyPart(way: Way): Promise<PolicyPart> {
  const resource: StackResource = { ...way.resource, outputs: readBy(way) };
  const fate = await fateOf(way.source.session, resource).catch((error: unknown) => ({ problem: messageOf(error) }));
  return { stack: way.source.name, resource, fate };
}

async function gather(place: Place): Promise<GatheredTarget> {
  const { definition, kind, id, ways } = place;
  const listed = await list(place);
  const policies = ways.filter(({ resource }) => resource.resource === "BackupPolicy");
  return {
    definition,
    kind,
    id,
    list: listed,
    parts: ways.map(({ source, resource }) => ({ stack: source.name, resource })),
    policies: await Promise.all(
      policies.map((way) =>
        "problem" in listed ? { stack: way.source.name, resource: way.resource, fate: listed } : policyPart(way),
      ),
    ),
  };
}

/** Data gathered for a report. */
export interface Gathered {
  readonly targets: readonly GatheredTarget[];
  readonly problems: readonly string[];
}

/** Lists every target that the stacks have a resource for; with `only`, those on the connection of that name. */
export async function gatherStacks(sources: readonly StackSource[], only: string | undefined): Promise<Gathered> {
  const { places, problems } = placesIn(sources, only);
  // A policy never prunes a snapshot that another resource in any of the stacks manages.
  for (const { session } of sources) {
    for (const { contents } of sources) {
      for (const { urn, outputs } of contents.resources) session.recordStored(urn, outputs);
    }
  }
  return { targets: await Promise.all(places.map(gather)), problems };
}

/** Lists the snapshots of a whole account. A target without snapshots doesn't appear. */
export async function gatherAccount(session: Session, platformName: string, connection: string): Promise<Gathered> {
  try {
    const { definition, platform, scope } = session.open(platformName, connection, undefined);
    const entries = (await platform.listAccount?.(scope)) ?? [];
    const atMs = session.host.clock.now();
    const byTarget = new Map<string, { kind: string; id: string; snapshots: ObservedSnapshot[] }>();
    for (const { target, snapshot } of entries) {
      const { kind, id } = target;
      const key = JSON.stringify([kind, id]);
      const place = byTarget.get(key) ?? { kind, id, snapshots: [] };
      place.snapshots.push(snapshot);
      byTarget.set(key, place);
    }
    const targets = [...byTarget.values()].map(({ kind, id, snapshots }) => {
      return { definition, kind, id, list: { snapshots, atMs }, parts: [], policies: [] };
    });
    return { targets, problems: [] };
  } catch (error) {
    return { targets: [], problems: [messageOf(error)] };
  }
}
