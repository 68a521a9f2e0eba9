import { Context } from "@pagoda/core";
import { once } from "node:events";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import type { TLSSocket } from "node:tls";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { testAuthority } from "../../test/certificates.ts";
import type { TestAuthority, TestCertificate } from "../../test/certificates.ts";
import type { Connection } from "../connection.ts";
import { memoryConnections } from "../testing/memory-connections.ts";
import { handshake } from "./handshake.ts";
import { serverTls } from "./server-tls.ts";
import type { ServerTls, ServerTlsOptions } from "./server-tls.ts";

let authority: TestAuthority;
let kafka: TestCertificate;
let wildcard: TestCertificate;
let folder: string;

beforeAll(async () => {
  authority = await testAuthority();
  kafka = await authority.sign(["kafka.local"]);
  wildcard = await authority.sign(["*.brokers.local"]);
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pagoda-tls-"));
});

const opened: Disposable[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) each[Symbol.dispose]();
  await rm(folder, { recursive: true });
});

async function build(options: Partial<ServerTlsOptions> = {}): Promise<ServerTls> {
  const built = await serverTls({ certificates: [kafka], reloadEveryMs: 0, ...options });
  opened.push(built);
  return built;
}

/** Opens a connection and speaks TLS on both its ends. */
async function speakTls(
  tls: ServerTls,
  servername: string,
): Promise<{ client: TLSSocket; server: Connection }> {
  const [near, server] = memoryConnections();
  const client = connectTls({ socket: near.stream, servername, rejectUnauthorized: false });
  client.on("error", () => {});
  await Promise.all([
    once(client, "secureConnect"),
    handshake(tls.server, server.stream, 60_000, Context.background()),
  ]);
  return { client, server };
}

/** The common name of the certificate that a client with this server name gets. */
async function served(tls: ServerTls, servername: string): Promise<string> {
  const { client, server } = await speakTls(tls, servername);
  const { subject } = client.getPeerCertificate();
  server.close("drain");
  return String(subject.CN);
}

describe("certificates served", () => {
  it("are chosen by the server name, the first for any other", async () => {
    const several = await build({ certificates: [kafka, wildcard] });
    expect(await served(several, "b-1.brokers.local")).toBe("*.brokers.local");
    expect(await served(several, "kafka.local")).toBe("kafka.local");
    expect(await served(several, "elsewhere.local")).toBe("kafka.local");
    expect(await served(several, "")).toBe("kafka.local");
  });

  it("know when the first of them expires", async () => {
    const to = new Date(Math.floor(Date.now() / 1000) * 1000 + 3_600_000);
    const soon = await authority.sign(["soon.local"], { to });
    const several = await build({ certificates: [kafka, soon] });
    expect(several.expiresAt).toEqual(to);
    expect(several.certificates.map(({ names }) => names[0])).toEqual(["kafka.local", "soon.local"]);
  });

  it("change for new connections when the files do, and stay when those are bad", async () => {
    const files = { cert: { file: join(folder, "tls.crt") }, key: { file: join(folder, "tls.key") } };
    const write = async ({ cert, key }: TestCertificate): Promise<void> => {
      await Promise.all([writeFile(files.cert.file, cert), writeFile(files.key.file, key)]);
    };
    await write(kafka);
    const store = await build({ certificates: [files] });
    const before = await speakTls(store, "kafka.local");

    await write(await authority.sign(["renewed.local"]));
    expect(await store.reload()).toEqual({ outcome: "reloaded" });
    expect(await served(store, "")).toBe("renewed.local");
    expect(await served(store, "renewed.local")).toBe("renewed.local");
    expect(before.server.transport.destroyed).toBe(false);

    await writeFile(files.key.file, kafka.key);
    expect(await store.reload()).toMatchObject({ outcome: "failed", error: { code: "BAD_CERTIFICATE" } });
    expect(await served(store, "")).toBe("renewed.local");
    before.server.close("drain");
  });

  it("change when a symbolic link is swapped, as Kubernetes does it", async () => {
    const publish = async (version: string, { cert, key }: TestCertificate): Promise<void> => {
      await mkdir(join(folder, version));
      await writeFile(join(folder, version, "tls.crt"), cert);
      await writeFile(join(folder, version, "tls.key"), key);
      await symlink(version, join(folder, "..data_tmp"));
      await rename(join(folder, "..data_tmp"), join(folder, "..data"));
    };
    await publish("..1", kafka);
    for (const name of ["tls.crt", "tls.key"]) await symlink(join("..data", name), join(folder, name));
    const store = await build({
      certificates: [{ cert: { file: join(folder, "tls.crt") }, key: { file: join(folder, "tls.key") } }],
      reloadEveryMs: 1,
    });
    const reloaded = new Promise((resolve) => {
      store.reloads.subscribe(resolve);
    });
    await publish("..2", await authority.sign(["swapped.local"]));
    expect(await reloaded).toEqual({ outcome: "reloaded" });
    expect(await served(store, "")).toBe("swapped.local");
    store[Symbol.dispose]();
  });

  it("are one or more", async () => {
    await expect(build({ certificates: [] })).rejects.toThrow("certificates must hold one or more, got none");
  });
});
