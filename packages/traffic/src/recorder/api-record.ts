import type { ApiState } from "../state/state.ts";
import { AnswerCounter } from "./counters.ts";
import type { Row } from "./table.ts";

/** What one client does with one API. */
export class ApiRecord implements Row {
  readonly listener: string;
  readonly api: string;
  readonly client: string;
  readonly answers: AnswerCounter = new AnswerCounter();
  readonly held = 0;
  lastMs = 0;
  dropped = false;
  readonly #versions = new Set<number>();
  #bestMs = -1;
  #worstMs = -1;
  #lastMs = -1;
  #totalMs = 0;
  #brokerMs = 0;

  constructor(listener: string, api: string, client: string) {
    this.listener = listener;
    this.api = api;
    this.client = client;
  }

  /** Of an API that is known: there are few. */
  version(version: number): void {
    this.#versions.add(version);
  }

  /** @param brokerMs of one that went to a broker; else 0 */
  took(ms: number, brokerMs: number): void {
    this.#lastMs = ms;
    if (this.#bestMs < 0 || ms < this.#bestMs) this.#bestMs = ms;
    if (ms > this.#worstMs) this.#worstMs = ms;
    this.#totalMs += ms;
    this.#brokerMs += brokerMs;
  }

  state(): ApiState {
    return {
      listener: this.listener,
      api: this.api,
      client: this.client,
      ...this.answers.state(),
      versions: [...this.#versions].toSorted((a, b) => a - b),
      bestMs: this.#bestMs,
      worstMs: this.#worstMs,
      lastMs: this.#lastMs,
      totalMs: this.#totalMs,
      brokerMs: this.#brokerMs,
    };
  }
}
