import type { Shelf } from "../shelf";

/** One snapshot that Discloud holds. */
export interface DiscloudSnapshot {
  /** `YYYYMMDD-HHMMSS` in the platform's zone; unique within its app. */
  readonly version: string;
  readonly sizeBytes: number;
  readonly createdAtMs: number;
}

/** One app on Discloud. */
export interface DiscloudApp {
  readonly id: string;
  readonly name: string;
  /** `false`: somebody else's, which may not be snapshotted. */
  readonly owned: boolean;
  readonly snapshots: Shelf<DiscloudSnapshot>;
}

/**
 * How a field that the documents leave open is sent. Only what is set differs from the assumption:
 * `name` renames it, `omit` leaves it out, `value` changes what it holds.
 */
export interface AssumedField {
  name?: string;
  omit?: boolean;
  value?: (assumed: unknown) => unknown;
}

/** Every field that the client must get along without, by the place it has in the answers. */
export interface DiscloudAssumptions {
  /** `versions` of one app's list: documented by name, but like every field of the documents optional. */
  versions: AssumedField;
  versionsItemVersion: AssumedField;
  versionsItemSize: AssumedField;
  versionsItemDate: AssumedField;
  /** The account-wide list's array. */
  accountList: AssumedField;
  accountItemAppId: AssumedField;
  accountItemVersion: AssumedField;
  accountItemSize: AssumedField;
  accountItemDate: AssumedField;
}

/** What tests read and change of the emulated Discloud. */
export interface DiscloudState {
  readonly apps: ReadonlyMap<string, DiscloudApp>;
  readonly assumed: DiscloudAssumptions;
  /** The zone of versions and dates, minutes east of UTC. Default -180, as in Brazil (assumed: the documents name none). */
  utcOffsetMinutes: number;
  /** Requests per window; documented by Discloud's own SDK as 60 per minute. */
  readonly rateLimit: { limit: number; windowMs: number };
  /** `true`: every snapshot route answers 404 with a plan's limit, as Discloud does on other routes (assumed here). */
  planRefused: boolean;
  addApp(id: string, options?: { owned?: boolean; name?: string }): DiscloudApp;
  removeApp(id: string): void;
  /** A snapshot that this program didn't take. Default: taken now. */
  addSnapshot(appId: string, snapshot?: { createdAtMs?: number; sizeBytes?: number }): DiscloudSnapshot;
  removeSnapshot(appId: string, version: string): void;
  /** Makes creates on the app answer 409: the next so many, or until `false`. */
  setBusy(appId: string, busy: boolean | number): void;
}
