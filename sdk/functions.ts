import * as pulumi from "@pulumi/pulumi";
import type { Host, JsonValue, Properties, Session } from "../provider";
import type { InputsOf } from "./arguments";
import { readConnections } from "./connections";
import { core } from "./core";
import type { OfAll, OfOne, Platform } from "./platforms";
import type { SnapshotStatus } from "./snapshot";

/** What a snapshot is of: one target, by the argument that its platform has. */
export type SnapshotTarget = OfOne<"target">;

/** The arguments of {@link getSnapshots}; `limit` is the most that it returns (default: all). */
export type GetSnapshotsArgs = (SnapshotTarget | OfOne<"account">) & { limit?: number };

/** The arguments of {@link getSnapshot}; `id` is the platform's own id, or `"latest"` for the newest usable one. */
export type GetSnapshotArgs = SnapshotTarget & { id: string };

/**
 * The arguments of {@link getDownloadLink}; `id` is the platform's own id, or `"latest"` for the newest usable one.
 * Samsung Cloud Platform gives no links.
 */
export type GetDownloadLinkArgs = Extract<SnapshotTarget, { platform: OfOne<"downloads"> }> & { id: string };

/** A snapshot as a function returns it: its resource id and what a Snapshot has as outputs. */
export interface SnapshotResult extends OfAll<"snapshotResult"> {
  /** The id that `Snapshot.get` takes. */
  id: string;
  /** The platform that it is on. */
  platform: Platform;
  /** The connection that was asked. */
  connection: string;
  /** The platform's own id. */
  snapshotId: string;
  /** What is known of its state. */
  status: SnapshotStatus;
  /** The platform's own word for the status, where it has one. */
  platformStatus?: string;
  /** When it was taken, ISO-8601 UTC; left out where no trustworthy instant exists (Discloud gives no time zone). */
  createdAt?: string;
  /** Its size in bytes, where the API gives bytes. */
  sizeBytes?: number;
  /** Its size as the API says it. */
  sizeText?: string;
}

/** A link to a snapshot's bytes. Whoever has it can download them: keep it out of logs and of plain outputs. */
export interface DownloadLinkResult {
  /** The link, a bearer secret. */
  url: string;
  /** When it stops working, ISO-8601 UTC, where the platform tells. */
  expiresAt?: string;
  /** SnapShooter: the links by file name; `url` is the first of them. A name is data: it may hold slashes and dots. */
  files?: Record<string, string>;
}

// One for all functions of a program, so that they share a platform's limits.
let shared: Session | undefined;

function programSession(): Session {
  if (shared !== undefined) return shared;
  const unused = (): never => {
    throw new Error("a function only reads");
  };
  const host: Host = {
    clock: core().systemClock,
    random: Math.random,
    connections: readConnections(),
    journal: { find: unused, others: unused, note: unused, settle: unused, confirm: unused },
    warn: async (_urn, message) => pulumi.log.warn(message),
    inform: async (_urn, message) => pulumi.log.info(message),
    announce: (_urn, message) => void pulumi.log.info(message, undefined, undefined, true),
  };
  const { Session } = core();
  shared = new Session(host);
  return shared;
}

function plain(args: object): Properties {
  return args as Record<string, JsonValue>;
}

/** Asks a platform for a program; a refusal ends the program with its reason, and without a stack trace. */
async function ask<Answer>(name: string, request: (session: Session) => Promise<Answer>): Promise<Answer> {
  try {
    return await request(programSession());
  } catch (error) {
    if (!(error instanceof core().SnapshotsError)) throw error;
    throw new pulumi.RunError(`${name}: ${error.message}`, { cause: error });
  }
}

/**
 * Lists snapshots, newest first, all pages: of one target, or of the whole account where the API can (Discloud).
 * Fails with the platform's reason; an answer that can't be understood is an error, never an empty list.
 */
export async function getSnapshots(args: GetSnapshotsArgs): Promise<SnapshotResult[]> {
  const items = await ask("getSnapshots", (session) => core().listSnapshots(session, plain(args)));
  return items as unknown as SnapshotResult[];
}

/** {@link getSnapshots} for arguments that are outputs. */
export function getSnapshotsOutput(args: pulumi.Input<InputsOf<GetSnapshotsArgs>>): pulumi.Output<SnapshotResult[]> {
  return pulumi.output(args).apply((known) => getSnapshots(known as GetSnapshotsArgs));
}

/** Shows one snapshot by its own id, or the newest usable one as `latest`; one that does not exist is an error. */
export async function getSnapshot(args: GetSnapshotArgs): Promise<SnapshotResult> {
  const item = await ask("getSnapshot", (session) => core().showSnapshot(session, plain(args)));
  return item as unknown as SnapshotResult;
}

/** {@link getSnapshot} for arguments that are outputs. */
export function getSnapshotOutput(args: pulumi.Input<InputsOf<GetSnapshotArgs>>): pulumi.Output<SnapshotResult> {
  return pulumi.output(args).apply((known) => getSnapshot(known as GetSnapshotArgs));
}

/** A download link to one snapshot's bytes, fresh each time. It is a bearer secret and is stored nowhere. */
export function getDownloadLink(args: GetDownloadLinkArgs): Promise<DownloadLinkResult> {
  return ask("getDownloadLink", (session) => core().linkToSnapshot(session, plain(args)));
}

/**
 * {@link getDownloadLink} for arguments that are outputs; the result is secret. As a stack output it loses a file that is
 * named `__proto__`, which the engine's maps can't hold.
 */
export function getDownloadLinkOutput(
  args: pulumi.Input<InputsOf<GetDownloadLinkArgs>>,
): pulumi.Output<DownloadLinkResult> {
  // The arguments are made secret, not the result: that would be copied, and lose a file called `__proto__`.
  return pulumi.secret(args).apply((known) => getDownloadLink(known as GetDownloadLinkArgs));
}
