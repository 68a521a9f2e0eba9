import type { Variant } from "../lib/interleave.ts";

/** CPU time that one measurement should take, in microseconds: long beside what the clock can tell. */
const sampleMicros = 40_000;

/**
 * Measures CPU nanoseconds per call, garbage collection and compilation threads included: what a
 * codec leaves behind is paid for as well, and a busy machine does not count.
 */
export function perCall(name: string, work: () => unknown): Variant {
  let calls = 8;
  return {
    name,
    measure: async () => {
      for (;;) {
        const before = process.cpuUsage();
        for (let call = 0; call < calls; call++) {
          const result = work();
          if (result instanceof Promise) await result;
        }
        const { user, system } = process.cpuUsage(before);
        if (user + system >= sampleMicros) return ((user + system) * 1000) / calls;
        calls = Math.ceil(calls * Math.min(8, (1.5 * sampleMicros) / Math.max(1, user + system)));
      }
    },
  };
}
