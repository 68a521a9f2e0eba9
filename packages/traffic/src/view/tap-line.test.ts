import { describe, expect, it } from "vitest";

import { produceEvent } from "../../test/tap-events.ts";
import { formatTapLine } from "./tap-line.ts";

describe("formatTapLine", () => {
  it("prints a request and its answer", () => {
    expect(formatTapLine(produceEvent())).toBe(
      [
        "req id=7:1842 in  client=checkout src=10.4.0.16:46804 dst=broker-1 tls=true api=Produce/v11 topics=orders[2] records=118 bytes=9.4KiB acks=all codec=zstd",
        "rsp id=7:1842 in  latency=31.1ms broker=30.3ms proxy=0.8ms throttle=0ms errors=NOT_LEADER_OR_FOLLOWER(orders/3) offsets=orders/5@88121",
      ].join("\n"),
    );
  });

  it("prints what was read in the line of the answer", () => {
    const { acks, ...event } = produceEvent({ api: "Fetch", errors: [] });
    expect(acks).toBe(-1);
    expect(formatTapLine(event)).toBe(
      [
        "req id=7:1842 in  client=checkout src=10.4.0.16:46804 dst=broker-1 tls=true api=Fetch/v11 topics=orders[2] bytes=9.6KiB",
        "rsp id=7:1842 in  latency=31.1ms broker=30.3ms proxy=0.8ms throttle=0ms records=118 bytes=9.4KiB codec=zstd errors=- offsets=orders/5@88121",
      ].join("\n"),
    );
  });

  it("prints who answered, and why nobody did", () => {
    const short = produceEvent({
      answeredBy: "rateLimit",
      brokerMs: null,
      sentAfterMs: null,
      latencyMs: 0.04,
      topics: [],
      errors: [{ error: "POLICY_VIOLATION", where: null }],
      throttleMs: 1_200,
    });
    expect(formatTapLine(short)).toContain(
      "\nrsp id=7:1842 in  latency=0ms proxy=0ms throttle=1.2s answered=rateLimit errors=POLICY_VIOLATION",
    );
    const acks0 = produceEvent({ noAnswer: "none", acks: 0, latencyMs: null, errors: [] });
    expect(formatTapLine(acks0)).toMatch(/acks=0 codec=zstd\nrsp id=7:1842 in {2}answer=none \(acks=0\)$/);
    expect(formatTapLine({ ...acks0, noAnswer: "TIMEOUT" })).toMatch(/answer=none \(TIMEOUT\)$/);
  });

  it("prints records, and nothing that a terminal obeys", () => {
    const event = produceEvent({
      client: 'evil\u001b[2J client="x"\u202e',
      principal: "CN=app",
      group: "billing",
      records: [
        {
          topic: "orders",
          partition: 5,
          offset: 88_121,
          key: "k\n1",
          headers: [{ key: "a", value: null }],
          value: "v",
        },
        { topic: "orders", partition: 5, offset: null, key: null, headers: [] },
      ],
    });
    const [request, , ...records] = formatTapLine(event).split("\n");
    expect(request).toContain('client="evil\\x1b[2J client=\\"x\\"\\u{202e}" principal="CN=app" src=');
    expect(request).toContain(" group=billing ");
    expect(records).toEqual([
      'rec id=7:1842 in  at=orders/5@88121 key="k\\x0a1" headers=a:null value="v"',
      "rec id=7:1842 in  at=orders/5 key=null",
    ]);
  });

  it("names five of many", () => {
    const topics = Array.from({ length: 7 }, (_, n) => ({ topic: `t${n}`, partitions: [] }));
    const errors = Array.from({ length: 5 }, (_, n) => ({ error: "UNKNOWN_TOPIC_ID", where: `t${n}/0` }));
    const text = formatTapLine(produceEvent({ topics, errors }));
    expect(text).toContain("topics=t0,t1,t2,t3,t4,+2 ");
    expect(text).toContain("errors=UNKNOWN_TOPIC_ID(t0/0,t1/0,t2/0,+2)");
  });
});
