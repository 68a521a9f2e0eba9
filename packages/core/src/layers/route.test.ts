import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { borrow, service } from "../service.ts";
import { describe as describeStack, stack } from "../stack.ts";
import { layerContract, mockService } from "../testing/index.ts";
import { route } from "./route.ts";
import { timeout } from "./timeout.ts";

layerContract("route", () =>
  route({
    when: () => false,
    to: service<string, string>(() => new Promise(() => {}), { status: () => "closed" }),
  }),
);

describe("route", () => {
  function fork() {
    const main = mockService<string, string>();
    const side = mockService<string, string>();
    const outer = route<string, string>({ when: (request) => request === "side", to: side.service })(
      main.service,
    );
    return { main, side, outer };
  }

  it("sends a request that matches to the other service", async () => {
    const { main, side, outer } = fork();
    const answer = outer.call("side", Context.background());
    side.calls[0]?.respond("from the side");
    await expect(answer).resolves.toBe("from the side");
    expect(main.calls).toEqual([]);
  });

  it("sends the others down the stack", async () => {
    const { main, side, outer } = fork();
    const answer = outer.call("main", Context.background());
    main.calls[0]?.respond("from the ground");
    await expect(answer).resolves.toBe("from the ground");
    expect(side.calls).toEqual([]);
  });

  it("takes the first route of several that matches", async () => {
    const built = stack<number, string>()
      .push(route({ when: (request) => request < 10, to: service(async () => "small") }))
      .push(route({ when: (request) => request < 100, to: service(async () => "medium") }))
      .service(async () => "large");
    const answers = [5, 50, 500].map((request) => built.call(request, Context.background()));
    await expect(Promise.all(answers)).resolves.toEqual(["small", "medium", "large"]);
  });

  it("rejects when the condition throws", async () => {
    const outer = route<string, string>({
      when: () => {
        throw new Error("undecided");
      },
      to: mockService<string, string>().service,
    })(mockService<string, string>().service);
    await expect(outer.call("ping", Context.background())).rejects.toThrow("undecided");
  });

  it("disposes both services, the other one first", async () => {
    const order: string[] = [];
    const ending = (name: string) =>
      service<string, string>(async () => name, { dispose: () => void order.push(name) });
    await route<string, string>({ when: () => true, to: ending("to") })(ending("ground"))[
      Symbol.asyncDispose
    ]?.();
    expect(order).toEqual(["to", "ground"]);
  });

  it("leaves a borrowed service open", async () => {
    const shared = mockService<string, string>();
    const outer = route<string, string>({ when: () => true, to: borrow(shared.service) })(
      mockService<string, string>().service,
    );
    await outer[Symbol.asyncDispose]?.();
    expect(shared.disposals).toBe(0);
  });

  it.each([
    { main: "open", side: "closed", status: "open" },
    { main: "busy", side: "open", status: "busy" },
    { main: "closed", side: "open", status: "busy" },
    { main: "closed", side: "closed", status: "closed" },
  ] as const)("is $status when the main line is $main and the other $side", ({ status, ...each }) => {
    const { main, side, outer } = fork();
    main.status = each.main;
    side.status = each.side;
    expect(outer.status?.()).toBe(status);
  });

  it("says in describe() where it leads", () => {
    const opaque = stack<string, string>()
      .push(timeout({ timeoutMs: 1e6 }))
      .service(service(async (request) => request, { name: "forward" }));
    const built = stack<string, string>()
      .push(route({ when: () => true, to: opaque }))
      .service(service(async (request) => request, { name: "echo" }));
    expect(describeStack(built)).toBe("route → timeout › forward\n└ echo");
  });
});
