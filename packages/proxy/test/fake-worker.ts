import { Counter, Gauge, Registry } from "prom-client";

import { readRequest, toWire } from "../src/workers/protocol.ts";
import type { Ask, Reply } from "../src/workers/protocol.ts";
import { snapshot } from "../src/workers/snapshot.ts";
import type { WorkerProcess } from "../src/workers/worker-process.ts";

/** A worker without a process: it answers as `answer` says, `silent` being no answer at all. */
export class FakeWorker implements WorkerProcess {
  readonly pid: number;
  readonly id: number;
  readonly registry = new Registry();
  readonly asked: Ask[] = [];
  readonly requests = new Counter({ name: "a_total", help: "h", registers: [this.registry] });
  readonly open = new Gauge({ name: "a_open", help: "h", registers: [this.registry] });
  answer: (ask: Ask) => unknown = () => true;
  #say: (message: unknown) => void = () => {};
  #end: (code: number | null, signal: NodeJS.Signals | null) => void = () => {};

  constructor(id: number, pid: number) {
    this.id = id;
    this.pid = pid;
  }

  send(message: object): void {
    const request = readRequest(message);
    if (typeof request === "string") throw new TypeError(request);
    this.asked.push(request.ask);
    void this.#respond(request.id, request.ask);
  }

  say(reply: Reply): void {
    this.#say(toWire(reply));
  }

  saySomething(message: unknown): void {
    this.#say(message);
  }

  end(code: number | null, signal: NodeJS.Signals | null = null): void {
    this.#end(code, signal);
  }

  kill(signal: NodeJS.Signals): void {
    this.end(null, signal);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#say = listener;
  }

  onEnd(listener: (code: number | null, signal: NodeJS.Signals | null) => void): void {
    this.#end = listener;
  }

  async #respond(id: number, ask: Ask): Promise<void> {
    const value = await this.answer(ask);
    if (value === "silent") return;
    if (ask.kind === "metrics") this.say({ type: "answer", id, value: await snapshot(this.registry) });
    else this.say({ type: "answer", id, value });
    if (ask.kind === "end") this.end(0);
  }
}
