/**
 * Captures what real clients send first, and writes first-bytes.ts. By hand, from this folder:
 *
 * ```sh
 * node regenerate.ts                                # kcat, curl, openssl, psql, redis-cli, ssh
 * KAFKA_CLASSPATH='…/libs/*' node regenerate.ts     # and the Java client of a Kafka release
 * ```
 *
 * Without a tool its old bytes are kept. Hellos hold random bytes: no two runs are the same.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

import { firstBytes } from "./first-bytes.ts";
import type { FirstBytes } from "./first-bytes.ts";

const kcat = "kcat -L -b 127.0.0.1:PORT";
const kcat09 = `${kcat} -X api.version.request=false -X broker.version.fallback=0.9.0`;
const kafkajs = (options: string): string =>
  `node -e new(require("kafkajs").Kafka)({brokers:["127.0.0.1:PORT"]${options}}).admin().connect()`;
const platformatic =
  'node -e new(require("@platformatic/kafka").Admin)({clientId:"admin-1",bootstrapBrokers:["127.0.0.1:PORT"]}).metadata({})';
const java = `java -cp ${process.env["KAFKA_CLASSPATH"] ?? ""} org.apache.kafka.tools.TopicCommand`;
const openssl = "openssl s_client -connect 127.0.0.1:PORT";
// A hello of more than the 512 bytes that the client puts in one record.
const manyProtocols = Array.from({ length: 60 }, (_, n) => `protocol-${n}`).join(",");
const psql = "psql postgres://alice@127.0.0.1:PORT/orders?gssencmode=disable";

const captures: readonly (readonly [protocol: FirstBytes["protocol"], client: string, command: string])[] = [
  ["kafka", "kcat", kcat],
  ["kafka", "kcat, as to Kafka 0.9, which has no ApiVersions", kcat09],
  ["kafka", "kafkajs", kafkajs("")],
  ["kafka", "kafkajs without a client id", kafkajs(",clientId:null")],
  ["kafka", "kafkajs with a client id beyond ASCII", kafkajs(',clientId:"zähler-日本"')],
  ["kafka", "@platformatic/kafka", platformatic],
  ["kafka", "Java", `${java} --list --bootstrap-server 127.0.0.1:PORT`],
  ["http", "curl", "curl http://127.0.0.1:PORT/"],
  ["http", "curl, HTTP/1.0", "curl --http1.0 http://127.0.0.1:PORT/"],
  ["http", "curl, an upgrade to HTTP/2", "curl --http2 http://127.0.0.1:PORT/"],
  ["http", "curl, a WebDAV method", "curl -X PROPFIND http://127.0.0.1:PORT/dav/"],
  ["http", "curl, the server itself", "curl -X OPTIONS --request-target * http://127.0.0.1:PORT"],
  ["http", "curl to a proxy", "curl -x 127.0.0.1:PORT http://example.com/a?b=c"],
  ["http", "curl, a tunnel through a proxy", "curl -x 127.0.0.1:PORT https://example.com/"],
  ["http", "curl, HTTP/2", "curl --http2-prior-knowledge http://127.0.0.1:PORT/"],
  ["tls", "curl", "curl --connect-to ::127.0.0.1:PORT https://example.com/"],
  ["tls", "openssl", `${openssl} -servername Kafka.Example.com -alpn kafka,h2`],
  ["tls", "openssl, TLS 1.2, neither SNI nor ALPN", `${openssl} -noservername -tls1_2`],
  [
    "tls",
    "openssl, two records",
    `${openssl} -servername b-1.test -max_send_frag 512 -alpn ${manyProtocols}`,
  ],
  ["tls", "node", 'node -e require("tls").connect({port:PORT,servername:"node.test"})'],
  ["other", "psql, asking for TLS", psql],
  ["other", "psql", `${psql}&sslmode=disable`],
  ["other", "redis-cli", "redis-cli -h 127.0.0.1 -p PORT PING"],
  ["other", "ssh", "ssh -o BatchMode=yes -p PORT 127.0.0.1"],
];

/** Runs a command until a connection of it has spoken and been quiet for a while; empty if none does. */
async function capture(command: string): Promise<Buffer> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const [tool = "", ...args] = command.replaceAll("PORT", String(port)).split(" ");
  const client = spawn(tool, args, { stdio: "ignore" });
  try {
    return await new Promise<Buffer>((resolve) => {
      client.on("error", () => resolve(Buffer.alloc(0)));
      client.on("exit", () => resolve(Buffer.alloc(0)));
      setTimeout(() => resolve(Buffer.alloc(0)), 10_000).unref();
      server.on("connection", (socket) => {
        const chunks: Buffer[] = [];
        socket.on("error", () => {});
        socket.on("data", (chunk) => {
          chunks.push(chunk);
          if (chunks.length === 1) setTimeout(() => resolve(Buffer.concat(chunks)), 300);
        });
      });
    });
  } finally {
    client.kill("SIGKILL");
    server.close();
  }
}

const captured: FirstBytes[] = [];
for (const [protocol, client, command] of captures) {
  // oxlint-disable-next-line no-await-in-loop -- one client at a time
  const bytes = await capture(command);
  const old = firstBytes.find((each) => each.protocol === protocol && each.client === client);
  const how = command.replace(/ -cp \S*/, "");
  if (bytes.length > 0) captured.push({ protocol, client, how, hex: bytes.toString("hex") });
  else if (old !== undefined) captured.push(old);
  process.stdout.write(`${protocol} ${client}: ${bytes.length === 0 ? "kept" : `${bytes.length} bytes`}\n`);
}

await writeFile(
  new URL("first-bytes.ts", import.meta.url),
  `// Written by regenerate.ts beside it. Do not edit.

/** What a real client sent first, before any answer. */
export interface FirstBytes {
  readonly protocol: "kafka" | "http" | "tls" | "other";
  readonly client: string;
  readonly how: string;
  readonly hex: string;
}

export const firstBytes: readonly FirstBytes[] = ${JSON.stringify(captured, null, 2)};
`,
);
