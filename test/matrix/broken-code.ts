import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import type { ProviderCode } from "./engine-stack";

const root = join(__dirname, "..", "..");

/** One place in the provider's code, and what is put there instead. */
export interface Break {
  readonly file: string;
  readonly line: string;
  readonly instead: string;
}

/** A copy of the provider's code in `folder`, with one line of it replaced. */
export function breakCode(folder: string, { file, line, instead }: Break): ProviderCode {
  const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023, esModuleInterop: true };
  const sources = readdirSync(join(root, "provider"), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  for (const name of sources) {
    let text = readFileSync(join(root, "provider", name), "utf8");
    if (join("provider", name) === join(file)) {
      if (text.split(line).length !== 2) throw new Error(`${file} does not hold exactly once: ${line}`);
      text = text.replace(line, () => instead);
    }
    const copy = join(folder, "provider", name.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(copy), { recursive: true });
    writeFileSync(copy, ts.transpileModule(text, { compilerOptions: options }).outputText);
  }
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return {
    runtime: require(join(folder, "provider", "dynamic", "runtime.js")) as ProviderCode["runtime"],
    journal: require(join(folder, "provider", "dynamic", "journal.js")) as ProviderCode["journal"],
  };
}
