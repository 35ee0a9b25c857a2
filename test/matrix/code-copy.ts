import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";

const root = join(__dirname, "..", "..");
/** Folders that the matrix needs: the provider's code, and its own. */
const folders = ["provider", "emulator", "sdk", "test/matrix", "test/http"];

/** One place in the provider's code, and its replacement. */
export interface Break {
  readonly file: string;
  readonly line: string;
  readonly instead: string;
}

const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023, esModuleInterop: true };

/** Compiled code, by its source text: copies differ from each other in one line. */
const compiledTexts = new Map<string, string>();

function compiled(text: string): string {
  const known = compiledTexts.get(text);
  if (known !== undefined) return known;
  const { outputText } = ts.transpileModule(text, { compilerOptions });
  compiledTexts.set(text, outputText);
  return outputText;
}

/** Copies the code to `folder` for plain Node.js, with one line replaced if requested. */
export function copyCode(folder: string, broken?: Break): void {
  const sources = folders.flatMap((name) =>
    readdirSync(join(root, name), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
      .map((file) => join(name, file)),
  );
  for (const name of sources) {
    let text = readFileSync(join(root, name), "utf8");
    if (broken !== undefined && name === join(broken.file)) {
      if (text.split(broken.line).length !== 2) {
        throw new Error(`${broken.file} does not hold exactly once: ${broken.line}`);
      }
      text = text.replace(broken.line, () => broken.instead);
    }
    const copy = join(folder, name.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(copy), { recursive: true });
    writeFileSync(copy, compiled(text));
  }
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
}
