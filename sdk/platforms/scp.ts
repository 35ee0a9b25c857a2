import type * as pulumi from "@pulumi/pulumi";
import type {
  CommonBackupPolicyArgs,
  CommonRestoreArgs,
  CreatingSnapshotArgs,
  DeletableSnapshotArgs,
  InputsOf,
  ScheduledArgs,
} from "../arguments";
import type { Retention } from "../schedule";

/**
 * A snapshot of a virtual-server volume on Samsung Cloud Platform.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/createsnapshot/
 */
export interface ScpVolumeSnapshotArgs extends CreatingSnapshotArgs, DeletableSnapshotArgs {
  /** Samsung Cloud Platform: https://docs.e.samsungsdscloud.com/en/apireference/. */
  platform: "scp";
  /** The volume's id. */
  volumeId: pulumi.Input<string>;
  /** Not together with `volumeId`: a snapshot is for one target. */
  fileVolumeId?: never;
  /**
   * The snapshot's name: letters, digits, spaces, hyphens and underscores, at most 255. Default: the resource name, `-`
   * and 7 hex digits of a hash of URN, target and triggers, kept as long as the resource exists. Changed in place.
   */
  name?: pulumi.Input<string>;
  /** The snapshot's description. Changed in place; if left out, the current one is kept. */
  description?: pulumi.Input<string>;
  /** Allows a snapshot of a volume that is attached to a server, refused otherwise. Used at create only. */
  force?: pulumi.Input<boolean>;
}

/** A snapshot of a File Storage volume on Samsung Cloud Platform, named by the platform. */
export interface ScpFileVolumeSnapshotArgs extends CreatingSnapshotArgs, DeletableSnapshotArgs {
  /** Samsung Cloud Platform: https://docs.e.samsungsdscloud.com/en/apireference/. */
  platform: "scp";
  /** The File Storage volume's id. */
  fileVolumeId: pulumi.Input<string>;
  /** Not together with `fileVolumeId`: a snapshot is for one target. */
  volumeId?: never;
}

/** Scheduled snapshots of a virtual-server volume, taken and pruned by `pulumi up` once a scheduled time has passed. */
export interface ScpVolumeBackupPolicyArgs extends CommonBackupPolicyArgs, ScheduledArgs {
  /** Samsung Cloud Platform: https://docs.e.samsungsdscloud.com/en/apireference/. */
  platform: "scp";
  /** The volume's id. */
  volumeId: pulumi.Input<string>;
  /** Not together with `volumeId`: a policy is for one target. */
  serverId?: never;
  /** Not together with `volumeId`: a policy is for one target. */
  fileVolumeId?: never;
  /** Allows snapshots of a volume that is attached to a server. */
  force?: pulumi.Input<boolean>;
  /** Only snapshots that this policy created are pruned. If left out, nothing is ever pruned. */
  retention?: pulumi.Input<InputsOf<Retention>>;
}

/** A server backup, which Samsung Cloud Platform runs. */
export interface ScpServerBackupPolicyArgs extends CommonBackupPolicyArgs, ScheduledArgs {
  /** Samsung Cloud Platform: https://docs.e.samsungsdscloud.com/en/apireference/. */
  platform: "scp";
  /** The server's id. */
  serverId: pulumi.Input<string>;
  /** Not together with `serverId`: a policy is for one target. */
  volumeId?: never;
  /** Not together with `serverId`: a policy is for one target. */
  fileVolumeId?: never;
  /** The backup's name, which must be unique. */
  name: pulumi.Input<string>;
  /** Whether an agent takes the backups. Default: `AGENTLESS`. */
  policyCategory?: pulumi.Input<"AGENTLESS" | "AGENT">;
  /** Type of backup: the VM's image or file systems. Default: `VM_IMAGE`. */
  policyType?: pulumi.Input<"VM_IMAGE" | "FILESYSTEM">;
  /** Kind of server. Default: `VIRTUAL_SERVER`. */
  serverCategory?: pulumi.Input<"VIRTUAL_SERVER" | "GPU_SERVER" | "BAREMETAL_SERVER">;
  /** Encrypts the backups. Default: true. */
  encrypt?: pulumi.Input<boolean>;
  /** The region in which backups are stored or, with an agent, copied to. If left out, the platform decides. */
  storageRegion?: pulumi.Input<string>;
  /** Copies the backups to another region. */
  drEnabled?: pulumi.Input<boolean>;
  /** The paths to back up, with policyType `FILESYSTEM`. */
  filesystemPaths?: pulumi.Input<pulumi.Input<string>[]>;
  /** Backs up all file systems, with policyType `FILESYSTEM`. */
  isAllFilesystem?: pulumi.Input<boolean>;
  /** Tags of the backup. The API accepts them at creation and does not return them. */
  tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** `keepWithin` only: `14d` or `2w`, `31d` or `1mo`, `93d` or `3mo`, `186d` or `6mo`, `365d` or `1y`. */
  retention: pulumi.Input<InputsOf<Pick<Retention, "keepWithin">>>;
  /** Effect of destroy: `retain` (default) leaves the server backup running, `delete` deletes it. */
  deletionPolicy?: "retain" | "delete";
}

/** The snapshot schedule of a File Storage volume, which Samsung Cloud Platform runs. */
export interface ScpFileVolumeBackupPolicyArgs extends CommonBackupPolicyArgs, ScheduledArgs {
  /** Samsung Cloud Platform: https://docs.e.samsungsdscloud.com/en/apireference/. */
  platform: "scp";
  /** The File Storage volume's id. */
  fileVolumeId: pulumi.Input<string>;
  /** Not together with `fileVolumeId`: a policy is for one target. */
  volumeId?: never;
  /** Not together with `fileVolumeId`: a policy is for one target. */
  serverId?: never;
  /** `keepLast` only, from 1 to 128. */
  retention: pulumi.Input<InputsOf<Pick<Retention, "keepLast">>>;
  /** Adopts the volume's existing schedule; destroy then leaves it in place. */
  adopt?: pulumi.Input<boolean>;
}

/**
 * A revert of a virtual-server volume on Samsung Cloud Platform. The volume must be detached.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/revertvolumetosnapshot/
 */
export interface ScpVolumeRestoreArgs extends CommonRestoreArgs {
  /** Samsung Cloud Platform: https://docs.e.samsungsdscloud.com/en/apireference/. */
  platform: "scp";
  /** The volume's id. */
  volumeId: pulumi.Input<string>;
  /** The id of the volume's newest snapshot, the only one that the platform can revert to. */
  snapshotId: pulumi.Input<string>;
}

/** Types of Samsung Cloud Platform that programs use. */
export interface Scp {
  target:
    | {
        platform: "scp";
        connection?: string;
        volumeId: string;
        /** Not together with `volumeId`: a snapshot has one target. */
        fileVolumeId?: never;
      }
    | {
        platform: "scp";
        connection?: string;
        fileVolumeId: string;
        /** Not together with `fileVolumeId`: a snapshot has one target. */
        volumeId?: never;
      };
  snapshotArgs: ScpVolumeSnapshotArgs | ScpFileVolumeSnapshotArgs;
  snapshotResult: {
    /** Samsung Cloud Platform: the virtual-server volume's id. */
    volumeId?: string;
    /** Samsung Cloud Platform: the File Storage volume's id. */
    fileVolumeId?: string;
    /** Samsung Cloud Platform: the snapshot's name. */
    name?: string;
    /** Samsung Cloud Platform: the snapshot's description. */
    description?: string;
    /** Samsung Cloud Platform: the size in GiB, which is the volume's. */
    sizeGib?: number;
    /** Samsung Cloud Platform: time of the last change, ISO-8601 UTC. */
    updatedAt?: string;
    /** Samsung Cloud Platform: the snapshot's region. */
    region?: string;
  };
  snapshotSettings: {
    /** Samsung Cloud Platform: whether the volume may be attached to a server. */
    force?: boolean;
  };
  policyArgs: ScpVolumeBackupPolicyArgs | ScpServerBackupPolicyArgs | ScpFileVolumeBackupPolicyArgs;
  policyOutputs: {
    /** Samsung Cloud Platform: the virtual-server volume's id. */
    volumeId?: string;
    /** Samsung Cloud Platform: the id of the server that is backed up. */
    serverId?: string;
    /** Samsung Cloud Platform: the File Storage volume's id. */
    fileVolumeId?: string;
    /** Samsung Cloud Platform: whether the volume may be attached to a server. */
    force?: boolean;
    /** Samsung Cloud Platform: the server backup's name. */
    name?: string;
    /** Samsung Cloud Platform: whether an agent takes the backups; default: `AGENTLESS`. */
    policyCategory?: string;
    /** Samsung Cloud Platform: the type of backup; default: `VM_IMAGE`. */
    policyType?: string;
    /** Samsung Cloud Platform: the kind of server; default: `VIRTUAL_SERVER`. */
    serverCategory?: string;
    /** Samsung Cloud Platform: whether backups are encrypted; default: true. */
    encrypt?: boolean;
    /** Samsung Cloud Platform: the region in which backups are stored. */
    storageRegion?: string;
    /** Samsung Cloud Platform: whether backups are copied to another region. */
    drEnabled?: boolean;
    /** Samsung Cloud Platform: the paths that are backed up. */
    filesystemPaths?: string[];
    /** Samsung Cloud Platform: whether all file systems are backed up. */
    isAllFilesystem?: boolean;
    /** Samsung Cloud Platform: the tags that it was created with. */
    tags?: Record<string, string>;
    /** Samsung Cloud Platform: whether an existing File Storage schedule is adopted. */
    adopt?: boolean;
    /** Samsung Cloud Platform: effect of destroy on a server backup; default: `retain`. */
    deletionPolicy?: "retain" | "delete";
  };
  restoreArgs: ScpVolumeRestoreArgs;
  restoreOutputs: {
    /** Samsung Cloud Platform: the volume's id. */
    volumeId?: string;
    /** Samsung Cloud Platform: the snapshot's id. */
    snapshotId?: string;
  };
}
