import { SnapshotsError } from "../model/errors";
import type { PlatformDefinition, SnapshotPlatform, SnapshotReference } from "../model/platform";
import type { Scope } from "../model/scope";
import type { DownloadLink, Target } from "../model/snapshot";
import type { ByteSource, Downloaded } from "./download";
import { targetInWords } from "./in-words";

/** A file of a snapshot, as it can be downloaded. */
export interface SnapshotFileSource {
  /** Its name on the platform, where a snapshot is made of files. A name is data: it may hold slashes and dots. */
  readonly name: string | undefined;
  /** What its store calls it, for its ending: the name, or else the path of its link. */
  readonly storedAs: string;
  readonly source: ByteSource;
}

/** What a snapshot is downloaded as. */
export interface DownloadableFiles {
  /** Whether every file is an archive, by the platform's documents. */
  readonly areArchives: boolean;
  readonly files: readonly SnapshotFileSource[];
}

/** The snapshot whose files are downloaded. */
export interface FilesRequest {
  readonly definition: PlatformDefinition;
  readonly platform: SnapshotPlatform;
  readonly target: Target;
  readonly reference: SnapshotReference;
  /** The time of a request for links: later ones are asked for long after the first. */
  scope(): Scope;
}

/** Says that a platform gives no download links. */
export function noDownload(definition: PlatformDefinition): SnapshotsError {
  return new SnapshotsError(`[${definition.name}] ${definition.cannot["download"]}`, {
    kind: "unsupported",
  });
}

/** The files of one snapshot, each with fresh links: the first is there already, every later one is asked for. */
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
          throw new SnapshotsError(`${subject}: it has no file ${JSON.stringify(name)} any more`, { kind: "notFound" });
        },
      },
    })),
  };
}

/** Why bytes are no intact archive, as a sentence; undefined where they are one, or need not be one. */
export function problemOf(
  { areArchives }: Pick<DownloadableFiles, "areArchives">,
  { bytes, archive }: Downloaded,
): string | undefined {
  if (archive.problem !== undefined) return `the ${archive.kind} is broken: it ${archive.problem}`;
  if (!areArchives || archive.kind !== "unknown") return undefined;
  return bytes === 0 ? "it is empty" : "it is not an archive";
}
