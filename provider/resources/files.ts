import { SnapshotsError } from "../model/errors";
import type { PlatformDefinition, SnapshotPlatform, SnapshotReference } from "../model/platform";
import type { Scope } from "../model/scope";
import type { DownloadLink, Target } from "../model/snapshot";
import type { ByteSource, Downloaded } from "./download";
import { targetInWords } from "./in-words";

/** A downloadable file of a snapshot. */
export interface SnapshotFileSource {
  /** Name on the platform, if a snapshot consists of files. Untrusted data: it may contain slashes and dots. */
  readonly name: string | undefined;
  /** Source of the file extension: the name, or else the path of the link. */
  readonly storedAs: string;
  readonly source: ByteSource;
}

/** Files that a snapshot is downloaded as. */
export interface DownloadableFiles {
  /** Whether every file is an archive, according to the platform's documentation. */
  readonly areArchives: boolean;
  readonly files: readonly SnapshotFileSource[];
}

/** Snapshot whose files are downloaded. */
export interface FilesRequest {
  readonly definition: PlatformDefinition;
  readonly platform: SnapshotPlatform;
  readonly target: Target;
  readonly reference: SnapshotReference;
  /** Scope of one request for links; a new one each time, since later links are requested long after the first. */
  scope(): Scope;
}

/** Error of a platform that gives no download links. */
export function noDownload(definition: PlatformDefinition): SnapshotsError {
  return new SnapshotsError(`[${definition.name}] ${definition.cannot["download"]}`, {
    kind: "unsupported",
  });
}

/** Opens the files of a snapshot. The first link is requested immediately, each later one when it is needed. */
export async function openFiles(request: FilesRequest): Promise<DownloadableFiles> {
  const { definition, platform, target, reference } = request;
  if (platform.downloadLink === undefined) throw noDownload(definition);
  const link = (): Promise<DownloadLink> =>
    platform.downloadLink?.(target, reference, request.scope()) as Promise<DownloadLink>;
  const subject = `[${definition.name}] download ${targetInWords(definition, target)} snapshot ${reference.snapshotId}`;
  const first = await link();
  let unused: DownloadLink | undefined = first;
  const { url, files } = first;
  const names = files === undefined ? [undefined] : Object.keys(files).sort();
  return {
    areArchives: files === undefined,
    files: names.map((name) => ({
      name,
      storedAs: name ?? (URL.canParse(url) ? new URL(url).pathname : ""),
      source: {
        subject: name === undefined ? subject : `${subject} file ${JSON.stringify(name)}`,
        mayBeHtml: /\.html?$/i.test(name ?? ""),
        async link() {
          const fresh = unused ?? (await link());
          unused = undefined;
          const freshUrl = name === undefined ? fresh.url : fresh.files?.[name];
          if (freshUrl !== undefined) return freshUrl;
          throw new SnapshotsError(`${subject}: it no longer has the file ${JSON.stringify(name)}`, {
            kind: "notFound",
          });
        },
      },
    })),
  };
}

/** Reason why bytes are not an intact archive, as a clause; undefined if they are one or need not be. */
export function problemOf(
  { areArchives }: Pick<DownloadableFiles, "areArchives">,
  { bytes, archive }: Downloaded,
): string | undefined {
  if (archive.problem !== undefined) return `the ${archive.kind} is broken: it ${archive.problem}`;
  if (!areArchives || archive.kind !== "unknown") return undefined;
  return bytes === 0 ? "it is empty" : "it is not an archive";
}
