import { discloudEmulator } from "../platforms/discloud/emulator";
import { dscloudEmulator } from "../platforms/dscloud/emulator";
import { virtusEmulator } from "../platforms/virtus/emulator";

/** Every emulated platform, one line each. */
export const emulatedPlatforms = {
  discloud: discloudEmulator,
  virtus: virtusEmulator,
  dscloud: dscloudEmulator,
};
