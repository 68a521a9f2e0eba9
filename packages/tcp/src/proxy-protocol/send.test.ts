import { Context, stack } from "@pagoda/core";
import { mockService } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import type { ConnectTarget } from "../connect.ts";
import type { Connection } from "../connection.ts";
import { memoryConnections } from "../testing/memory-connections.ts";
import { tlvTypes } from "./header.ts";
import { parseProxyHeader } from "./parse.ts";
import { proxyHeaderFor, sendProxyHeader } from "./send.ts";
import type { ClientTarget } from "./send.ts";

describe("sendProxyHeader", () => {
  it("gives the connector a header that says who the client is", async () => {
    const [, client] = memoryConnections();
    const connector = mockService<ConnectTarget, Connection>();
    const upstream = stack<ClientTarget, Connection>().push(sendProxyHeader()).service(connector.service);
    const answer = upstream.call({ host: "kafka.local", port: 9092, client }, Context.background());
    const call = await connector.call(0);
    const { preamble = new Uint8Array(), ...target } = call.request;
    expect(target).toEqual({ host: "kafka.local", port: 9092 });
    expect(parseProxyHeader(Buffer.from(preamble))).toMatchObject({
      header: { version: 2, addresses: { family: "inet", source: client.remote, destination: client.local } },
    });
    const [connection] = memoryConnections();
    call.respond(connection);
    expect(await answer).toBe(connection);
  });
});

describe("proxyHeaderFor", () => {
  it("speaks version 1 when asked to", () => {
    const [, client] = memoryConnections();
    expect(String(proxyHeaderFor(client, { version: 1 }))).toBe(
      "PROXY TCP4 192.0.2.1 192.0.2.2 50000 9092\r\n",
    );
  });

  it("sends extensions", () => {
    const [, client] = memoryConnections();
    const tlvs = [{ type: tlvTypes.uniqueId, value: Uint8Array.of(client.id) }];
    const bytes = proxyHeaderFor(client, { tlvsOf: () => tlvs, checksum: true });
    expect(parseProxyHeader(bytes)).toMatchObject({ header: { tlvs } });
  });

  it("claims nothing of a client that is known by name alone", () => {
    const [, client] = memoryConnections({ client: { host: "somewhere", port: 1 } });
    expect(parseProxyHeader(proxyHeaderFor(client))).toMatchObject({
      header: { transport: "unspec", addresses: { family: "unspec" } },
    });
  });
});
