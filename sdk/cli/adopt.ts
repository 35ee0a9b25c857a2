import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { type Adoption, defined, findAdoptions, importOf, readStack, type Session } from "../../provider";
import { providerText, typeToken } from "../provider-text";
import { optionalTarget, PLATFORMS, platformArgument } from "./arguments";
import { EXIT, printJson, tell, UsageError } from "./output";
import { type StackName, stackState } from "./pulumi";
import { openSession } from "./session";
import { type ConnectionOptions, verb, withConnection } from "./verb";

interface Options extends ConnectionOptions {
  readonly import?: string;
  readonly json?: true;
}

/** Returns a TypeScript program that adopts snapshots. */
function programOf(adoptions: readonly Adoption[]): string {
  const resources = adoptions.map(({ name, args }) => {
    const lines = Object.entries(args).map(([argument, value]) => `  ${argument}: ${JSON.stringify(value)},\n`);
    return `new Snapshot(${JSON.stringify(name)}, {\n${lines.join("")}});\n`;
  });
  return `import { Snapshot } from "pulumi-snapshots";\n\n${resources.join("\n")}`;
}

/** Returns the top-level `name` in a YAML or JSON document. */
function nameIn(text: string): string | undefined {
  if (!text.trimStart().startsWith("{")) return /^name:\s*["']?([^\s"'#]+)/m.exec(text)?.[1];
  const { name } = JSON.parse(text) as { name?: unknown };
  return typeof name === "string" ? name : undefined;
}

/** Reads the project's name from its Pulumi.yaml, for a stack that was never deployed. */
function projectName(cwd: string): string {
  for (let folder = path.resolve(cwd); ; folder = path.dirname(folder)) {
    for (const file of ["Pulumi.yaml", "Pulumi.yml"].map((name) => path.join(folder, name))) {
      if (!existsSync(file)) continue;
      const name = nameIn(readFileSync(file, "utf8"));
      if (name !== undefined) return name;
    }
    if (folder === path.dirname(folder)) throw new Error(`there is no Pulumi.yaml in ${path.resolve(cwd)} or above it`);
  }
}

async function writeImport(
  file: string,
  session: Session,
  adoptions: readonly Adoption[],
  urnPrefix: string,
): Promise<void> {
  const type = typeToken("Snapshot");
  const provider = providerText("Snapshot");
  const resources = adoptions.map((adoption) =>
    importOf(session, adoption, { type, provider, urn: `${urnPrefix}::${type}::${adoption.name}` }),
  );
  try {
    await writeFile(file, `${JSON.stringify({ resources }, undefined, 2)}\n`, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw new Error(`${file} exists; name another file`);
    throw error;
  }
}

/** `pulumi-snapshots adopt`: prints a program, or writes an import file, for snapshots that a stack does not manage. */
export function adoptCommand(): Command {
  return withConnection(
    verb("adopt", "Print a program that adopts the usable snapshots which no resource of a stack manages", [
      "pulumi-snapshots adopt discloud app/1745338954955 --stack prod > adopted.ts   # then import it in index.ts",
      "pulumi-snapshots adopt discloud --stack prod --import import.json > adopted.ts",
      "pulumi import --file import.json --generate-code=false --protect=false --stack prod",
    ]),
  )
    .argument("<platform>", PLATFORMS)
    .argument("[target]", "<kind>/<id>, such as app/1745338954955; left out: the whole account, where the API can")
    .option("--import <file>", "also write a file for pulumi import, after which the next preview shows nothing")
    .action(async (platform: string, target: string | undefined, options: Options) => {
      const definition = platformArgument(platform);
      const { connection, stack, cwd } = options;
      const query = {
        platform: definition.name,
        ...defined({ connection }),
        ...optionalTarget(definition, target),
      };
      if (stack === undefined) throw new UsageError("--stack is missing: name the stack that is to adopt them");
      const session = await openSession(options, [{ platform: definition.name, connection }]);
      const name: StackName = { stack, cwd };
      const contents = readStack(await stackState(name));
      const adoptions = await findAdoptions(session, query, contents);
      if (options.import !== undefined && adoptions.length > 0) {
        const ownPrefix = (): string => `urn:pulumi:${stack.split("/").at(-1)}::${projectName(cwd ?? ".")}`;
        await writeImport(options.import, session, adoptions, contents.urnPrefix ?? ownPrefix());
        const where = cwd === undefined ? "" : ` in ${cwd}`;
        tell(
          `wrote ${options.import}; add the program, and run${where}: pulumi import --file ${path.resolve(options.import)} ` +
            `--generate-code=false --protect=false --stack ${stack}`,
        );
      }
      if (options.json) {
        printJson(adoptions.map(({ resourceId, name: resource, args }) => ({ resourceId, name: resource, args })));
      } else if (adoptions.length > 0) {
        process.stdout.write(programOf(adoptions));
      }
      if (adoptions.length > 0) return;
      tell(`${stack} already manages every usable snapshot`);
      process.exitCode = EXIT.no;
    });
}
