import type { AnswerCounts, ApiState } from "../state/state.ts";
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
  // Most rows of many are as they were when they were last asked for.
  #answered: AnswerCounts | undefined;
  #state: ApiState | undefined;

  constructor(listener: string, api: string, client: string) {
    this.listener = listener;
    this.api = api;
    this.client = client;
  }

  /** Of an API that is known: there are few. */
  version(version: number): void {
    this.#versions.add(version);
    this.#state = undefined;
  }

  /** @param brokerMs of one that went to a broker; else 0 */
  took(ms: number, brokerMs: number): void {
    this.#state = undefined;
    this.#lastMs = ms;
    if (this.#bestMs < 0 || ms < this.#bestMs) this.#bestMs = ms;
    if (ms > this.#worstMs) this.#worstMs = ms;
    this.#totalMs += ms;
    this.#brokerMs += brokerMs;
  }

  state(): ApiState {
    const answers = this.answers.state();
    if (this.#state !== undefined && answers === this.#answered) return this.#state;
    this.#answered = answers;
    return (this.#state = {
      listener: this.listener,
      api: this.api,
      client: this.client,
      ...answers,
      versions: [...this.#versions].toSorted((a, b) => a - b),
      bestMs: this.#bestMs,
      worstMs: this.#worstMs,
      lastMs: this.#lastMs,
      totalMs: this.#totalMs,
      brokerMs: this.#brokerMs,
    });
  }
}
