import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";

import { toolPath } from "../../scripts/tools.ts";

/** How a page is looked at. */
export interface Look {
  /** @default 1280 */
  readonly width?: number;
  /** @default "light" */
  readonly colours?: "light" | "dark";
}

/** A page, and what its console complained about. */
export interface Looked {
  readonly page: Page;
  readonly complaints: string[];
}

/** A headless browser that asks nobody but the page's server. */
export async function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: toolPath("chromium"),
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
  });
}

export async function look(
  browser: Browser,
  { width = 1_280, colours = "light" }: Look = {},
): Promise<Looked> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: colours });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { page, complaints };
}

/** What axe finds serious or worse; of a page that was looked at in light, dark changes the contrast. */
export async function seriousFindings(page: Page, colours: "light" | "dark"): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  if (colours === "dark") axe.withRules("color-contrast");
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}
