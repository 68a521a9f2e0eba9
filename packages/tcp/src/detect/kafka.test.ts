import { describe, expect, it } from "vitest";

import type { Verdict } from "./detector.ts";
import { kafkaApis } from "./kafka-apis.ts";
import { kafkaDetector } from "./kafka.ts";

/** A request header: size, key, version, correlation id 1, the client id's length and bytes. */
function header(key: number, version: number, clientId: string | null = "consumer-1", size = 100): Buffer {
  const name = Buffer.from(clientId ?? "");
  const bytes = Buffer.alloc(14);
  bytes.writeInt32BE(size, 0);
  bytes.writeInt16BE(key, 4);
  bytes.writeInt16BE(version, 6);
  bytes.writeInt32BE(1, 8);
  bytes.writeInt16BE(clientId === null ? -1 : name.length, 12);
  return Buffer.concat([bytes, name]);
}

/** The verdict on every prefix, run-length encoded. */
function verdicts(bytes: Uint8Array): readonly (readonly [Verdict, count: number])[] {
  const runs: [Verdict, number][] = [];
  for (let length = 0; length <= bytes.length; length++) {
    const verdict = kafkaDetector.detect(bytes.subarray(0, length));
    const last = runs.at(-1);
    if (last?.[0] === verdict) last[1] += 1;
    else runs.push([verdict, 1]);
  }
  return runs;
}

describe("the Kafka detector", () => {
  it("knows an ApiVersions v2 once its client id is there, and wants more before", () => {
    const bytes = Buffer.from("0000001400120002 00000001 000a".replaceAll(" ", ""), "hex");
    const request = Buffer.concat([bytes, Buffer.from("consumer-1")]);
    expect(verdicts(request)).toEqual([
      ["more", 24],
      ["match", 1],
    ]);
  });

  it("decides on 14 bytes when the client id is absent or empty", () => {
    for (const clientId of [null, ""]) {
      expect(verdicts(header(3, 1, clientId))).toEqual([
        ["more", 14],
        ["match", 1],
      ]);
    }
  });

  it("knows the SaslHandshake that opens a connection of a client that sends raw tokens", () => {
    const request = Buffer.from(
      "000000160011000000000001 0005 7261772d31 0006 475353415049".replaceAll(" ", ""),
      "hex",
    );
    expect(kafkaDetector.detect(request)).toBe("match");
  });

  it.each(kafkaApis)("knows key %i, %s, from version %i to %i", (key, name, least, most) => {
    for (let version = least; version <= most; version++) {
      expect([name, version, kafkaDetector.detect(header(key, version))]).toEqual([name, version, "match"]);
    }
    expect(kafkaDetector.detect(header(key, least - 1))).toBe("no");
  });

  it("leaves head-room for clients newer than the table, most of it to ApiVersions", () => {
    expect(kafkaDetector.detect(header(3, 17))).toBe("match");
    expect(kafkaDetector.detect(header(3, 18))).toBe("no");
    expect(kafkaDetector.detect(header(18, 99))).toBe("match");
    expect(kafkaDetector.detect(header(18, 128))).toBe("no");
  });

  it("takes a client id of any length that the frame has room for, and reads 255 bytes of it", () => {
    const long = "x".repeat(32_767);
    expect(kafkaDetector.detect(header(18, 3, long, 10 + 32_767))).toBe("match");
    expect(kafkaDetector.detect(header(18, 3, long, 10 + 32_767).subarray(0, 14 + 255))).toBe("match");
    expect(kafkaDetector.detect(header(18, 3, long, 10 + 32_767).subarray(0, 14 + 254))).toBe("more");
    expect(kafkaDetector.detect(header(18, 3, long, 10 + 32_766))).toBe("no");
    expect(kafkaDetector.detect(header(18, 3, "zähler-日本"))).toBe("match");
  });

  it.each([
    ["a negative size", "ff", 1],
    ["a size above 100 MiB", "06400001", 4],
    ["text for a size", "47", 1],
    ["a size without room for a header", "00000009", 4],
    ["an unknown key's first byte", "0000001401", 5],
    ["an unknown key", "00000014005d", 6],
    ["a negative version", "000000140012ff", 7],
    ["a version that does not exist", "0000001400030012", 8],
    ["a client id length below -1", "00000014001200020000000180", 13],
    ["a client id length near -1", "000000140012000200000001fffe", 14],
    ["a client id beyond the frame", "000000140012000200000001000b", 14],
    ["a control byte in the client id", "000000140012000200000001000a6100", 16],
    ["a byte that UTF-8 does not have in the client id", "000000140012000200000001000aff", 15],
  ])("refuses %s at the byte that shows it", (_, hex, at) => {
    const bytes = Buffer.from(hex, "hex");
    expect(bytes).toHaveLength(at);
    expect(verdicts(Buffer.concat([bytes, Buffer.alloc(4)]))).toEqual([
      ["more", at],
      ["no", 5],
    ]);
  });

  it.each([
    [
      "a ZooKeeper client's connect",
      `0000002d00000000${"00".repeat(8)}00007530${"00".repeat(8)}00000010${"00".repeat(17)}`,
    ],
    [
      "a ZooKeeper client's return",
      `0000002c0000000000000005000123410000753001000000000000420000001000112233`,
    ],
    [
      "a PostgreSQL startup with a long user name",
      `0000010000030000${hex("user\0")}${hex("p".repeat(200))}00`,
    ],
    ["a PostgreSQL cancel request", "0000001004d2162e0000000100000002"],
    ["a Pulsar connect", "0000001d0000001908021215"],
    ["a RocketMQ request", `0000010a000000f5${hex('{"code":')}`],
    ["a MongoDB query", "3a0000000100000000000000d407000000000000"],
    ["a Cassandra options request", "040000000500000000"],
    ["a framed Thrift call", "0000002580010001000000046563686f"],
    ["an MQTT connect", "101000044d5154540402003c000461626364"],
    ["a DNS query over TCP", "001dabcd01200001000000000001"],
    ["an LDAP bind", "300c020101600702010304008000"],
    ["an SMB negotiation", "00000085ff534d4272000000001853c8"],
    ["an AMQP header", hex("AMQP\0\0\x09\x01")],
    ["a DRDA exchange", "0029d0410001002310410010115ec482"],
    ["a TNS connect", "003a000001000000013a012c0000200000007fff"],
    ["an empty Redis line", "0d0a"],
  ])("refuses %s", (_, bytes) => {
    expect(kafkaDetector.detect(Buffer.from(bytes, "hex"))).toBe("no");
  });
});

describe("the table of Kafka's requests", () => {
  it("is in order, without gaps, and every range is one", () => {
    expect(kafkaApis.map(([key]) => key)).toEqual(kafkaApis.map((_, at) => at));
    for (const [, name, least, most] of kafkaApis) {
      expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(least).toBeLessThanOrEqual(most);
    }
  });
});

function hex(text: string): string {
  return Buffer.from(text, "latin1").toString("hex");
}
