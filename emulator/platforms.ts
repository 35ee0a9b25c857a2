import { discloudEmulator } from "./discloud";
import { dscloudEmulator } from "./dscloud";
import { scpEmulator } from "./scp";
import { snapshooterEmulator } from "./snapshooter";
import { virtusEmulator } from "./virtus";

/** Every emulated platform, one line each. */
export const emulatedPlatforms = {
  discloud: discloudEmulator,
  virtus: virtusEmulator,
  dscloud: dscloudEmulator,
  snapshooter: snapshooterEmulator,
  scp: scpEmulator,
};
