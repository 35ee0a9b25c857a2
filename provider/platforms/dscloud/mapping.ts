import { instantOf, isoText } from "../../model/clock";
import { defined } from "../../model/defined";
import type { ObservedSnapshot } from "../../model/snapshot";
import type { ListEntry } from "./schemas";

/** Maps a list entry. `created_at` is its only reliable time; the name is opaque. */
export function toSnapshot(entry: ListEntry): ObservedSnapshot {
  const instantMs = instantOf(entry.created_at);
  return {
    snapshotId: entry.name,
    segments: [entry.name],
    status: entry.is_successful === true ? "available" : entry.is_successful === false ? "failed" : "unknown",
    ...defined({ createdAt: isoText(instantMs) }),
    ...(typeof entry.size === "number" ? { sizeBytes: entry.size } : {}),
    details: { backupName: entry.name },
  };
}

/**
 * Download link of an entry. The documents print the separator as `\_`, which is Markdown for `_`.
 * Source: https://dscloud.mintlify.app/api-reference/endpoint/apps/backups/get
 */
export function downloadUrl(backupsUrl: string, accountId: string, entry: ListEntry): string {
  const file = `${encodeURIComponent(accountId)}_${encodeURIComponent(entry.name)}.zip`;
  return `${backupsUrl}/${file}?${entry.key.replace(/^\?/, "").replaceAll(" ", "%20")}`;
}
