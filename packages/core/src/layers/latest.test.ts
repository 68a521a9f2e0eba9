import { BehaviorSubject, EMPTY, of, throwError } from "rxjs";
import { describe, expect, it, vi } from "vitest";

import { Context } from "../context.ts";
import { layerContract, mockService } from "../testing/index.ts";
import type { MockService } from "../testing/index.ts";
import { latest } from "./latest.ts";

layerContract(
  "latest",
  () => (inner) =>
    latest({ values: of(1), build: () => inner, onError: (error) => expect.unreachable(String(error)) }),
);

describe("latest", () => {
  function build() {
    const values = new BehaviorSubject("first");
    const built = new Map<string, MockService<string, string>>();
    const onError = vi.fn<(error: unknown) => void>();
    const service = latest<string, string, string>({
      values,
      build: (value) => {
        if (value === "bad") throw new Error("bad value");
        const mock = mockService<string, string>();
        built.set(value, mock);
        return mock.service;
      },
      onError,
    });
    const cx = Context.background().fork();
    const send = (): Promise<string> => {
      const answer = service.call("ping", cx);
      answer.catch(() => {});
      return answer;
    };
    const disposed = (): string[] =>
      [...built].filter(([, { disposals }]) => disposals > 0).map(([key]) => key);
    return { values, built, onError, service, send, disposed };
  }

  it("sends new calls to the newest service, and lets old calls finish", async () => {
    const { values, built, send, disposed } = build();
    const old = send();
    values.next("second");
    void send();
    expect(built.get("second")?.calls).toHaveLength(1);
    expect(disposed()).toEqual([]);
    built.get("first")?.calls[0]?.respond("from the first");
    await expect(old).resolves.toBe("from the first");
    expect(disposed()).toEqual(["first"]);
  });

  it("disposes an idle old service at once", () => {
    const { values, disposed } = build();
    values.next("second");
    expect(disposed()).toEqual(["first"]);
  });

  it("keeps the service when the next one cannot be built, and tells", () => {
    const { values, built, onError, send, disposed } = build();
    values.next("bad");
    void send();
    expect(onError.mock.calls).toEqual([[new Error("bad value")]]);
    expect(built.get("first")?.calls).toHaveLength(1);
    values.next("third");
    expect([...built.keys(), disposed()]).toEqual(["first", "third", []]);
  });

  it("keeps the service when the values fail, and tells", () => {
    const { values, built, onError, send } = build();
    values.error(new Error("lost the configuration"));
    void send();
    expect(onError.mock.calls).toEqual([[new Error("lost the configuration")]]);
    expect(built.get("first")?.calls).toHaveLength(1);
  });

  it("throws what building for the first value throws", () => {
    const values = new BehaviorSubject(1);
    const make = () =>
      latest({
        values,
        build: () => {
          throw new Error("bad from the start");
        },
        onError: () => {},
      });
    expect(make).toThrow("bad from the start");
    expect(values.observed).toBe(false);
  });

  it("needs a value to begin with", () => {
    const echo = { call: async (request: string) => request };
    const make = (values: typeof EMPTY) => latest({ values, build: () => echo, onError: () => {} });
    expect(() => make(EMPTY)).toThrow("values must emit on subscription");
    expect(() => make(throwError(() => new Error("no source")))).toThrow("no source");
  });

  it("disposes every service when it is disposed, and watches no more", async () => {
    const { values, service, send, disposed } = build();
    void send();
    values.next("second");
    await service[Symbol.asyncDispose]();
    expect(disposed()).toEqual(["first", "second"]);
    expect(values.observed).toBe(false);
  });
});
