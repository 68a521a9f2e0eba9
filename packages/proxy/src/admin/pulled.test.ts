import { firstValueFrom, toArray } from "rxjs";
import { expect, it } from "vitest";

import { pulled } from "./pulled.ts";

async function* numbers(asked: number[], ended: () => void): AsyncGenerator<number> {
  try {
    for (let n = 0; n < 3; n++) {
      asked.push(n);
      yield n;
    }
  } finally {
    ended();
  }
}

it("gives what the source has, and completes with it", async () => {
  const all = pulled(
    numbers([], () => {}),
    () => Promise.resolve(),
  ).pipe(toArray());
  expect(await firstValueFrom(all)).toEqual([0, 1, 2]);
});

it("asks for the next one only when the one before was taken, and ends the source when it is left", async () => {
  const asked: number[] = [];
  const seen: number[] = [];
  const ended = Promise.withResolvers<void>();
  let room = Promise.withResolvers<void>();
  const subscription = pulled(numbers(asked, ended.resolve), () => room.promise).subscribe((n) => {
    room = Promise.withResolvers<void>();
    seen.push(n);
  });
  expect(asked).toEqual([]);
  room.resolve();
  await expect.poll(() => seen).toEqual([0]);
  expect(asked).toEqual([0]);
  subscription.unsubscribe();
  await ended.promise;
  room.resolve();
  await Promise.resolve();
  expect(seen).toEqual([0]);
});

it("fails with what the source fails with", async () => {
  const failing = (async function* fail() {
    yield await Promise.reject(new Error("broken"));
  })();
  await expect(firstValueFrom(pulled(failing, () => Promise.resolve()))).rejects.toThrow("broken");
});
