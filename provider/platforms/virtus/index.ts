import { instantOf, isoText } from "../../model/clock";
import type { Connection } from "../../model/connection";
import { defined } from "../../model/defined";
import { isSnapshotsError, SnapshotsError } from "../../model/errors";
import type { PlatformRuntime, SnapshotPlatform } from "../../model/platform";
import type { Scope } from "../../model/scope";
import { newestFirst, type Target } from "../../model/snapshot";
import { createSnapshot, listSnapshots, openApi, showAccount } from "./client";
import { virtus } from "./definition";
import {
  canShow,
  createHints,
  downloadUrl,
  isMeant,
  keyExpiry,
  select,
  servesAnother,
  toMeant,
  toSnapshot,
  unlisted,
} from "./mapping";
import { probesOf } from "./probe";
import { openDatabaseRestores } from "./restores";

/** Opens Virtus Cloud on a connection. */
export function open(connection: Connection, runtime: PlatformRuntime): SnapshotPlatform {
  const api = openApi(connection, runtime);

  async function isTargetGone(target: Target, scope: Scope): Promise<boolean> {
    const { applications, databases } = await showAccount(api, scope);
    const ids = target.kind === "app" ? applications : databases;
    return ids != null && !ids.some(({ id }) => id === target.id);
  }

  return {
    async list(target, scope) {
      const answer = await listSnapshots(api, target, scope);
      return {
        snapshots: newestFirst(answer.data.response.map((entry) => toSnapshot(target.kind, entry))),
        complete: true,
        ...defined({ serverTimeMs: answer.serverTimeMs }),
      };
    },

    async observe(target, reference, scope) {
      let answer: Awaited<ReturnType<typeof listSnapshots>>;
      try {
        answer = await listSnapshots(api, target, scope);
      } catch (error) {
        if (isSnapshotsError(error, "notFound") && (await isTargetGone(target, scope))) {
          return {
            outcome: "unproven",
            reason: `the account no longer shows the ${target.kind} ${target.id} itself`,
          };
        }
        throw error;
      }
      const entry = answer.data.response.find((candidate) => isMeant(target.kind, candidate, reference));
      if (entry !== undefined) return { outcome: "found", snapshot: toMeant(target.kind, entry, reference) };
      if (!canShow(answer.data.response, reference)) {
        return {
          outcome: "unproven",
          reason: `Virtus Cloud's list of the ${target.kind} ${target.id} names no versions now, and it is known by its version`,
        };
      }
      const createdMs = instantOf(reference.createdAt);
      const ageMs = (answer.serverTimeMs ?? runtime.clock.now()) - (createdMs ?? 0);
      if (createdMs !== undefined && ageMs < virtus.listLagMs) {
        return {
          outcome: "unproven",
          reason: `Virtus Cloud's list does not show it, but may be up to ${virtus.listLagMs / 60_000} minutes late`,
          remedy: `refresh again after ${isoText(createdMs + virtus.listLagMs)}`,
        };
      }
      return { outcome: "gone", proof: `the ${target.kind} ${target.id} lists its snapshots without it` };
    },

    async create(target, _inputs, scope) {
      const { data, serverTimeMs } = await createSnapshot(api, target, scope);
      const hints = createHints(data.response?.url, data.response?.key);
      const named = unlisted(target.kind, hints, serverTimeMs ?? runtime.clock.now());
      return {
        hints,
        ...defined({ serverTimeMs, unlisted: named }),
      };
    },

    select: (answer, fresh) => select(answer?.hints ?? {}, answer?.serverTimeMs, fresh),

    probes: probesOf(api),

    async downloadLink(target, reference, scope) {
      const answer = await listSnapshots(api, target, scope);
      const entry = answer.data.response.find((candidate) => isMeant(target.kind, candidate, reference));
      if (entry === undefined) {
        throw new SnapshotsError(
          `[virtus] get a download link for ${target.kind} ${target.id}: it lists no snapshot ${reference.snapshotId}`,
          { kind: "notFound" },
        );
      }
      if (servesAnother(target.kind, entry, answer.data.response)) {
        throw new SnapshotsError(
          `[virtus] get a download link for ${target.kind} ${target.id}: the platform's link to snapshot ` +
            `${reference.snapshotId} names no version, and would serve a newer snapshot of the same name instead`,
          { kind: "unsupported" },
        );
      }
      const accountId = connection.fields["accountId"] ?? (await showAccount(api, scope)).user.id;
      const expiresAt = keyExpiry(entry.key);
      return {
        url: downloadUrl(connection.fields["snapshotsUrl"] ?? "", target.kind, accountId, entry),
        ...defined({ expiresAt }),
      };
    },

    restores: { databaseId: openDatabaseRestores(api) },
  };
}
