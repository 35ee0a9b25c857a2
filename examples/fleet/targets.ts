/** Backup frequency of a target, and maximum age of its newest backup. */
export type Tier = "gold" | "silver";

/** Target of a policy, by the argument that its platform has. */
type Backed =
  | { platform: "discloud"; appId: string }
  | { platform: "dscloud"; appId: string }
  | { platform: "virtus"; appId: string; databaseId?: never }
  | { platform: "virtus"; databaseId: string; appId?: never }
  | { platform: "snapshooter"; jobId: string }
  | { platform: "scp"; volumeId: string; fileVolumeId?: never }
  | { platform: "scp"; fileVolumeId: string; volumeId?: never };

/** One line of the list: a name that never changes, a tier, and what to back up; `connection` names another account. */
export type Target = { name: string; tier: Tier; connection?: string } & Backed;

/** All targets. Their ids are those of the emulator's invented data; a real list has hundreds of lines. */
export const targets: readonly Target[] = [
  { name: "shop", tier: "gold", platform: "discloud", appId: "1745338954955" },
  { name: "blog", tier: "silver", platform: "discloud", appId: "empty-app" },
  { name: "api", tier: "gold", platform: "virtus", appId: "5bbd020126ee4692aga43e0ca0a75454" },
  { name: "orders", tier: "gold", platform: "virtus", databaseId: "7c4de81f90b24a6a8d35e2b1f06a9c57" },
  { name: "forum", tier: "silver", platform: "dscloud", appId: "6e1d5a0c2f8b4793ae50d1c4b7f29e83" },
  { name: "mysql", tier: "silver", platform: "snapshooter", jobId: "6f7c5f07-bd49-49a5-8416-27b8de037ddc" },
  { name: "uploads", tier: "silver", platform: "snapshooter", jobId: "0b6f2a52-3f7e-4c58-9c1d-5a86c3f1e7d4" },
  { name: "data", tier: "gold", platform: "scp", volumeId: "3f500f00-ed80-4566-a057-e31760226f9a" },
  { name: "root", tier: "silver", platform: "scp", volumeId: "760fee21-42b7-4717-adb7-511b31f8af74" },
  { name: "share", tier: "silver", platform: "scp", fileVolumeId: "bfdbabf2-04d9-4e8b-a205-020f8e6da438" },
];
