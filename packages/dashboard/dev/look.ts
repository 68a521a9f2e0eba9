// Looks at every view in a browser: saves pictures, and prints what axe and the console complain of.
//   node --conditions=@pagoda/source packages/dashboard/dev/look.ts FOLDER
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";
import type { Page } from "playwright-core";
import { mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { startFakeAdmin } from "./fake-admin.ts";

const folder = process.argv[2] ?? "screenshots";
mkdirSync(folder, { recursive: true });

const views: Readonly<Record<string, string>> = {
  overview: "#/overview",
  topics: "#/topics",
  topic: "#/topics/main/orders",
  clients: "#/clients",
  client: "#/clients/main/legacy-etl",
  groups: "#/groups",
  group: "#/groups/main/search",
  brokers: "#/brokers",
  apis: "#/apis",
  layers: "#/layers",
  connections: "#/connections",
  connection: "#/connections/7",
  tap: "#/tap",
  config: "#/config",
  edge: "#/edge/produce/client/checkout/topic/orders",
};

const server = await startFakeAdmin({ port: 0 });
const { port } = server.address() as AddressInfo;
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});

async function look(page: Page, name: string, hash: string, suffix: string): Promise<void> {
  await page.goto(`http://127.0.0.1:${port}/ui/${hash}`);
  await page.waitForSelector("main h1");
  if (name === "tap") await page.getByRole("button", { name: "Start" }).click();
  await page.waitForTimeout(2_500);
  if (name === "tap") await page.locator("button.expand").nth(3).click();
  await page.screenshot({ path: join(folder, `${name}-${suffix}.png`), fullPage: true });
  const { violations } = await new AxeBuilder({ page }).analyze();
  for (const { id, impact, nodes } of violations) {
    console.log(
      `${name}-${suffix}: ${impact} ${id}: ${nodes
        .map(({ html }) => html.slice(0, 150))
        .slice(0, 3)
        .join(" | ")}`,
    );
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) console.log(`${name}-${suffix}: ${wide} px wider than the window`);
}

for (const [suffix, colorScheme, width] of [
  ["light-1280", "light", 1_280],
  ["dark-390", "dark", 390],
  ["dark-1280", "dark", 1_280],
  ["light-390", "light", 390],
] as const) {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") console.log(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => console.log(`page: ${error.message}`));
  const only = process.argv[3]?.split(",");
  for (const [name, hash] of Object.entries(views)) {
    if (only === undefined || only.includes(name)) await look(page, name, hash, suffix);
  }
  await context.close();
}
await browser.close();
server.closeAllConnections();
server.close();
