import { BehaviorSubject, concat, NEVER, of } from "rxjs";
import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { describe as describeStack, stack } from "../stack.ts";
import { fakeTime, mockService } from "../testing/index.ts";
import { seededRandom } from "../testing/seeded-random.ts";
import { balance } from "./balance.ts";
import { circuitBreaker } from "./circuit-breaker.ts";
import { concurrencyLimit } from "./concurrency-limit.ts";
import { failFast } from "./fail-fast.ts";
import { hedge } from "./hedge.ts";
import { idleCache } from "./idle-cache.ts";
import { rateLimit } from "./rate-limit.ts";
import { reconnect } from "./reconnect.ts";
import { retry } from "./retry.ts";
import { timeout } from "./timeout.ts";
import { watch } from "./watch.ts";

interface Question {
  readonly shard: number;
  readonly readOnly: boolean;
}

describe("the layers together", () => {
  const time = fakeTime();

  it("take their types from the stack", () => {
    const service = stack<Question, string>()
      .push(timeout({ timeoutMs: 5_000 }))
      .push(rateLimit({ perSecond: 1_000, burst: 100 }))
      .push(
        watch({
          values: new BehaviorSubject(10),
          build: (max) => concurrencyLimit({ max }),
          onError: () => {},
        }),
      )
      .push(retry({ when: (_, question) => question.readOnly }))
      .push(hedge({ afterMs: 50, canHedge: (question) => question.readOnly }))
      .push(failFast({ afterMs: 1_000 }))
      .push(circuitBreaker({ failureRatio: 0.5 }))
      .service(
        idleCache({
          key: (question) => question.shard,
          make: (shard) => reconnect({ connect: async () => ({ call: async () => String(shard) }) }),
        }),
      );
    expect(describeStack(service).split("\n").at(-1)).toMatch(/idleCache$/);
  });

  function cluster() {
    const endpoints = ["a", "b", "c"].map((name) => ({ name, mock: mockService<Question, string>() }));
    const protect = stack<Question, string>().push(circuitBreaker({ failures: 1, openForMs: 1_000 }));
    const changes = endpoints.map(
      ({ name, mock }) => ({ type: "add", key: name, service: protect.service(mock.service) }) as const,
    );
    const service = stack<Question, string>()
      .push(timeout({ timeoutMs: 500 }))
      .push(retry({ attempts: 3, backoff: { baseMs: 10, jitter: 0 } }))
      .service(balance({ changes: concat(of(...changes), NEVER), random: seededRandom(3) }));
    const mocks = endpoints.map(({ mock }) => mock);
    return { service, mocks };
  }

  const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });

  it("try another endpoint after one has failed, and leave that one alone", async () => {
    const { service, mocks } = cluster();
    const answer = service.call({ shard: 1, readOnly: true }, Context.background());
    const failing = mocks.find(({ calls }) => calls.length === 1);
    failing?.calls[0]?.fail(refused);
    await time.advance(10);
    const answering = mocks.find((mock) => mock !== failing && mock.calls.length === 1);
    answering?.calls[0]?.respond("found");
    await expect(answer).resolves.toBe("found");
    for (let call = 0; call < 20; call++)
      void service.call({ shard: 1, readOnly: true }, Context.background()).catch(() => {});
    expect(failing?.calls).toHaveLength(1);
    await service[Symbol.asyncDispose]();
    await time.advance(500);
    expect(time.timers).toBe(0);
  });

  it("open the circuit of an endpoint that hangs, by the timeout above", async () => {
    const { service, mocks } = cluster();
    const answer = expect(
      service.call({ shard: 1, readOnly: true }, Context.background()),
    ).rejects.toMatchObject({
      code: "TIMEOUT",
    });
    const hanging = mocks.find(({ calls }) => calls.length === 1);
    await time.advance(500);
    await answer;
    for (let call = 0; call < 20; call++)
      void service.call({ shard: 1, readOnly: true }, Context.background()).catch(() => {});
    expect(hanging?.calls).toHaveLength(1);
    await time.advance(500);
  });
});
