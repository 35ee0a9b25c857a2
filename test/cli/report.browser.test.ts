import { readFileSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { pageOf } from "../../sdk/cli/report/page";
import { sampleReport } from "./report-sample";

const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

let browser: Browser;
beforeAll(async () => {
  const args = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] || "/usr/bin/chromium", args });
}, 60_000);
afterAll(() => browser?.close());

interface Look {
  readonly width: number;
  readonly scheme: "light" | "dark";
}

async function opened({ width, scheme }: Look, markup: string): Promise<{ page: Page; requests: string[] }> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, offline: true });
  const page = await context.newPage();
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.setContent(markup);
  return { page, requests };
}

const sample = () => pageOf(sampleReport(), "0.0.0");

/** Returns how far a page overflows its width, and the violations that axe finds, with everything unfolded. */
async function problemsOf(page: Page): Promise<{ overflow: number; violations: string[] }> {
  await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })");
  const overflow = (await page.evaluate("document.documentElement.scrollWidth - innerWidth")) as number;
  await page.addScriptTag({ content: axe });
  const found = (await page.evaluate("axe.run()")) as {
    readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
    readonly passes: readonly unknown[];
  };
  expect(found.passes.length).toBeGreaterThan(10);
  return { overflow, violations: found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`) };
}

describe.each([
  { width: 390, scheme: "light" },
  { width: 390, scheme: "dark" },
  { width: 1280, scheme: "light" },
  { width: 1280, scheme: "dark" },
] as const)("a report, $width pixels wide and $scheme,", (look) => {
  it("fits, has no violation that axe finds, and asks for nothing", async () => {
    const { page, requests } = await opened(look, sample());
    expect(await problemsOf(page)).toEqual({ overflow: 0, violations: [] });
    expect(requests).toEqual([]);
    await page.context().close();
  }, 60_000);
});

it("has another background in the dark, and the same in print", async () => {
  const colour = async (page: Page) => page.evaluate("getComputedStyle(document.body).backgroundColor");
  const { page } = await opened({ width: 1280, scheme: "light" }, sample());
  const light = await colour(page);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await colour(page)).not.toBe(light);
  await page.emulateMedia({ colorScheme: "dark", media: "print" });
  expect(await colour(page)).toBe("rgb(255, 255, 255)");
  await page.context().close();
}, 60_000);

it("prints what is folded on the screen", async () => {
  const { page } = await opened({ width: 1280, scheme: "light" }, sample());
  const isShown = () => page.locator("details table").first().isVisible();
  expect(await isShown()).toBe(false);
  await page.emulateMedia({ media: "print" });
  expect(await isShown()).toBe(true);
  await page.context().close();
}, 60_000);

it("is reached with the keyboard alone: links to the targets, then what unfolds their snapshots", async () => {
  const { page } = await opened({ width: 390, scheme: "light" }, sample());
  const focused = () => page.evaluate("document.activeElement.tagName") as Promise<string>;
  await page.keyboard.press("Tab");
  expect(await focused()).toBe("A");
  await page.keyboard.press("Enter");
  const summary = page.locator("summary").first();
  await summary.focus();
  await page.keyboard.press("Enter");
  expect(await page.locator("details").first().getAttribute("open")).toBe("");
  await page.context().close();
}, 60_000);

it("names each timeline and says what it shows, without its picture", async () => {
  const { page } = await opened({ width: 1280, scheme: "light" }, sample());
  const picture = page.getByRole("img", { name: /^Timeline of volume 3f500f00/ });
  expect(await picture.count()).toBe(1);
  const description = await picture.locator("desc").textContent();
  expect(description).toMatch(/Kept: 7, the latest at .* Pruned next: 2, .* Missed: 1, .* Sizes from 104\.0 GiB to/);
  await page.context().close();
}, 60_000);

it("runs and builds nothing out of what a platform calls its snapshots", async () => {
  const evil = `"><img src=x onerror="document.title='owned'"><script>document.title='owned'</script><b>`;
  const report = sampleReport();
  const targets = report.targets.map((target) => ({
    ...target,
    id: evil,
    platformTitle: evil,
    snapshots: target.snapshots.map((snapshot) => ({ ...snapshot, snapshotId: evil, because: evil, sizeText: evil })),
  }));
  const count = async (markup: string) => {
    const { page } = await opened({ width: 1280, scheme: "light" }, markup);
    const counted = await page.evaluate(
      "[document.querySelectorAll('*').length, document.scripts.length, document.title]",
    );
    await page.context().close();
    return counted as [number, number, string];
  };
  const harmless = targets.map((target) => ({
    ...target,
    id: "id",
    platformTitle: "title",
    snapshots: target.snapshots.map((snapshot) => ({ ...snapshot, snapshotId: "s", because: "b", sizeText: "1" })),
  }));
  const [elements, scripts, title] = await count(pageOf({ ...report, targets }, "0.0.0"));
  expect([scripts, title]).toEqual([0, "Backup report, 2026-11-21 20:00 UTC"]);
  expect(elements).toBe((await count(pageOf({ ...report, targets: harmless }, "0.0.0")))[0]);
}, 60_000);
