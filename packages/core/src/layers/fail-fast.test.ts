import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { stack } from "../stack.ts";
import { fakeTime, layerContract, mockService } from "../testing/index.ts";
import { concurrencyLimit } from "./concurrency-limit.ts";
import { failFast } from "./fail-fast.ts";

layerContract("failFast", () => failFast({ afterMs: 1_000 }));

describe("failFast", () => {
  const time = fakeTime();

  function build() {
    const inner = mockService<string, string>();
    const service = failFast<string, string>({ afterMs: 1_000 })(inner.service);
    const cx = Context.background().fork();
    const send = (): Promise<string> => {
      const answer = service.call("ping", cx);
      answer.catch(() => {});
      return answer;
    };
    return { inner, send };
  }

  const failsFast = { code: "FAIL_FAST", kind: "unavailable", retriable: true };

  it("lets calls wait while the service has been busy for a short time only", async () => {
    const { inner, send } = build();
    inner.status = "busy";
    void send();
    await time.advance(999);
    void send();
    expect(inner.calls).toHaveLength(2);
  });

  it("refuses calls at once when it has been busy for too long", async () => {
    const { inner, send } = build();
    inner.status = "busy";
    void send();
    await time.advance(1_000);
    await expect(send()).rejects.toMatchObject(failsFast);
    await time.advance(60_000);
    await expect(send()).rejects.toMatchObject(failsFast);
    expect(inner.calls).toHaveLength(1);
  });

  it("lets calls through as soon as the service is open again", async () => {
    const { inner, send } = build();
    inner.status = "busy";
    void send();
    await time.advance(1_000);
    inner.status = "open";
    void send();
    inner.status = "busy";
    void send();
    expect(inner.calls).toHaveLength(3);
  });

  it("takes an answer for a sign of life, a failure not", async () => {
    const { inner, send } = build();
    inner.status = "busy";
    void send();
    void send();
    await time.advance(900);
    inner.calls[0]?.respond("pong");
    await time.advance(900);
    void send();
    expect(inner.calls).toHaveLength(3);
    inner.calls[1]?.fail(new Error("down"));
    await time.advance(1_000);
    await expect(send()).rejects.toMatchObject(failsFast);
  });

  it("leaves it to a closed service to refuse", async () => {
    const { inner, send } = build();
    inner.status = "closed";
    void send();
    await time.advance(5_000);
    void send();
    expect(inner.calls).toHaveLength(2);
  });

  function limited() {
    const inner = mockService<string, string>();
    const service = stack<string, string>()
      .push(failFast({ afterMs: 1_000 }))
      .push(concurrencyLimit({ max: 1, maxQueued: 100, queueTimeoutMs: 5_000 }))
      .service(inner.service);
    const answers: Promise<PromiseSettledResult<string>[]>[] = [];
    const send = (): void => {
      answers.push(Promise.allSettled([service.call("ping", Context.background())]));
    };
    return { inner, service, answers, send };
  }

  it("lets a full queue work as long as it gets answers", async () => {
    const { inner, answers, send } = limited();
    send();
    for (let second = 0; second < 20; second++) {
      send();
      await time.advance(800);
      inner.calls.at(-1)?.respond("pong");
      await time.advance(0);
    }
    const settled = await Promise.all(answers.slice(0, -1));
    expect(settled.flat().map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => "fulfilled"));
  });

  it("stops adding to a queue behind a service that hangs", async () => {
    const { inner, service, send } = limited();
    send();
    send();
    await time.advance(1_000);
    await expect(service.call("ping", Context.background())).rejects.toMatchObject(failsFast);
    expect(inner.calls).toHaveLength(1);
  });

  it.each([0, -1, Infinity])("refuses afterMs %s", (afterMs) => {
    expect(() => failFast({ afterMs })).toThrow("afterMs must be > 0");
  });
});
