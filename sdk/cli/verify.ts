import type { Command } from "commander";
import { type ByteSink, defined, problemOf } from "../../provider";
import { idArgument } from "./arguments";
import { type FetchedFile, fetchTo, filesOf } from "./fetch";
import { interruptible } from "./interrupt";
import { bytesText, EXIT, printJson, printTable, tell } from "./output";
import { openSession } from "./session";
import { type ConnectionOptions, verb, withConnection } from "./verb";

interface Options extends ConnectionOptions {
  readonly json?: true;
}

interface VerifiedFile extends FetchedFile {
  readonly ok: boolean;
  readonly problem?: string;
}

const nowhere: ByteSink = { write: async () => undefined, restart: async () => undefined };

/** `pulumi-snapshots verify`: downloads and checks a snapshot without keeping the bytes. */
export function verifyCommand(): Command {
  return withConnection(
    verb("verify", "Download a snapshot, check it and keep nothing; exits 3 if it is broken", [
      "pulumi-snapshots verify discloud/app/1745338954955/20241207-190711",
      "pulumi-snapshots verify snapshooter/job/6f7c5f07-bd49-49a5-8416-27b8de037ddc/latest --json",
    ]),
  )
    .argument("<id>", "a Snapshot's resource id, or a target's with /latest for its newest usable one")
    .action(async (id: string, options: Options) => {
      const { definition, query } = idArgument(id);
      const session = await openSession(options, [{ platform: definition.name, connection: options.connection }]);
      const snapshot = await filesOf(session, query, options);
      const files: VerifiedFile[] = [];
      for (const file of snapshot.files) {
        const title = file.name ?? snapshot.resourceId;
        const result = await interruptible(
          (signal) => fetchTo(file, nowhere, { title, signal, isQuiet: options.json === true }),
          async () => undefined,
        );
        const problem = problemOf(snapshot, result);
        const { bytes, sha256, archive } = result;
        files.push({
          path: title,
          bytes,
          sha256,
          archive: archive.kind,
          ok: problem === undefined,
          ...defined({ problem }),
        });
      }
      const broken = files.filter(({ ok }) => !ok);
      const problem = broken.map(({ path, problem: what }) => `${path}: ${what}`).join("; ");
      const { resourceId } = snapshot;
      if (options.json) {
        printJson({ resourceId, ok: broken.length === 0, ...(problem === "" ? {} : { problem }), files });
      } else {
        const rows = files.map((file) => [
          { text: file.path },
          { text: bytesText(file.bytes) },
          { text: file.archive },
          { text: file.ok ? "ok" : "broken", style: file.ok ? ("green" as const) : ("red" as const) },
          { text: file.sha256 },
        ]);
        printTable(["FILE", "SIZE", "ARCHIVE", "RESULT", "SHA-256"], rows);
      }
      if (broken.length === 0) return;
      tell(`pulumi-snapshots: ${problem}`);
      process.exitCode = EXIT.no;
    });
}
