/** Parts of a snapshot's resource id. */
export interface SnapshotAddress {
  readonly platform: string;
  /** Kind of its target: `app`, `database`, `job`, `volume`, `file-volume`. */
  readonly kind: string;
  /** Id of the target on the platform. */
  readonly target: string;
  /** Segments that identify the snapshot within the target; for a pending one, the instant of its request. */
  readonly segments: readonly string[];
  /** True while it is not known which snapshot a create took. */
  readonly pending: boolean;
}

const PENDING = "pending";

function encodeSegment(segment: string): string {
  // A snapshot may really be named "pending": its first letter is escaped to keep the two apart.
  return segment === PENDING ? "%70ending" : encodeURIComponent(segment);
}

/** Returns the key of a snapshot within its target: its segments, percent-encoded and joined by `/`. */
export function segmentsKey(segments: readonly string[]): string {
  return segments.map(encodeSegment).join("/");
}

/**
 * Formats a resource id: `<platform>/<kind>/<target>/<segments…>`, each percent-encoded, or
 * `<platform>/<kind>/<target>/pending/<instant>`. {@link parseSnapshotId} parses it, for any well-formed text.
 */
export function formatSnapshotId(address: SnapshotAddress): string {
  const head = [address.platform, address.kind, address.target].map(encodeSegment);
  return [...head, ...(address.pending ? [PENDING] : []), segmentsKey(address.segments)].join("/");
}

/** Parses a snapshot's resource id; undefined if it is not valid (too few segments, an empty one, a broken escape). */
export function parseSnapshotId(id: string): SnapshotAddress | undefined {
  const raw = id.split("/");
  if (raw.length < 4 || raw.some((segment) => segment === "")) return undefined;
  let decoded: string[];
  try {
    decoded = raw.map(decodeURIComponent);
  } catch {
    return undefined;
  }
  const [platform = "", kind = "", target = ""] = decoded;
  const pending = raw[3] === PENDING;
  const segments = decoded.slice(pending ? 4 : 3);
  return segments.length === 0 ? undefined : { platform, kind, target, segments, pending };
}

/** Parts of a policy's resource id. */
export interface PolicyAddress {
  readonly platform: string;
  /** Kind of its target: `app`, `database`, `job`, `server`, `volume`, `file-volume`. */
  readonly kind: string;
  /** Segments after platform and kind: those that identify it on the platform that runs it, else target id and mark. */
  readonly segments: readonly string[];
  /** Whether the policy exists only in a state, not on the platform. */
  readonly isOwn: boolean;
}

const POLICY = "policy";

/**
 * Formats a policy's resource id: `<platform>/<kind>/<segments…>` for one that the platform runs, else
 * `<platform>/<kind>/<target>/policy/<mark>`. {@link parsePolicyId} parses it.
 */
export function formatPolicyId({ platform, kind, segments, isOwn }: PolicyAddress): string {
  const [target = "", ...others] = segments.map(encodeURIComponent);
  return [platform, kind, target, ...(isOwn ? [POLICY] : []), ...others].join("/");
}

/** Parses a policy's resource id; undefined if it is not valid (too few segments, an empty one, a broken escape). */
export function parsePolicyId(id: string): PolicyAddress | undefined {
  const raw = id.split("/");
  if (raw.length < 3 || raw.some((segment) => segment === "")) return undefined;
  let decoded: string[];
  try {
    decoded = raw.map(decodeURIComponent);
  } catch {
    return undefined;
  }
  const [platform = "", kind = "", target = "", ...others] = decoded;
  const isOwn = raw.length === 5 && raw[3] === POLICY;
  return { platform, kind, segments: [target, ...(isOwn ? others.slice(1) : others)], isOwn };
}
