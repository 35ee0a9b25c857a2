import { seed } from "../../../emulator";
import { describePlatform } from "../../contract/snapshot-platform";

const newestOf = <Item extends { readonly createdAtMs: number }>(items: readonly Item[]) =>
  [...items].sort((a, b) => b.createdAtMs - a.createdAtMs);

describe("a volume", () => {
  const { volumeId } = seed.scp;
  describePlatform({
    platform: "scp",
    argument: "volumeId",
    targetId: volumeId,
    list: "list-snapshots",
    show: "get-snapshot",
    proofBy: "show",
    create: "create-snapshot",
    delete: "delete-snapshot",
    inputs: { name: "contract-0a1b2c3" },
    credentialHeader: "scp-signature",
    gatewayNotFound: "unauthorized",
    proof: "virtualserver service itself",
    filters: true,
    add: ({ scp }, createdAtMs) => scp.virtualserver.addSnapshot(volumeId, { createdAtMs }),
    removeNewest({ scp }) {
      const [newest] = newestOf(scp.virtualserver.snapshotsOf(volumeId));
      scp.virtualserver.removeSnapshot(newest?.id ?? "");
    },
  });
});

describe("a File Storage volume", () => {
  const { fileVolumeId } = seed.scp;
  describePlatform({
    platform: "scp",
    argument: "fileVolumeId",
    targetId: fileVolumeId,
    list: "list-file-snapshots",
    create: "create-file-snapshot",
    delete: "delete-file-snapshot",
    credentialHeader: "scp-signature",
    gatewayNotFound: "unauthorized",
    prepare: ({ scp }) => scp.filestorage.addSnapshot(fileVolumeId, { createdAtMs: Date.UTC(2026, 9, 1) }),
    newestFirst: ({ scp }) => newestOf(scp.filestorage.snapshotsOf(fileVolumeId)).map(({ id }) => id),
    add: ({ scp }, createdAtMs) => scp.filestorage.addSnapshot(fileVolumeId, { createdAtMs }),
    removeNewest({ scp }) {
      const [newest] = newestOf(scp.filestorage.snapshotsOf(fileVolumeId));
      scp.filestorage.removeSnapshot(newest?.id ?? "");
    },
  });
});
