import path from "node:path";
import ts from "typescript";

/**
 * Returns TypeScript's messages about in-memory programs, by file, with this package's own sources: one message a line,
 * as `file:line message`. `options` override the settings that they are checked with.
 */
export function programMessages(programs: ReadonlyMap<string, string>, options: ts.CompilerOptions = {}): string[] {
  const all: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
    ...options,
    paths: { "pulumi-snapshots": [path.join(__dirname, "../../sdk/index.ts")], ...options.paths },
  };
  const host = ts.createCompilerHost(all);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => programs.has(file) || fileExists(file);
  host.readFile = (file) => programs.get(file) ?? readFile(file);
  host.getSourceFile = (file, language, ...others) => {
    const text = programs.get(file);
    return text === undefined
      ? getSourceFile(file, language, ...others)
      : ts.createSourceFile(file, text, language, true);
  };
  const program = ts.createProgram([...programs.keys()], all, host);
  return [...programs.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    return ts.getPreEmitDiagnostics(program, source).map(({ messageText, start }) => {
      const line = source?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0;
      return `${path.basename(file)}:${line + 1} ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
    });
  });
}
