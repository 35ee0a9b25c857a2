import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { pages, proseOf, root, textOf } from "./pages";

/** Anchors of a page as GitHub generates them: its headings in lower case, without punctuation, hyphens for spaces. */
function anchorsOf(page: string): Set<string> {
  const seen = new Map<string, number>();
  const headings = [...proseOf(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
  return new Set(
    headings.map((anchor) => {
      const times = seen.get(anchor) ?? 0;
      seen.set(anchor, times + 1);
      return times === 0 ? anchor : `${anchor}-${times}`;
    }),
  );
}

/** Targets of a page's links within the repository. */
function linksOf(page: string): string[] {
  const prose = proseOf(page).replaceAll(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link).filter((link) => !/^https?:/.test(link));
}

test.each(pages)("the links of %s lead somewhere", (page) => {
  const broken = linksOf(page).filter((link) => {
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? page : path.posix.join(path.posix.dirname(page), decodeURIComponent(file));
    if (target.startsWith("..") || !existsSync(path.join(root, target))) return true;
    if (anchor === undefined) return false;
    return !target.endsWith(".md") || !anchorsOf(target).has(anchor);
  });
  expect(broken).toEqual([]);
});

describe("the pages of docs", () => {
  const guides = pages.filter((page) => page.startsWith("docs/") && page !== "docs/README.md");

  it("are all in the index, and the index in README", () => {
    const listed = linksOf("docs/README.md").map((link) => path.posix.join("docs", link));
    expect(guides.filter((page) => !listed.includes(page))).toEqual(
      // Written by `npm run bench`, and linked if it exists.
      guides.includes("docs/performance.md") && !listed.includes("docs/performance.md") ? ["docs/performance.md"] : [],
    );
    expect(linksOf("README.md")).toContain("docs/README.md");
  });

  it("say near their top what they were verified against, where they speak of platforms", () => {
    const others = ["docs/alternatives.md", "docs/packaging.md", "docs/performance.md", "docs/what-happens-when.md"];
    for (const page of ["README.md", ...guides.filter((one) => !others.includes(one))]) {
      const top = textOf(page).split("\n").slice(0, 15).join(" ").toLowerCase();
      expect([page, top]).toEqual([
        page,
        expect.stringMatching(/verified against emulators|emulators of their apis only/),
      ]);
    }
  });

  it("have no block that nothing generates, and none that is left open", () => {
    const generator = readFileSync(path.join(root, "scripts/generate-docs.js"), "utf8");
    for (const page of pages) {
      const marks = [...textOf(page).matchAll(/^<!-- (\/?)([a-z-]+) -->$/gm)].map(([, end, name]) => `${end}${name}`);
      const starts = marks.filter((mark) => !mark.startsWith("/"));
      expect([page, marks]).toEqual([page, starts.flatMap((name) => [name, `/${name}`])]);
      for (const name of starts) expect(generator).toMatch(new RegExp(`^  "?${name}"?:`, "m"));
    }
  });

  it("name files of the repository that exist", () => {
    for (const page of pages) {
      const named = [
        ...textOf(page).matchAll(/`((?:docs|examples|scripts|test|sdk|provider|emulator)\/[\w./-]+\.\w+)`/g),
      ];
      const missing = named.map(([, file = ""]) => file).filter((file) => !existsSync(path.join(root, file)));
      expect([page, missing.filter((file) => file !== "docs/performance.md")]).toEqual([page, []]);
    }
    expect(statSync(path.join(root, "docs/README.md")).isFile()).toBe(true);
  });
});
