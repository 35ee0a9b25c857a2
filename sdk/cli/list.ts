import type { Command } from "commander";
import {
  defined,
  instantOf,
  listSnapshots,
  managersIn,
  readStack,
  type SnapshotItem,
  systemClock,
} from "../../provider";
import { optionalTarget, PLATFORMS, platformArgument } from "./arguments";
import { ageText, bytesText, type Cell, EXIT, printJson, printTable, tell } from "./output";
import { stackState } from "./pulumi";
import { openSession } from "./session";
import { type ConnectionOptions, verb, wholeNumber, withConnection } from "./verb";

interface Options extends ConnectionOptions {
  readonly limit?: number;
  readonly json?: true;
}

type Listed = SnapshotItem & { readonly resourceId: string; readonly managedBy?: string | null };

const statusStyles: Readonly<Record<string, Cell["style"]>> = {
  available: "green",
  failed: "red",
  gone: "red",
  unknown: "yellow",
};

function sizeOf({ sizeBytes, sizeText, sizeGib }: SnapshotItem): string {
  if (typeof sizeBytes === "number") return bytesText(sizeBytes);
  if (typeof sizeText === "string") return sizeText;
  return typeof sizeGib === "number" ? `${sizeGib} GiB` : "";
}

function rowOf(item: Listed, nowMs: number): Cell[] {
  const createdMs = instantOf(item["createdAt"]);
  const status = String(item["status"]);
  const style = statusStyles[status];
  const { managedBy } = item;
  return [
    { text: createdMs === undefined ? "unknown" : String(item["createdAt"]) },
    { text: createdMs === undefined ? "" : ageText(nowMs - createdMs) },
    { text: sizeOf(item) },
    { text: status, ...defined({ style }) },
    { text: item.resourceId },
    ...(managedBy === undefined
      ? []
      : [managedBy === null ? ({ text: "untracked", style: "yellow" } as const) : { text: managedBy }]),
  ];
}

/** `pulumi-snapshots list`: lists the snapshots of a target or an account, newest first. */
export function listCommand(): Command {
  return withConnection(
    verb("list", "List snapshots, newest first; with --stack also which resource of the stack manages each", [
      "pulumi-snapshots list discloud app/1745338954955",
      "pulumi-snapshots list virtus database/7c4de81f90b24a6a8d35e2b1f06a9c57 --limit 5",
      "pulumi-snapshots list discloud --stack prod   # snapshots that no resource manages are marked untracked",
    ]),
  )
    .argument("<platform>", PLATFORMS)
    .argument("[target]", "<kind>/<id>, such as app/1745338954955; left out: the whole account, where the API can")
    .option("--limit <number>", "show at most this many, the newest", wholeNumber)
    .action(async (platform: string, target: string | undefined, options: Options) => {
      const definition = platformArgument(platform);
      const query = {
        platform: definition.name,
        ...defined({ connection: options.connection }),
        ...optionalTarget(definition, target),
        ...defined({ limit: options.limit }),
      };
      const session = await openSession(options, [{ platform: definition.name, connection: options.connection }]);
      const { stack, cwd } = options;
      const managerOf = stack === undefined ? undefined : managersIn(readStack(await stackState({ stack, cwd })));
      const items = (await listSnapshots(session, query)).map(
        (item): Listed => ({
          ...item,
          resourceId: String(item["id"]),
          ...(managerOf === undefined ? {} : { managedBy: managerOf(item) ?? null }),
        }),
      );
      if (options.json) {
        printJson(items);
      } else {
        const head = ["TIME", "AGE", "SIZE", "STATUS", "ID", ...(stack === undefined ? [] : ["MANAGED BY"])];
        const nowMs = systemClock.now();
        if (items.length > 0)
          printTable(
            head,
            items.map((item) => rowOf(item, nowMs)),
          );
      }
      if (items.length > 0) return;
      tell(`${definition.title} lists no snapshot${target === undefined ? "" : ` of ${target}`}`);
      process.exitCode = EXIT.no;
    });
}
