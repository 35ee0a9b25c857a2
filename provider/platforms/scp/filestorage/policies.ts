import type { Api } from "../../../http/client";
import { poll } from "../../../http/poll";
import { SnapshotsError } from "../../../model/errors";
import type { ObservedPolicy, PolicyPlatform, PolicyReference } from "../../../model/policy";
import type { JsonValue } from "../../../model/snapshot";
import { lookFor, type Sight, unlessFound } from "../absence";
import { refuseOtherRegion } from "../client";
import { deleteUntilGone } from "../deletion";
import { newestFirst } from "../mapping";
import {
  createFileSchedule,
  deleteFileSchedule,
  listFileSnapshots,
  setFileSchedule,
  showFileSchedule,
  shownFileVolume,
} from "./client";
import { filePolicies } from "./definition";
import { toFilePolicies, toFileSchedule, toFileSnapshot } from "./mapping";

type Inputs = Readonly<Record<string, JsonValue>>;

/** How long a schedule's id may be missing after the schedule itself is shown. */
const ID_WAIT_MS = 30_000;

/** Opens the snapshot schedules of File Storage: a volume has at most one. */
export function openFileSchedules(api: Api, region: string): PolicyPlatform {
  const idsOf = ({ segments: [volumeId = "", scheduleId = ""], region: held }: PolicyReference) => {
    refuseOtherRegion(api.connection, `snapshot schedule ${scheduleId} of File Storage volume ${volumeId}`, held);
    return { volumeId, scheduleId };
  };

  const sightOf = (volumeId: string, scheduleId: string, inputs: Inputs): Sight<ObservedPolicy> => ({
    subject: `snapshot schedule ${scheduleId} of File Storage volume ${volumeId}`,
    absence: `File Storage volume ${volumeId} shows its snapshot schedule without it`,
    async look(scope) {
      const answer = await showFileSchedule(api, volumeId, scope);
      const shown = toFilePolicies(volumeId, answer, inputs, api.clock.now(), region, scheduleId);
      return shown.find(({ policyId }) => policyId === scheduleId);
    },
    target: shownFileVolume(api, volumeId),
  });

  return {
    async find(inputs, scope) {
      const volumeId = String(inputs["fileVolumeId"]);
      const answer = await poll(
        async () => {
          const shown = await showFileSchedule(api, volumeId, scope);
          return (shown.snapshot_schedule ?? []).every(({ id }) => id != null) ? shown : undefined;
        },
        api.clock,
        Math.min(scope.deadlineMs, api.clock.now() + ID_WAIT_MS),
      );
      if (answer !== undefined) return toFilePolicies(volumeId, answer, inputs, api.clock.now(), region);
      throw new SnapshotsError(
        `[scp] show the snapshot schedule of File Storage volume ${volumeId}: it has one that is shown without its id; ` +
          "run pulumi up again later",
        { kind: "unexpectedAnswer" },
      );
    },

    async create(inputs, scope) {
      const body = toFileSchedule(inputs, api.clock.now());
      await createFileSchedule(api, String(inputs["fileVolumeId"]), body, scope);
      return undefined;
    },

    async observe(reference, inputs, scope) {
      const { volumeId, scheduleId } = idsOf(reference);
      const seen = await lookFor(sightOf(volumeId, scheduleId, inputs), scope);
      return seen.outcome === "found" ? { outcome: "found", policy: seen.found } : unlessFound(seen);
    },

    async update(reference, inputs, shown, scope) {
      const { volumeId, scheduleId } = idsOf(reference);
      const nowMs = api.clock.now();
      const isSame =
        filePolicies.sameSchedules(inputs["schedules"], shown["schedules"], nowMs) &&
        filePolicies.sameRetention(inputs["retention"], shown["retention"]);
      if (isSame) return;
      const body = toFileSchedule(inputs, nowMs);
      await setFileSchedule(api, volumeId, scheduleId, body, scope);
    },

    async delete(reference, scope) {
      const { volumeId, scheduleId } = idsOf(reference);
      await deleteUntilGone(
        {
          sight: sightOf(volumeId, scheduleId, {}),
          request: () => deleteFileSchedule(api, volumeId, scheduleId, scope),
          stuckAt: () => undefined,
        },
        api.clock,
        scope,
      );
    },

    async list(reference, scope) {
      const { snapshots, ...clock } = await listFileSnapshots(api, idsOf(reference).volumeId, scope);
      return {
        snapshots: newestFirst(snapshots).map((snapshot) => toFileSnapshot(snapshot, region)),
        // An empty list can be the answer to another account's credential.
        complete: snapshots.length > 0,
        ...clock,
      };
    },
  };
}
