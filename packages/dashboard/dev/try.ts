// Goes through what changes with the server, in a browser: token, no traffic, restart, search, filters.
//   node --conditions=@pagoda/source packages/dashboard/dev/try.ts
import assert from "node:assert/strict";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { chromium } from "playwright-core";

import { startFakeAdmin } from "./fake-admin.ts";

function stop(server: Server): void {
  server.closeAllConnections();
  server.close();
}

const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const page = await browser.newPage();
page.setDefaultTimeout(20_000);

let server = await startFakeAdmin({ port: 0, token: "s3cret" });
const { port } = server.address() as AddressInfo;
const url = `http://127.0.0.1:${port}/ui/`;

await page.goto(url);
await page.getByRole("textbox", { name: "Token" }).fill("s3cret");
await page.getByRole("button", { name: "Continue" }).click();
await page.getByRole("link", { name: "POST /checkout" }).first().waitFor();
console.log("asks for the token, and goes on with it");

stop(server);
await page.getByText(/Stale since/).waitFor();
server = await startFakeAdmin({ port, token: "s3cret" });
await page.getByText(/Stale since/).waitFor({ state: "detached" });
console.log("says stale when the proxy goes, and goes on when it is back");

await page.keyboard.press("Control+k");
await page.getByRole("combobox").fill("billing");
await page.keyboard.press("Enter");
await page.getByRole("heading", { level: 1, name: /billing/ }).waitFor();
console.log("finds a group by its name");

await page.goto(`${url}#/topics`);
await page.getByRole("searchbox", { name: "Filter Topics" }).fill("READINGS");
assert.equal(await page.locator("tbody tr").count(), 1);
await page.getByRole("searchbox", { name: "Filter Topics" }).fill("");
await page.getByRole("button", { name: "Prod/s" }).focus();
await page.keyboard.press("Enter");
assert.equal(await page.locator("tbody th a").first().textContent(), "sensor.readings.v2");
await page.reload();
await page.getByRole("heading", { level: 1, name: "Topics" }).waitFor();
console.log("filters, sorts by keyboard, and stays on a reload");
stop(server);

server = await startFakeAdmin({ port, token: "s3cret", empty: true });
await page.goto(`${url}#/overview`);
await page.getByText("kcat -b 127.0.0.1:19092 -L", { exact: true }).waitFor();
console.log("says the three lines that somebody needs when there is no traffic");

await browser.close();
stop(server);
