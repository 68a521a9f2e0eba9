import { startCluster } from "@pagoda/kafka/testing";
import type { MemoryCluster } from "@pagoda/kafka/testing";
import type { Browser } from "playwright-core";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";

import { demoTopics, startDemoTraffic } from "../../packages/proxy/src/demo/traffic.ts";
import type { DemoTraffic } from "../../packages/proxy/src/demo/traffic.ts";
import { describeWith } from "../support/needs.ts";
import { startPagoda } from "../support/pagoda.ts";
import type { PagodaProcess } from "../support/pagoda.ts";
import { look, seriousFindings, startBrowser } from "./browser.ts";

const views = [
  ["overview", "Overview"],
  ["topics", "Topics"],
  ["clients", "Clients"],
  ["groups", "Groups"],
  ["brokers", "Brokers"],
  ["apis", "APIs"],
  ["layers", "Layers"],
  ["connections", "Connections"],
  ["tap", "Live tap"],
  ["config", "Configuration"],
  ["topics/main/orders", "orders"],
  ["clients/main/checkout", "checkout"],
  ["groups/main/billing", "billing"],
] as const;

describeWith(["chromium"], "the dashboard", () => {
  let cluster: MemoryCluster;
  let proxy: PagodaProcess;
  let traffic: DemoTraffic;
  let browser: Browser;

  beforeAll(async () => {
    cluster = await startCluster({ brokers: 3, topics: demoTopics });
    proxy = await startPagoda(["--bootstrap", cluster.bootstrap]);
    traffic = startDemoTraffic(proxy.address);
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await traffic?.[Symbol.asyncDispose]();
    await proxy?.[Symbol.asyncDispose]();
    await cluster?.close();
  });

  it("shows who sends records to whom, and goes on showing it", async () => {
    const { page, complaints } = await look(browser);
    await page.goto(`${proxy.admin}/`);
    expect(new URL(page.url()).pathname).toBe("/ui/");
    for (const name of ["checkout", "orders", "billing", "search", "payments", "ledger"]) {
      await page
        .getByRole("link", { name: new RegExp(name) })
        .first()
        .waitFor();
    }
    const uptime = page.locator(".top-facts");
    const before = await uptime.textContent();
    await expect.poll(() => uptime.textContent(), { timeout: 20_000 }).not.toBe(before);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it.each([
    { width: 1_280, colours: "light" },
    { width: 1_280, colours: "dark" },
    { width: 390, colours: "dark" },
  ] as const)("has views that anybody can use, at $width pixels, $colours", async (how) => {
    const { page, complaints } = await look(browser, how);
    await page.goto(`${proxy.admin}/ui/`);
    await page
      .getByRole("link", { name: /billing/ })
      .first()
      .waitFor();
    for (const [path, title] of views) {
      await page.goto(`${proxy.admin}/ui/#/${path}`);
      await page.getByRole("heading", { level: 1, name: title }).waitFor();
      // What axe finds has to do with colours and words; narrow pages differ in two kinds of view.
      if (how.width > 390 || path === "overview" || path === "groups/main/billing") {
        expect([path, await seriousFindings(page, how.colours)]).toEqual([path, []]);
      }
      const surplus = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      expect([path, surplus]).toEqual([path, 0]);
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("is gone through by its links, and by the keyboard", async () => {
    const { page } = await look(browser);
    await page.goto(`${proxy.admin}/ui/`);
    await page.getByRole("navigation").getByRole("link", { name: "Groups" }).click();
    await page.getByRole("heading", { level: 1, name: "Groups" }).waitFor();
    expect(page.url()).toContain("#/groups");
    await page.getByRole("link", { name: "billing" }).first().click();
    await page.getByRole("heading", { level: 1, name: /billing/ }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: /Search/ }).fill("payments");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: /payments/ }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: /billing/ }).waitFor();
    await page.context().close();
  });

  it("filters and sorts a table, and says the command for it", async () => {
    const { page } = await look(browser);
    await page.goto(`${proxy.admin}/ui/#/topics`);
    const rows = page.getByRole("table").getByRole("row");
    await page.getByRole("link", { name: "payments" }).waitFor();
    await page.getByRole("searchbox").or(page.getByPlaceholder("Filter")).first().fill("pay");
    await expect.poll(() => rows.count()).toBe(2);
    await page.getByRole("searchbox").or(page.getByPlaceholder("Filter")).first().fill("");
    await expect.poll(() => rows.count()).toBe(1 + Object.keys(demoTopics).length);
    const head = page.getByRole("columnheader", { name: /Topic/ });
    await head.getByRole("button").click();
    const first = await head.getAttribute("aria-sort");
    await head.getByRole("button").click();
    await expect.poll(() => head.getAttribute("aria-sort")).not.toBe(first);
    expect(await page.locator(".command code").textContent()).toMatch(/^pagoda stat topics/);
    await page.context().close();
  });

  it("taps what the filter says, and opens what was caught", async () => {
    const { page, complaints } = await look(browser);
    await page.goto(`${proxy.admin}/ui/#/tap?api=Produce&topic=orders`);
    await page.getByRole("button", { name: /Start/ }).click();
    const caught = page.getByRole("row").filter({ hasText: "Produce" });
    await expect.poll(() => caught.count(), { timeout: 20_000 }).toBeGreaterThan(1);
    await page.getByRole("button", { name: /Stop/ }).click();
    expect(await page.getByRole("row").filter({ hasText: "Fetch" }).count()).toBe(0);
    expect(await caught.first().textContent()).toContain("checkout");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("draws what passes on one connection", async () => {
    const { page, complaints } = await look(browser);
    await page.goto(`${proxy.admin}/ui/#/connections`);
    await page.getByRole("row").filter({ hasText: "checkout" }).first().getByRole("link").first().click();
    await page
      .getByRole("img", { name: /sequence|exchange|connection/i })
      .first()
      .waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describeWith(["chromium"], "the dashboard of a proxy", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  it("says what to do next where nothing has passed yet", async () => {
    await using cluster = await startCluster({ brokers: 1 });
    await using proxy = await startPagoda(["--bootstrap", cluster.bootstrap]);
    const { page } = await look(browser);
    await page.goto(`${proxy.admin}/ui/`);
    for (const line of [
      `bootstrap.servers=${proxy.address}`,
      `kcat -b ${proxy.address} -L`,
      "npx pagoda demo",
    ]) {
      await page.getByText(line, { exact: true }).waitFor();
    }
    expect(await seriousFindings(page, "light")).toEqual([]);
    await page.context().close();
  });

  it("says that it is stale while the proxy is gone, and follows the next one", async () => {
    await using cluster = await startCluster({ brokers: 1 });
    const { page } = await look(browser);
    const first = await startPagoda(["--bootstrap", cluster.bootstrap]);
    const ports = ["--listen", first.address, "--admin", new URL(first.admin).host];
    await page.goto(`${first.admin}/ui/`);
    await page.getByText("serving").waitFor();
    await first[Symbol.asyncDispose]();
    await page
      .getByRole("status")
      .getByText(/Stale since/)
      .waitFor();
    await using second = await startPagoda(["--bootstrap", cluster.bootstrap, ...ports]);
    expect(second.admin).toBe(first.admin);
    await page
      .getByRole("status")
      .getByText(/Stale since/)
      .waitFor({ state: "detached", timeout: 40_000 });
    await page.context().close();
  });

  it("asks for the token where there is one, and goes on with it", async () => {
    await using cluster = await startCluster({ brokers: 1 });
    const token = "sixteen-characters-or-more";
    const folder = mkdtempSync(join(tmpdir(), "pagoda-token-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const config = join(folder, "pagoda.yaml");
    writeFileSync(
      config,
      `clusters: { one: { bootstrap: "${cluster.bootstrap}" } }\nadmin: { token: ${token} }\n`,
    );
    await using proxy = await startPagoda(["-c", config]);
    const { page } = await look(browser);
    await page.goto(`${proxy.admin}/ui/`);
    const field = page.getByRole("textbox", { name: "Token" });
    await field.fill(token);
    await page.getByRole("button", { name: "Continue" }).click();
    await field.waitFor({ state: "hidden" });
    await page.getByText("kcat -b").waitFor();
    expect(await seriousFindings(page, "light")).toEqual([]);
    await page.context().close();
  });
});
