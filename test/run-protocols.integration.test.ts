import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { certificateFiles } from "./support/certificates.ts";
import type { CertificateFiles } from "./support/certificates.ts";
import { eventually } from "./support/eventually.ts";
import { scrape } from "./support/metrics.ts";
import { startPagoda } from "./support/pagoda.ts";

const exec = promisify(execFile);

/** One binary, one flag: what passes through is told from the first bytes. */
describe("pagoda run, detecting", () => {
  const servers: Server[] = [];
  let http: string;
  let tls: string;
  let files: CertificateFiles;
  let echo: string;

  beforeAll(async () => {
    files = await certificateFiles("localhost");
    http = await listening(
      createHttpServer((request, response) => response.end(`you asked for ${request.url}`)),
    );
    tls = await listening(createTlsServer(files, (socket) => socket.end("secret")));
    echo = await listening(createServer((socket) => socket.pipe(socket)));
  });

  afterAll(async () => {
    for (const server of servers) server.close();
  });

  async function listening(server: Server): Promise<string> {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    servers.push(server);
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it("forwards HTTP for curl, and counts it as http", async () => {
    await using proxy = await startPagoda(["--upstream", http]);
    const { stdout } = await exec("curl", ["-sS", "--max-time", "10", `http://${proxy.address}/hello`]);
    expect(stdout).toBe("you asked for /hello");
    const sum = await scrape(proxy.admin);
    expect(sum("pagoda_protocol_detections_total", { protocol: "http", source: "peek" })).toBe(1);
  });

  it("forwards TLS untouched, and counts it as tls", async () => {
    await using proxy = await startPagoda(["--upstream", tls]);
    const socket = connectTls({ port: proxy.port, host: "127.0.0.1", ca: files.ca, servername: "localhost" });
    expect(await textOf(socket)).toBe("secret");
    const sum = await scrape(proxy.admin);
    expect(sum("pagoda_protocol_detections_total", { protocol: "tls", source: "peek" })).toBe(1);
  });

  it("forwards bytes of no known protocol, half-close included, and counts them to the byte", async () => {
    await using proxy = await startPagoda(["--upstream", echo]);
    const sent = Buffer.concat([Buffer.from([0xff, 0x00]), randomBytes(3_000_000)]);
    const socket = connect(proxy.port, "127.0.0.1");
    socket.end(sent);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).equals(sent)).toBe(true);
    const sum = await scrape(proxy.admin);
    expect(sum("pagoda_protocol_detections_total", { protocol: "unknown", source: "peek" })).toBe(1);
    for (const peer of ["src", "dst"]) {
      expect(sum("pagoda_tcp_read_bytes_total", { peer })).toBe(sent.length);
      expect(sum("pagoda_tcp_write_bytes_total", { peer })).toBe(sent.length);
    }
  });

  it("terminates TLS before an upstream in plain text", async () => {
    const flags = ["--tls-cert", files.certFile, "--tls-key", files.keyFile];
    await using proxy = await startPagoda(["--upstream", http, ...flags]);
    const socket = connectTls({ port: proxy.port, host: "127.0.0.1", ca: files.ca, servername: "localhost" });
    socket.write("GET /over-tls HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    expect(await textOf(socket)).toContain("you asked for /over-tls");
    const sum = await scrape(proxy.admin);
    expect(sum("pagoda_tcp_open_total", { peer: "src", tls: "true" })).toBe(1);
    expect(sum("pagoda_protocol_detections_total", { protocol: "http" })).toBe(1);
    expect(sum("pagoda_tls_certificate_expiry_timestamp_seconds")).toBeGreaterThan(Date.now() / 1_000);
  });

  it("speaks TLS to an upstream that wants it", async () => {
    const flags = [
      "--upstream-ca",
      files.caFile,
      "--upstream-server-name",
      "localhost",
      "--protocol",
      "opaque",
    ];
    await using proxy = await startPagoda(["--upstream", tls, ...flags]);
    expect(await textOf(connect(proxy.port, "127.0.0.1"))).toBe("secret");
  });

  it("tells live from ready, and stops being ready while it drains", async () => {
    await using proxy = await startPagoda(["--upstream", echo, "--drain-timeout", "30s"]);
    expect((await fetch(`${proxy.admin}/live`)).status).toBe(200);
    expect((await fetch(`${proxy.admin}/ready`)).status).toBe(200);
    const held = await heldOpen(proxy.port);
    proxy.signal("SIGTERM");
    await eventually(async () => expect((await fetch(`${proxy.admin}/ready`)).status).toBe(503));
    expect((await fetch(`${proxy.admin}/live`)).status).toBe(200);
    expect(await (await fetch(`${proxy.admin}/ready`)).text()).toContain("draining");
    held.end();
    expect(await proxy.exited).toBe(0);
  });

  it("exits at once on a second signal", async () => {
    await using proxy = await startPagoda(["--upstream", echo, "--drain-timeout", "10m"]);
    const held = await heldOpen(proxy.port);
    held.on("error", () => {});
    const chatter = setInterval(() => held.write("still here"), 50);
    proxy.signal("SIGTERM");
    await eventually(async () => expect(proxy.log.some(({ msg }) => msg === "draining")).toBe(true));
    proxy.signal("SIGTERM");
    expect(await proxy.exited).toBe(1);
    clearInterval(chatter);
    held.destroy();
  });
});

async function textOf(socket: Socket): Promise<string> {
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}

/** A connection through the proxy that has been echoed to, and stays open. */
async function heldOpen(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  // 0xff begins none of the protocols that are looked for.
  socket.write(Buffer.from([0xff]));
  await once(socket, "data");
  return socket;
}
