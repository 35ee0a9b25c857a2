import { isoText } from "../../model/clock";
import { formatSnapshotId, parseSnapshotId } from "../../model/ids";
import { newestFirst, type ObservedSnapshot } from "../../model/snapshot";
import { nameInUrn } from "../../model/urn";
import { keepReasonText } from "../../schedule";
import { verdictOn, verifiedRecordsOf } from "../backup-policy/records";
import { pastInstantOf } from "../dated-ahead";
import { textOf } from "../session";
import { type Holding, holdingsOf, isHeldAs } from "../stack";
import { counted, type Verdict, wantsVerification } from "../verification";
import type { GatheredTarget, Listed, PolicyPart } from "./gather";
import type { ReportSnapshot } from "./model";

const FOREIGN = keepReasonText({ rule: "foreign" });

/** Decisions of the policies on a snapshot. */
interface Decision {
  readonly kept: readonly string[];
  readonly going: string | undefined;
}

function decisionOn(policies: readonly PolicyPart[], snapshotId: string): Decision {
  const fates = policies.flatMap(({ fate }) => ("problem" in fate ? [] : [fate]));
  const kept = fates.flatMap((fate) => fate.kept.flatMap(({ id, because }) => (id === snapshotId ? [because] : [])));
  const going = fates.flatMap((fate) => fate.going.flatMap(({ id, because }) => (id === snapshotId ? [because] : [])));
  return { kept: kept.filter((because) => because !== FOREIGN), going: going[0] };
}

function sizeOf({ sizeBytes, details }: ObservedSnapshot): number | null {
  const gib = details["sizeGib"];
  return sizeBytes ?? (typeof gib === "number" ? gib * 2 ** 30 : null);
}

type Fated = Pick<ReportSnapshot, "fate" | "because">;

function fateOf(
  status: string,
  platformStatus: string | undefined,
  holders: readonly Holding[],
  decision: Decision,
): Fated {
  if (status === "failed") return { fate: "failed", because: platformStatus ?? null };
  if (status === "gone") return { fate: "unlisted", because: "it no longer exists: expired or deleted" };
  if (status !== "available") return { fate: "unfinished", because: platformStatus ?? null };
  if (decision.going !== undefined) return { fate: "going", because: decision.going };
  const snapshots = holders.filter(({ resource }) => resource === "Snapshot");
  const reasons = [...decision.kept, ...snapshots.map(({ urn }) => `managed by Snapshot ${nameInUrn(urn)}`)];
  if (reasons.length > 0) return { fate: "kept", because: [...new Set(reasons)].join(", ") };
  return holders.length > 0 ? { fate: "kept", because: null } : { fate: "untracked", because: null };
}

/** Verification of a snapshot, as the stacks record it. */
type Checked = Pick<Holding, "snapshotId" | "createdAt" | "verdict">;

/** Verdicts of policies that manage none of the snapshots. */
function watchedVerdicts({ parts }: GatheredTarget): Checked[] {
  return parts.flatMap(({ resource: { outputs } }) =>
    verifiedRecordsOf(outputs).map((record) => ({
      snapshotId: record.id,
      createdAt: record.createdAt,
      verdict: wantsVerification(outputs) ? verdictOn(record) : undefined,
    })),
  );
}

function verifiedAtOf(verdict: Verdict | undefined): string | null {
  return verdict?.outcome === "intact" ? verdict.verifiedAt : null;
}

/** Reason why a verdict makes a snapshot that the platform calls usable count as unusable; undefined if none does. */
function doubtOf(listed: ObservedSnapshot, verdict: Verdict | undefined): string | undefined {
  if (listed.status !== "available" || verdict === undefined || verdict.outcome === "intact") return undefined;
  return verdict.outcome === "broken"
    ? `it failed verification: ${verdict.because}`
    : `not verified: ${verdict.because}`;
}

function listedSnapshot(
  target: GatheredTarget,
  { atMs }: Listed,
  holdings: readonly Holding[],
  watched: readonly Checked[],
  listed: ObservedSnapshot,
): ReportSnapshot[] {
  const { definition, kind, id } = target;
  const holders = holdings.filter((holding) => isHeldAs(holding, listed));
  if (listed.status === "gone" && holders.length === 0) return [];
  const [createdMs] = [...holders.map(({ createdAt }) => createdAt), listed.createdAt].flatMap(
    (text) => pastInstantOf(text, atMs) ?? [],
  );
  const checked = [...holders, ...watched.filter((each) => isHeldAs(each, listed))];
  const verdict = checked.find((each) => each.verdict !== undefined)?.verdict;
  const { status } = verdict === undefined ? listed : counted(listed, verdict);
  const said = doubtOf(listed, verdict) ?? listed.platformStatus;
  const hasResourceId = Object.values(definition.targets).some((each) => each.kind === kind);
  const { segments } = listed;
  const address = { platform: definition.name, kind, target: id, segments, pending: false };
  return [
    {
      resourceId: hasResourceId ? formatSnapshotId(address) : null,
      snapshotId: listed.snapshotId,
      createdAt: createdMs === undefined ? null : isoText(createdMs),
      status,
      sizeBytes: sizeOf(listed),
      sizeText: listed.sizeText ?? null,
      ...fateOf(status, said, holders, decisionOn(target.policies, listed.snapshotId)),
      managedBy: [...new Set(holders.map(({ urn }) => urn))],
      verifiedAt: verifiedAtOf(verdict),
    },
  ];
}

/** Snapshot that a resource manages and the platform does not list. One just taken may not be visible there yet. */
function unlistedSnapshot({ definition }: GatheredTarget, { atMs }: Listed, holding: Holding): ReportSnapshot {
  const createdMs = pastInstantOf(holding.createdAt, atMs);
  const isRecent = createdMs !== undefined && atMs - createdMs < definition.listLagMs;
  const isUsable = isRecent && holding.status === "available";
  const status = isUsable ? "available" : holding.status === "gone" ? "gone" : "unknown";
  return {
    resourceId: null,
    snapshotId: holding.snapshotId,
    createdAt: createdMs === undefined ? null : isoText(createdMs),
    status,
    sizeBytes: holding.sizeBytes ?? null,
    sizeText: null,
    fate: isUsable ? "kept" : isRecent ? "unfinished" : "unlisted",
    because: isRecent
      ? "in the stack's state, and not yet visible in the platform's list"
      : "in the stack's state, and not in the platform's list",
    managedBy: [holding.urn],
    verifiedAt: verifiedAtOf(holding.verdict),
  };
}

/** Snapshots whose request has no known result yet. */
function pendingSnapshots({ parts }: GatheredTarget): ReportSnapshot[] {
  return parts.flatMap(({ resource: { resource, id, urn, outputs } }): ReportSnapshot[] => {
    const address = resource === "Snapshot" ? parseSnapshotId(id) : undefined;
    if (!address?.pending || textOf(outputs, "snapshotId") !== undefined) return [];
    return [
      {
        resourceId: id,
        snapshotId: "pending",
        createdAt: null,
        status: "pending",
        sizeBytes: null,
        sizeText: null,
        fate: "unfinished",
        because: `requested at ${address.segments[0]}, and its result is not known yet`,
        managedBy: [urn],
        verifiedAt: null,
      },
    ];
  });
}

/** Snapshots of a target, newest first: those that the platform lists, and those that only a state knows. */
export function snapshotsOf(target: GatheredTarget, list: Listed): ReportSnapshot[] {
  const holdings = target.parts.flatMap(({ resource }) => holdingsOf(resource));
  const watched = watchedVerdicts(target);
  const unlisted = holdings.filter((holding) => !list.snapshots.some((snapshot) => isHeldAs(holding, snapshot)));
  return newestFirst([
    ...pendingSnapshots(target),
    ...list.snapshots.flatMap((snapshot) => listedSnapshot(target, list, holdings, watched, snapshot)),
    ...unlisted.map((holding) => unlistedSnapshot(target, list, holding)),
  ]);
}
