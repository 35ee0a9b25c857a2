import { readFileSync } from "node:fs";
import path from "node:path";

/** Documented body from `test/platforms/<platform>/fixtures`. */
export function fixture<Body>(platform: string, name: string): Body {
  const file = path.join(__dirname, "..", "platforms", platform, "fixtures", `${name}.json`);
  return JSON.parse(readFileSync(file, "utf8")) as Body;
}
