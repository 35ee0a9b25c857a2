const LONGEST_NAME_BYTES = 200;
/** Device names that Windows reserves, with any extension. */
const devices = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

function cut(text: string): string {
  let short = text;
  while (Buffer.byteLength(short) > LONGEST_NAME_BYTES) short = short.slice(0, -1);
  return short.replace(/[\ud800-\udbff]$/, "");
}

/** Turns any text into one file name that is safe on every system and never leaves its folder. */
export function safeName(text: string): string {
  const clean = cut(text.replace(/[\p{C}<>:"/\\|?*]+/gu, "_").replace(/^ +/, "")).replace(/[. ]+$/, "");
  if (clean === "" || /^_+$/.test(clean)) return "file";
  return devices.test(clean) ? `_${clean}` : clean;
}

/** Returns the last part of a name that may be a path of any system. */
function lastPart(name: string): string {
  return (
    name
      .split(/[/\\]/)
      .filter((part) => !/^[. ]*$/.test(part))
      .at(-1) ?? ""
  );
}

/** Returns the extensions of a file name, such as `.sql.gz`. */
function endingsOf(name: string): string {
  return /(\.[a-z][a-z0-9]{0,7}){1,2}$/i.exec(lastPart(name))?.[0] ?? "";
}

/** Returns the default file name for a snapshot: its resource id and the extensions of the platform's file name. */
export function defaultName(resourceId: string, platformName = ""): string {
  const id = resourceId
    .split("/")
    .map((part) => decodeURIComponent(part).replace(/[^\w.+-]+/g, "_"))
    .join("-");
  return safeName(id.slice(0, 150)) + endingsOf(platformName);
}

/** Returns a safe name for each of the platform's file names, in order; no two are the same on any system. */
export function namesInFolder(platformNames: readonly string[]): string[] {
  const taken = new Set<string>();
  return platformNames.map((platformName) => {
    const name = safeName(lastPart(platformName));
    const endings = endingsOf(name);
    const stem = name.slice(0, name.length - endings.length);
    for (let count = 1; ; count++) {
      const one = count === 1 ? name : `${stem}-${count}${endings}`;
      const forms = [one, `${one}.part`, `${one}.part.json`].map((form) => form.normalize("NFC").toLowerCase());
      if (forms.some((form) => taken.has(form))) continue;
      for (const form of forms) taken.add(form);
      return one;
    }
  });
}
