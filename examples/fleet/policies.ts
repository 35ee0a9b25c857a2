import type { BackupPolicyArgs, Schedule } from "pulumi-snapshots";
import type { Target, Tier } from "./targets";

/** A pipeline that runs every 15 minutes can be that late, and a snapshot takes time: maxAge leaves room for both. */
const tiers: Record<Tier, { schedules: Schedule[]; maxAge: string }> = {
  gold: { schedules: [{ cron: "0 */6 * * *" }], maxAge: "8h" },
  silver: { schedules: [{ cron: "0 3 * * *" }], maxAge: "26h" },
};

/** Arguments of a target's policy: as frequent as its tier says, and in the way that its platform can. */
export function policyOf({ name: _name, tier, ...target }: Target): BackupPolicyArgs {
  const { schedules, maxAge } = tiers[tier];
  switch (target.platform) {
    case "discloud":
    case "virtus":
      return { ...target, schedules, maxAge };
    case "dscloud":
    case "snapshooter":
      // Their own schedules take these backups; the policy checks that they appear.
      return { ...target, maxAge };
    case "scp":
      // File Storage has one schedule a volume, and its snapshots' times have no zone, so maxAge is not available.
      if (target.fileVolumeId !== undefined) {
        return { ...target, schedules: [{ cron: "0 18 * * *" }], retention: { keepLast: 14 } };
      }
      // `force`: the volume may be attached to a server.
      return { ...target, force: true, schedules, retention: { keepDaily: 7, keepWeekly: 4, maxDeletes: 3 }, maxAge };
  }
}
