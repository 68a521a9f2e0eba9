import { AsyncLocalStorage } from "node:async_hooks";

import { Context, contextKey, layer, stack } from "@pagoda/core";
import type { Call, SameLayer, Service } from "@pagoda/core";

import type { Bench, BenchReport } from "./lib/bench.ts";
import { interleave } from "./lib/interleave.ts";
import type { Variant } from "./lib/interleave.ts";

interface Question {
  readonly n: number;
}

const calls = 100_000;
// Short rounds, and many: a median forgets what else the machine did.
const rounds = 21;
const warmups = 3;
const cx = Context.background().fork();
const leaf: Call<Question, number> = (question) => Promise.resolve(question.n);

const passThrough = (): SameLayer<Question, number> =>
  layer("passThrough", (inner) => (question, cx) => inner.call(question, cx));

/** A layer that watches the answer, its callbacks made once per stack. */
const observing = (): SameLayer<Question, number> =>
  layer("observing", (inner) => {
    let answered = 0;
    const settle = (answer: number): number => {
      answered += answer;
      return answer;
    };
    const fail = (error: unknown): never => {
      answered -= 1;
      throw error;
    };
    return (question, cx) => inner.call(question, cx).then(settle, fail);
  });

const asynchronous = (): SameLayer<Question, number> =>
  layer("asynchronous", (inner) => async (question, cx) => {
    const answer = await inner.call(question, cx);
    return answer;
  });

function onion(...layers: readonly SameLayer<Question, number>[]): Service<Question, number> {
  let begun = stack<Question, number>();
  for (const each of layers) begun = begun.push(each);
  return begun.service(leaf);
}

function layers(count: number, make: () => SameLayer<Question, number>): SameLayer<Question, number>[] {
  return Array.from({ length: count }, make);
}

/** Nanoseconds per call, one call after the other, each awaited. */
function sequential(name: string, call: Call<Question, number>): Variant {
  const measure = async (): Promise<number> => {
    let sum = 0;
    const startedMs = performance.now();
    for (let n = 0; n < calls; n++) sum += await call({ n }, cx);
    const elapsedMs = performance.now() - startedMs;
    if (sum !== (calls * (calls - 1)) / 2) throw new Error(`${name} answered wrongly`);
    return (elapsedMs * 1e6) / calls;
  };
  return { name, measure };
}

function called(name: string, service: Service<Question, number>): Variant {
  return sequential(name, (question, cx) => service.call(question, cx));
}

/** The same value carried to the leaf by a context handed down, and by AsyncLocalStorage. */
function carriers(): Variant[] {
  const key = contextKey<number>("n", 0);
  const store = new AsyncLocalStorage<number>();
  const explicit = stack<Question, number>()
    .push(layer("with", (inner) => (question, cx) => inner.call(question, cx.with(key, question.n))))
    .service((_, cx) => Promise.resolve(cx.get(key)));
  const forked = stack<Question, number>()
    .push(
      layer("fork", (inner) => (question, cx) => {
        const child = cx.fork().with(key, question.n);
        const answer = inner.call(question, child);
        child.release();
        return answer;
      }),
    )
    .service((_, cx) => Promise.resolve(cx.get(key)));
  const ambient = stack<Question, number>()
    .push(layer("run", (inner) => (question, cx) => store.run(question.n, () => inner.call(question, cx))))
    .service(() => Promise.resolve(store.getStore() ?? 0));
  return [
    called("one layer, carrying nothing", onion(passThrough())),
    called("Context.with", explicit),
    called("Context.fork, with, release", forked),
    called("AsyncLocalStorage.run", ambient),
  ];
}

/** What a call through layers costs, against the same function called bare. */
export const bench: Bench = {
  about: "nanoseconds per call through 1, 8 and 16 layers, against a bare function",
  run: async (): Promise<BenchReport> => {
    const unit = "ns per call";
    const baseline = ["bare function"];
    const onions = await interleave(
      [
        sequential("bare function", leaf),
        called("0 layers (a stack with a ground alone)", onion()),
        called("1 layer", onion(...layers(1, passThrough))),
        called("8 layers", onion(...layers(8, passThrough))),
        called("16 layers", onion(...layers(16, passThrough))),
        called("8 layers, one of them `.then(settle, fail)`", onion(...layers(7, passThrough), observing())),
        called("8 layers, one of them `async`", onion(...layers(7, passThrough), asynchronous())),
        called("8 layers, all `.then(settle, fail)`", onion(...layers(8, observing))),
        called("8 layers, all `async`", onion(...layers(8, asynchronous))),
      ],
      { title: "Calls through layers", unit, baseline, rounds, warmups },
    );
    const carried = await interleave(carriers(), {
      title: "A value for the leaf",
      unit,
      baseline: ["one layer, carrying nothing"],
      rounds,
      warmups,
    });
    return { tables: [onions, carried], notes: [`${calls} calls a round, one after the other`] };
  },
};
