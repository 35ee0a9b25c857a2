import { missingRemedy } from "../../http/failures";
import { instantOf, isoText } from "../../model/clock";
import type { Connection } from "../../model/connection";
import { defined } from "../../model/defined";
import { SnapshotsError } from "../../model/errors";
import type { PlatformRuntime, SnapshotPlatform, SnapshotReference } from "../../model/platform";
import type { ObservedSnapshot } from "../../model/snapshot";
import { createSnapshot, getDownloadLink, listAccountSnapshots, listAppSnapshots, openApi, showApp } from "./client";
import { newestFirst, toSnapshot, zoneOffsetMs } from "./mapping";
import { probesOf } from "./probe";
import { versionItem } from "./schemas";

/** Opens Discloud on a connection. */
export function open(connection: Connection, runtime: PlatformRuntime): SnapshotPlatform {
  const api = openApi(connection, runtime);
  let zoneMs: number | undefined;

  function learnZone({ snapshotId, createdAt }: SnapshotReference): void {
    const instantMs = instantOf(createdAt);
    if (instantMs !== undefined) zoneMs ??= zoneOffsetMs(snapshotId, instantMs);
  }

  return {
    async list(target, scope, known = []) {
      for (const reference of known) learnZone(reference);
      const answer = await listAppSnapshots(api, target.id, scope);
      // A 404 comes without the platform's time, which even the first create needs.
      const timed = answer ?? (await showApp(api, target.id, scope));
      if (timed === undefined) {
        const message = `[discloud] list snapshots of app ${target.id}: there is no such app`;
        throw new SnapshotsError(`${message} (${missingRemedy(connection)})`, { kind: "notFound" });
      }
      return {
        snapshots: newestFirst((answer?.data.versions ?? []).map((item) => toSnapshot(item, zoneMs))),
        complete: answer !== undefined,
        ...defined({ serverTimeMs: timed.serverTimeMs }),
      };
    },

    async observe(target, reference, scope) {
      learnZone(reference);
      const isIt = (item: { version: string }): boolean => item.version === reference.snapshotId;

      const answer = await listAppSnapshots(api, target.id, scope);
      if (answer !== undefined) {
        const item = answer.data.versions.find(isIt);
        return item === undefined
          ? { outcome: "gone", proof: `app ${target.id} lists its snapshots without it` }
          : { outcome: "found", snapshot: toSnapshot(item, zoneMs) };
      }
      if ((await showApp(api, target.id, scope)) === undefined) {
        return {
          outcome: "unproven",
          reason: `Discloud answers 404 for the app ${target.id} itself, so nothing proves what became of its snapshots`,
        };
      }
      const entries = await listAccountSnapshots(api, scope).catch((error: unknown) => {
        throw new SnapshotsError(
          `[discloud] find snapshot ${reference.snapshotId} of app ${target.id}: its list answers 404, which means ` +
            "that it has no snapshots and also that the plan has none, and the account's list can't settle it " +
            `(${error instanceof Error ? error.message : String(error)}). If the snapshot is gone, take it out of the ` +
            'state with "pulumi state delete"',
          { kind: "notFound", cause: error },
        );
      });
      const entry = entries.find(({ appId, item }) => isIt(item) && (appId ?? target.id) === target.id);
      return entry === undefined
        ? { outcome: "gone", proof: `neither app ${target.id} nor the account lists it, and the app exists` }
        : { outcome: "found", snapshot: toSnapshot(entry.item, zoneMs) };
    },

    async create(target, _inputs, scope) {
      const answer = await createSnapshot(api, target.id, scope);
      const item = versionItem.safeParse(answer.data.snapshot).data;
      const time = defined({ serverTimeMs: answer.serverTimeMs });
      if (item === undefined) return time;
      if (answer.serverTimeMs !== undefined) zoneMs = zoneOffsetMs(item.version, answer.serverTimeMs) ?? zoneMs;
      const snapshot: ObservedSnapshot = {
        ...toSnapshot(item, zoneMs),
        ...defined({ createdAt: isoText(answer.serverTimeMs) }),
      };
      return { ...time, snapshot };
    },

    async downloadLink(target, reference, scope) {
      const link = await getDownloadLink(api, target.id, reference.snapshotId, scope);
      return { url: link.url, ...defined({ expiresAt: link.expiresAt ?? undefined }) };
    },

    probes: probesOf(api),

    async listAccount(scope) {
      const entries = [...(await listAccountSnapshots(api, scope))];
      entries.sort((a, b) => (a.item.version < b.item.version ? 1 : a.item.version > b.item.version ? -1 : 0));
      return entries.map(({ appId, item }) => {
        if (appId === undefined) {
          throw new SnapshotsError(
            "[discloud] list all snapshots: an entry does not say which app it belongs to; Discloud does not document " +
              "the list's fields. Name an app with appId instead",
            { kind: "unexpectedAnswer" },
          );
        }
        return { target: { argument: "appId", kind: "app", id: appId }, snapshot: toSnapshot(item, zoneMs) };
      });
    },
  };
}
