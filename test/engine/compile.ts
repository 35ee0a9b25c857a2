import { join } from "node:path";
import typescript from "typescript";

/** Declarations of packages, read once for all programs of a test file. */
const read = new Map<string, typescript.SourceFile | undefined>();

/**
 * Returns TypeScript's messages about a program, with its own tsconfig.json, and about the package that it imports: one
 * message a line, as `file:line message`.
 */
export function compilerMessages(directory: string): string[] {
  const onFailure = { ...typescript.sys, onUnRecoverableConfigFileDiagnostic: () => undefined };
  const parsed = typescript.getParsedCommandLineOfConfigFile(join(directory, "tsconfig.json"), {}, onFailure);
  if (parsed === undefined) return ["tsconfig.json can't be read"];
  const host = typescript.createCompilerHost(parsed.options);
  const program = typescript.createProgram(parsed.fileNames, parsed.options, {
    ...host,
    getSourceFile(fileName, ...rest) {
      if (fileName.startsWith(directory)) return host.getSourceFile(fileName, ...rest);
      if (!read.has(fileName)) read.set(fileName, host.getSourceFile(fileName, ...rest));
      return read.get(fileName);
    },
  });
  const files = program.getSourceFiles();
  const own = files.filter(({ fileName }) => fileName.startsWith(directory));
  const ours = files.filter(({ fileName }) => fileName.includes("/node_modules/pulumi-snapshots/"));
  expect(own.length).toBeGreaterThan(0);
  expect(ours.length).toBeGreaterThan(0);
  const diagnostics = [
    ...parsed.errors,
    ...program.getOptionsDiagnostics(),
    ...[...own, ...ours].flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]),
  ];
  return diagnostics.map(({ file, start, messageText }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
    return `${file?.fileName}:${line} ${typescript.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

/** Settings that the docs recommend for a program. */
export const TSCONFIG = {
  compilerOptions: { module: "nodenext", moduleResolution: "nodenext", target: "es2022", strict: true, noEmit: true },
  files: ["program.ts"],
};
