import type { ObservedSnapshot } from "../../model/snapshot";
import type { Session } from "../session";
import { inWords } from "./state";

/** Prefix of the description of a snapshot that a BackupPolicy has taken. */
const POLICY_MARK = "BackupPolicy ";

/** Warns if a snapshot being adopted was taken by a policy, since the policy's retention may delete it. */
export async function warnOfPolicyMark(
  session: Session,
  urn: string | undefined,
  snapshot: ObservedSnapshot,
): Promise<void> {
  const { description } = snapshot.details;
  if (typeof description !== "string" || !description.startsWith(POLICY_MARK)) return;
  await session.host.warn(
    urn,
    `snapshot ${inWords(snapshot)} was taken by a BackupPolicy ("${description}"): the policy's retention may delete it ` +
      "where the policy is in another stack, or runs on another machine",
  );
}
