import { AlterUserScramCredentials, Fetch, Produce, SaslAuthenticate } from "@pagoda/kafka/protocol";
import { describe, expect, it } from "vitest";

import { produced, produceOf, records, tapped } from "../../test/tapped.ts";
import type { TapRequest } from "../view/tap-event.ts";
import type { TapOptions } from "./tap.ts";

describe("what a tap shows of contents", () => {
  it("shows records where they are asked for, values where that is allowed", async () => {
    const open = async (options: Partial<TapOptions>, request: TapRequest) => {
      const all = tapped(options);
      const session = all.open(request);
      await all.ask(Produce, produceOf("orders", records(["one", "two"], "gzip")), produced("orders"));
      return session.last().records;
    };
    const first = {
      topic: "orders",
      partition: 3,
      offset: 88_121,
      key: "k-1",
      headers: [{ key: "trace", value: "abc" }],
    };
    expect(await open({}, { records: 1 })).toEqual([first]);
    expect(await open({}, { records: 1, values: true })).toEqual([first]);
    expect(await open({ allowValues: true }, { records: 1 })).toEqual([first]);
    expect(await open({ allowValues: true }, { records: 5, values: true })).toEqual([
      { ...first, value: "one" },
      { ...first, offset: 88_122, value: "two" },
    ]);
    const redact = [{ topic: "ord*", match: "t.o|abc" }, { parts: ["key"] as const }];
    expect(await open({ allowValues: true, redact }, { records: 2, values: true })).toMatchObject([
      { key: "•••", headers: [{ key: "trace", value: "•••" }], value: "one" },
      { value: "•••" },
    ]);
  });

  it("shows records of a Fetch, and none that would take too much to read", async () => {
    const { ask, open } = tapped({ allowValues: true });
    const session = open({ records: 3, values: true });
    const bomb = records([Buffer.alloc(2 * 1024 * 1024).toString()], "gzip");
    const torn = records(["x"], "gzip").fill(7, 65);
    const partitions = [bomb, torn, records(["a"])].map((bytes, partitionIndex) => ({
      partitionIndex,
      records: bytes,
    }));
    await ask(Fetch, { version: 12 }, { responses: [{ topic: "orders", partitions }] });
    expect(session.last().records).toMatchObject([{ partition: 2, offset: 0, value: "a" }]);
  });

  it("shows no secret of a login", async () => {
    const { ask, open } = tapped({ allowValues: true });
    const session = open({ records: 100, values: true });
    const secret = Buffer.from("\0alice\0hunter2");
    await ask(SaslAuthenticate, { body: { authBytes: secret } }, { errorCode: 58, errorMessage: "hunter2" });
    await ask(AlterUserScramCredentials, {
      body: { upsertions: [{ name: "bob", mechanism: 1, salt: secret, saltedPassword: secret }] },
    });
    expect(session.events().map(({ api, errors }) => [api, errors[0]?.error])).toEqual([
      ["SaslAuthenticate", "SASL_AUTHENTICATION_FAILED"],
      ["AlterUserScramCredentials", undefined],
    ]);
    const said = JSON.stringify(session.events());
    for (const text of ["hunter2", secret.toString("base64"), secret.toString("hex"), "104,117,110"]) {
      expect(said).not.toContain(text);
    }
  });
});
