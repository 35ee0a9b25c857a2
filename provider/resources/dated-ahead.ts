import { type Clock, instantOf, isoText } from "../model/clock";
import type { PlatformDefinition, SnapshotPlatform } from "../model/platform";
import type { PolicyPlatform } from "../model/policy";
import type { ObservedSnapshot, SnapshotList } from "../model/snapshot";
import type { Host } from "./host";

/** Longest time that a snapshot may be dated ahead of its platform's clock: the storage may have a clock of its own. */
const SLACK_MS = 5 * 60_000;

/** Instant that a text names; undefined if it is more than five minutes in the future, which can't be right. */
export function pastInstantOf(text: unknown, nowMs: number): number | undefined {
  const instantMs = instantOf(text);
  return instantMs === undefined || instantMs > nowMs + SLACK_MS ? undefined : instantMs;
}

/** Removes the time of every snapshot that is dated ahead of its platform's clock, and warns once about each. */
export class DatedAhead {
  /** Lead of each platform's clock over this machine's, from its last answer that carried a time. */
  private readonly offsetsMs = new WeakMap<SnapshotPlatform, number>();
  private readonly warned = new Set<string>();

  constructor(private readonly host: Pick<Host, "warn"> & { readonly clock: Pick<Clock, "now"> }) {}

  /** Wraps a platform so that no snapshot is dated ahead; warnings appear on the row of `urn`. */
  guard(platform: SnapshotPlatform, definition: PlatformDefinition, urn: string | undefined): SnapshotPlatform {
    const { create, update, policies } = platform;

    const nowMs = (serverTimeMs?: number): number => {
      const localMs = this.host.clock.now();
      if (serverTimeMs !== undefined) this.offsetsMs.set(platform, serverTimeMs - localMs);
      return localMs + (this.offsetsMs.get(platform) ?? 0);
    };

    const dated = async (snapshot: ObservedSnapshot, atMs: number): Promise<ObservedSnapshot> => {
      const { createdAt, createdAtIsDerived: _derived, ...undated } = snapshot;
      if (createdAt === undefined || pastInstantOf(createdAt, atMs) !== undefined) return snapshot;
      const entry = JSON.stringify([definition.name, snapshot.segments, createdAt]);
      if (!this.warned.has(entry)) {
        this.warned.add(entry);
        await this.host.warn(
          urn,
          `snapshot "${snapshot.snapshotId}" is dated ${createdAt}, ahead of ${definition.title}'s clock, which shows ` +
            `${isoText(atMs)}: its time counts as unknown, so it settles no scheduled time, is not reused, and is not the ` +
            "newest backup. Check the clock or the time zone of whatever dated it",
        );
      }
      return undated;
    };

    const datedList = async (list: SnapshotList): Promise<SnapshotList> => {
      const atMs = nowMs(list.serverTimeMs);
      const snapshots: ObservedSnapshot[] = [];
      const ahead: ObservedSnapshot[] = [];
      for (const snapshot of list.snapshots) {
        const known = await dated(snapshot, atMs);
        (known === snapshot ? snapshots : ahead).push(known);
      }
      return { ...list, snapshots: [...snapshots, ...ahead] };
    };

    const datedPolicies = (each: PolicyPlatform): PolicyPlatform => ({
      ...each,
      list: async (reference, scope) => datedList(await each.list(reference, scope)),
    });

    return {
      ...platform,
      list: async (target, scope, known) => datedList(await platform.list(target, scope, known)),
      async observe(target, reference, scope) {
        const observed = await platform.observe(target, reference, scope);
        return observed.outcome === "found"
          ? { ...observed, snapshot: await dated(observed.snapshot, nowMs()) }
          : observed;
      },
      ...(create && {
        async create(target, inputs, scope) {
          const answer = await create(target, inputs, scope);
          const { snapshot } = answer;
          return snapshot === undefined
            ? answer
            : { ...answer, snapshot: await dated(snapshot, nowMs(answer.serverTimeMs)) };
        },
      }),
      ...(update && {
        update: async (target, reference, inputs, scope) =>
          dated(await update(target, reference, inputs, scope), nowMs()),
      }),
      ...(policies && {
        policies: Object.fromEntries(
          Object.entries(policies).map(([argument, each]) => [argument, datedPolicies(each)]),
        ),
      }),
    };
  }
}
