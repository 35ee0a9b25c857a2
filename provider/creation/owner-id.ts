import { randomBytes } from "node:crypto";

/** The owner id of a resource: the one that its state holds, else a new random one (12 hex digits). */
export function ownerIdFor(stored: string | undefined): string {
  return stored ?? randomBytes(6).toString("hex");
}
