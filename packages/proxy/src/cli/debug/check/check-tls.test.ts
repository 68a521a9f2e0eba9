import { clientTls } from "@pagoda/tcp";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { beforeAll, describe, expect, it } from "vitest";

import { testAuthority } from "../../../../../tcp/test/certificates.ts";
import type { TestAuthority, TestCertificate } from "../../../../../tcp/test/certificates.ts";
import { alike, cluster, linesOf, listening } from "../../../../test/support/check-lines.ts";
import { documented } from "../../../../test/support/run-command.ts";

describe("pagoda check and TLS", () => {
  let authority: TestAuthority;
  let certificate: TestCertificate;
  beforeAll(async () => {
    authority = await testAuthority();
    certificate = await authority.sign(["localhost", "127.0.0.1"]);
  });

  /** A TLS listener before a broker in memory, whose own address is the one that clients are told. */
  async function tlsBroker(shown: TestCertificate = certificate): Promise<string> {
    const { brokers } = await cluster({ brokers: 1 });
    const server = createTlsServer({ ...shown }, (socket) => pipeTo(socket, brokers[0]?.port ?? 0));
    server.on("tlsClientError", () => {});
    return listening(server);
  }

  it("says what a broker shows, and that the advertised listener speaks plain text", async () => {
    const address = await tlsBroker();
    const tls = await clientTls({ ca: authority.cert, reloadEveryMs: 0 });
    const lines = await linesOf(address, { tls });
    expect(lines.slice(0, 4)).toEqual([
      "√ tcp 127.0.0.1:PORT: it takes connections (1 ms)",
      "! tls 127.0.0.1:PORT: TLSv1.3, a certificate of localhost, signed by Pagoda test authority, good from DAY to DAY - renew it: 0 days left",
      expect.stringMatching(/^√ kafka 127\.0\.0\.1:PORT: like Kafka [\d.]+, \d+ APIs$/),
      "√ metadata 127.0.0.1:PORT: cluster 4L6g3nShT-eMCtK--X86sw, 1 broker, 0 topics, 0 partitions",
    ]);
    expect(lines[4]).toMatch(
      /^× broker 1 at 127\.0\.0\.1:PORT: it speaks plain text, and was asked for TLS - .*advertised\.listeners/,
    );
  });

  it("says that a broker speaks TLS when it is asked in plain text", async () => {
    const example = documented("check")[1];
    expect(await linesOf(await tlsBroker())).toEqual(example?.prints.trimEnd().split("\n").map(alike));
  });

  it("says that a broker speaks plain text when it is asked for TLS", async () => {
    const { bootstrap } = await cluster({ brokers: 1 });
    const tls = await clientTls({ ca: authority.cert, reloadEveryMs: 0 });
    expect((await linesOf(bootstrap, { tls })).at(-1)).toBe(
      "× tls 127.0.0.1:PORT: it speaks plain text, and was asked for TLS - leave --tls and --tls-ca out; in clients security.protocol=PLAINTEXT or SASL_PLAINTEXT",
    );
  });

  it("says who signed a certificate that is not trusted", async () => {
    const stranger = await testAuthority("another");
    const tls = await clientTls({ ca: stranger.cert, reloadEveryMs: 0 });
    expect((await linesOf(await tlsBroker(), { tls })).at(-1)).toBe(
      "× tls 127.0.0.1:PORT: TLS: no authority that is trusted here vouches for its certificate: give its CA; it shows a certificate of localhost, signed by Pagoda test authority, good from DAY to DAY, for DNS:localhost, IP Address:127.0.0.1 - give the authority that signed it (--tls-ca FILE), and a host name that is in the certificate",
    );
  });

  it("says that a certificate has expired", async () => {
    const old = await authority.sign(["127.0.0.1"], {
      from: new Date("2020-01-01"),
      to: new Date("2021-01-01"),
    });
    const tls = await clientTls({ ca: authority.cert, reloadEveryMs: 0 });
    expect((await linesOf(await tlsBroker(old), { tls })).at(-1)).toContain("its certificate has expired");
  });
});

function pipeTo(socket: Socket, port: number): void {
  const upstream = connect(port, "127.0.0.1");
  socket.on("error", () => upstream.destroy());
  upstream.on("error", () => socket.destroy());
  socket.pipe(upstream).pipe(socket);
}
