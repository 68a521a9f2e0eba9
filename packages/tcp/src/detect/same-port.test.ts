import { once } from "node:events";
import { connect as connectPlain, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";
import { connect as connectTls, createSecureContext, TLSSocket } from "node:tls";

import { Context, route, stack } from "@pagoda/core";
import type { Service } from "@pagoda/core";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { Connection } from "../connection.ts";
import { detect } from "./detect.ts";
import type { Detected } from "./detection.ts";

const kafka = Buffer.from("000000140012000200000001000a636f6e73756d65722d31", "hex");
const http = Buffer.from("GET / HTTP/1.1\r\nHost: kafka.test\r\n\r\n");

/** Takes TLS off, and says the server name that was asked for. */
function terminated(inner: Service<Connection, void>, key: string, cert: string): Service<Connection, void> {
  const secureContext = createSecureContext({ key, cert });
  return {
    call: async (connection, cx) => {
      const stream = new TLSSocket(connection.stream, { isServer: true, secureContext });
      await once(stream, "secure");
      connection.secure(stream, {
        version: stream.getProtocol() ?? "",
        cipher: stream.getCipher().name,
        serverName: undefined,
        alpn: undefined,
        authorized: false,
        peerSubject: undefined,
      });
      await inner.call(connection, cx);
    },
  };
}

/** Says what was found, and what came after it was. */
const report: Service<Connection & Detected, void> = {
  call: async ({ stream, detected, tls }) => {
    const came = await text(stream);
    stream.end(
      `${detected.protocol} ${tls === undefined ? "in the clear" : tls.version}, ${came.length} bytes`,
    );
  },
};

describe("TLS and plain text on one port", () => {
  const server = createServer({ allowHalfOpen: true });
  const detected: (string | undefined)[] = [];
  let port = 0;
  let cert = "";

  beforeAll(async () => {
    const pair = await generate([{ name: "commonName", value: "kafka.test" }], {
      keyType: "ec",
      algorithm: "sha256",
    });
    cert = pair.cert;
    const inTls = stack<Connection, void>().push(detect()).service(report);
    const service = stack<Connection, void>()
      .push(detect({ onDetected: (_, { serverName }) => detected.push(serverName) }))
      .push(
        route({
          when: (connection) => connection.detected.protocol === "tls",
          to: terminated(inTls, pair.private, cert),
        }),
      )
      .service(report);
    server.on("connection", (socket) => {
      const place = { host: "127.0.0.1", port: 0 };
      const connection = new Connection(socket, { local: place, remote: place, listener: "main" });
      service
        .call(connection, Context.background())
        .catch((error: Error) => connection.close("io_error", error));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  });

  afterAll(() => {
    server.close();
  });

  const inTheClear = (): Socket => connectPlain({ port, host: "127.0.0.1", allowHalfOpen: true });
  const inTls = (): Socket => connectTls({ socket: inTheClear(), servername: "kafka.test", ca: cert });

  it.each([
    ["kafka in the clear, 24 bytes", inTheClear, kafka],
    ["http in the clear, 36 bytes", inTheClear, http],
    ["kafka TLSv1.3, 24 bytes", inTls, kafka],
    ["http TLSv1.3, 36 bytes", inTls, http],
  ])("finds %s", async (found, open, bytes) => {
    detected.length = 0;
    const client = open();
    client.end(bytes);
    expect(await text(client)).toBe(found);
    expect(detected).toEqual([open === inTls ? "kafka.test" : undefined]);
  });
});
