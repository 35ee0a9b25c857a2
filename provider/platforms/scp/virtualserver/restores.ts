import type { Api } from "../../../http/client";
import { isoText } from "../../../model/clock";
import { defined } from "../../../model/defined";
import { SnapshotsError } from "../../../model/errors";
import type { RestorePlatform } from "../../../model/restore";
import { newestFirst } from "../mapping";
import { listVolumeSnapshots, revertVolume, showVolume } from "./client";
import { revertProblem, revertWarnings, toProgress, volumeInWords } from "./mapping-restores";

/** Opens the reverts of virtual-server volumes. */
export function openVolumeReverts(api: Api): Required<RestorePlatform> {
  return {
    async prepare({ target, snapshotId }, scope) {
      const { data: volume } = await showVolume(api, target.id, scope);
      const { snapshots, serverTimeMs } = await listVolumeSnapshots(api, target.id, scope);
      const ordered = newestFirst(snapshots);
      const problem = revertProblem(volume, ordered, snapshotId);
      if (problem !== undefined) {
        throw new SnapshotsError(
          `[scp] revert volume ${target.id} to snapshot ${snapshotId}: nothing is restored: ${problem}`,
          {
            kind: "invalid",
          },
        );
      }
      return {
        overwrites: `${volumeInWords(volume)}; its state before was "${volume.state}"`,
        warnings: revertWarnings(volume, ordered, snapshotId),
        ...defined({ serverTimeMs }),
        async send(sending) {
          const answer = await revertVolume(api, target.id, snapshotId, sending);
          return {
            status: "accepted",
            ...defined({ startedAt: isoText(answer.serverTimeMs) }),
          };
        },
      };
    },

    async look(target, scope) {
      const { data, serverTimeMs } = await showVolume(api, target.id, scope);
      return {
        progress: toProgress(data.state),
        platformStatus: data.state,
        ...defined({ serverTimeMs }),
      };
    },
  };
}
