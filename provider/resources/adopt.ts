import { SnapshotsError } from "../model/errors";
import type { PlatformDefinition } from "../model/platform";
import { nameInUrn } from "../model/urn";
import { findDefinition } from "../platforms";
import { listSnapshots, type SnapshotItem } from "./functions";
import type { Properties } from "./host";
import { type Session, textOf } from "./session";
import { checkSnapshot } from "./snapshot/check";
import { managersIn, type StackContents } from "./stack";

/** A Snapshot resource that would manage an existing snapshot. */
export interface Adoption {
  readonly resourceId: string;
  /** Name of the resource, unique in the stack. */
  readonly name: string;
  /** Arguments for the program. */
  readonly args: Properties;
  /** Snapshot as the platform lists it. */
  readonly item: SnapshotItem;
}

function targetArgument(definition: PlatformDefinition, item: SnapshotItem): string {
  return Object.keys(definition.targets).find((argument) => item[argument] !== undefined) ?? "";
}

/** Resource name from the kind, the target and the snapshot. */
function nameOf(definition: PlatformDefinition, item: SnapshotItem): string {
  const argument = targetArgument(definition, item);
  const parts = [definition.targets[argument]?.kind, item[argument], item["snapshotId"]];
  return parts.map((part) => String(part).replace(/[^A-Za-z0-9]+/g, "-")).join("-");
}

function argsOf(definition: PlatformDefinition, item: SnapshotItem): Properties {
  const argument = targetArgument(definition, item);
  const { connection } = item;
  return {
    platform: definition.name,
    ...(connection === undefined || connection === definition.name ? {} : { connection }),
    [argument]: item[argument] ?? "",
    adopt: item["snapshotId"] ?? "",
    // The only policy allowed for a snapshot that the program did not take.
    ...(definition.delete ? { deletionPolicy: "retain" } : {}),
  };
}

/** Finds the usable snapshots that no resource of a stack manages, newest first, each with a Snapshot to adopt it. */
export async function findAdoptions(
  session: Session,
  query: Properties,
  contents: StackContents,
): Promise<readonly Adoption[]> {
  const managerOf = managersIn(contents);
  const items = (await listSnapshots(session, query)).filter(
    (item) => item["status"] === "available" && managerOf(item) === undefined,
  );
  const taken = new Set(contents.urns.map(nameInUrn));
  return items.map((item) => {
    const definition = findDefinition(item["platform"]);
    if (definition === undefined) throw new TypeError(`${String(item["platform"])} was listed`);
    const stem = nameOf(definition, item);
    let name = stem;
    for (let count = 2; taken.has(name); count++) name = `${stem}-${count}`;
    taken.add(name);
    return { resourceId: String(item["id"]), name, args: argsOf(definition, item), item };
  });
}

/** One resource in the file of `pulumi import --file`. */
export interface ImportedResource {
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/**
 * Returns a resource for `pulumi import --file`, with the inputs that a program with the same arguments would have and
 * the outputs that adopting would have stored: the next preview shows no changes.
 */
export function importOf(
  session: Session,
  { resourceId, name, args, item }: Adoption,
  resource: { readonly type: string; readonly provider: string; readonly urn: string },
): ImportedResource {
  const given = { ...args, __provider: resource.provider, __urn: resource.urn };
  const { inputs, failures } = checkSnapshot({}, given, session.host.connections);
  if (failures.length > 0) {
    const reasons = failures.map(({ property, reason }) => `${property}: ${reason}`).join("; ");
    throw new SnapshotsError(`${resourceId} can't be imported: ${reasons}`, { kind: "invalid" });
  }
  const definition = findDefinition(textOf(args, "platform"));
  const shown = Object.entries(item).filter(
    ([output]) =>
      output !== "id" &&
      // Leaves to the platform what can be changed in place and the program doesn't set.
      (definition?.snapshotArguments?.[output]?.change !== "inPlace" || inputs[output] !== undefined),
  );
  const outputs = { ...inputs, ...Object.fromEntries(shown), adopted: true };
  return { type: resource.type, name, id: resourceId, inputs, outputs };
}
