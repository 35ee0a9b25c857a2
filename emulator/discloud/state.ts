import type { Shelf } from "../shelf";

/** One snapshot on Discloud. */
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
 * Changes to a field that the documents leave open; without them, it is sent as assumed.
 * `name` renames it, `omit` leaves it out, `value` changes its value.
 */
export interface AssumedField {
  name?: string;
  omit?: boolean;
  value?: (assumed: unknown) => unknown;
}

/** Every field that the client must do without, by its place in the answers. */
export interface DiscloudAssumptions {
  /** `versions` of one app's list: documented by name but, like every documented field, optional. */
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

/** State of the emulated Discloud that tests read and change. */
export interface DiscloudState {
  readonly apps: ReadonlyMap<string, DiscloudApp>;
  readonly assumed: DiscloudAssumptions;
  /** Zone of versions and dates, minutes east of UTC. Default -180, as in Brazil (assumed: the documents name none). */
  utcOffsetMinutes: number;
  /** Requests per window; documented by Discloud's own SDK as 60 per minute. */
  readonly rateLimit: { limit: number; windowMs: number };
  /** `true`: every snapshot route answers 404 with a plan's limit, as Discloud does on other routes (assumed here). */
  planRefused: boolean;
  addApp(id: string, options?: { owned?: boolean; name?: string }): DiscloudApp;
  removeApp(id: string): void;
  /** Adds a snapshot that this program didn't take. Default: taken now. */
  addSnapshot(appId: string, snapshot?: { createdAtMs?: number; sizeBytes?: number }): DiscloudSnapshot;
  removeSnapshot(appId: string, version: string): void;
  /** Makes creates on the app answer 409: the given number of times, or until `false`. */
  setBusy(appId: string, busy: boolean | number): void;
}
