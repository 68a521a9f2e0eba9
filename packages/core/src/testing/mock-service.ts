import type { Context } from "../context.ts";
import { guard } from "../service.ts";
import type { GuardedService, Service, ServiceStatus } from "../service.ts";

/** One call that a mock service received and that the test answers by hand. */
export interface MockCall<Req, Res> {
  readonly request: Req;
  readonly cx: Context;
  respond(response: Res): void;
  fail(error: unknown): void;
}

/** A service whose answers are given by the test. */
export interface MockService<Req, Res> {
  readonly service: GuardedService<Req, Res>;
  /** Every call so far, in order, answered ones included. */
  readonly calls: readonly MockCall<Req, Res>[];
  /** How often the service was disposed. */
  readonly disposals: number;
  /** What `status()` answers. @default "open" */
  status: ServiceStatus;
  /** The call of that number, once it has arrived: lets microtasks run, never waits for a timer. */
  call(index: number): Promise<MockCall<Req, Res>>;
}

/**
 * Makes a service that answers only when told to. A call whose context is cancelled rejects with
 * the reason, as the contract of Service asks.
 *
 * ```ts
 * const mock = mockService<string, string>();
 * const answer = timeout({ timeoutMs: 100 })(mock.service).call("ping", Context.background());
 * (await mock.call(0)).respond("pong");
 * ```
 */
export function mockService<Req, Res>(): MockService<Req, Res> {
  const calls: MockCall<Req, Res>[] = [];
  const mock = { calls, disposals: 0, status: "open" as ServiceStatus };

  const service: Service<Req, Res> = {
    call: (request, cx) =>
      new Promise<Res>((resolve, reject) => {
        const stop = cx.onCancel(reject);
        calls.push({
          request,
          cx,
          respond: (response) => {
            stop();
            resolve(response);
          },
          fail: (error) => {
            stop();
            reject(error);
          },
        });
      }),
    status: () => mock.status,
    [Symbol.asyncDispose]: async () => {
      mock.disposals += 1;
    },
  };

  return Object.assign(mock, {
    service: guard(service),
    call: async (index: number) => {
      for (let turn = 0; turn < 100; turn++) {
        const call = calls[index];
        if (call !== undefined) return call;
        // oxlint-disable-next-line no-await-in-loop -- one microtask at a time
        await Promise.resolve();
      }
      throw new Error(`call ${index} did not arrive: the service got ${calls.length} calls`);
    },
  });
}
