import { randomBytes } from "node:crypto";

/** Returns the owner id stored in a resource's state, else a new random one (12 hex digits). */
export function ownerIdFor(stored: string | undefined): string {
  return stored ?? randomBytes(6).toString("hex");
}
