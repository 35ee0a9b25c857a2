import { discloudEmulator } from "../platforms/discloud/emulator";
import { dscloudEmulator } from "../platforms/dscloud/emulator";
import { scpEmulator } from "../platforms/scp/emulator";
import { snapshooterEmulator } from "../platforms/snapshooter/emulator";
import { virtusEmulator } from "../platforms/virtus/emulator";

/** Every emulated platform, one line each. */
export const emulatedPlatforms = {
  discloud: discloudEmulator,
  virtus: virtusEmulator,
  dscloud: dscloudEmulator,
  snapshooter: snapshooterEmulator,
  scp: scpEmulator,
};
