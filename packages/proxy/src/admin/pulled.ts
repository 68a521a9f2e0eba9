import { Observable } from "rxjs";

/**
 * The values of `source`, each asked for when the one before was taken: what a slow reader leaves
 * waiting is for the source to bound. Unsubscribing ends the iteration.
 * @param taken resolves when there is room for the next one
 */
export function pulled<T>(source: AsyncIterable<T>, taken: () => Promise<void>): Observable<T> {
  return new Observable<T>((subscriber) => {
    const iterator = source[Symbol.asyncIterator]();
    const pull = async (): Promise<void> => {
      for (;;) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
        await taken();
        if (subscriber.closed) return;
        // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
        const { done, value } = await iterator.next();
        if (done === true) return subscriber.complete();
        subscriber.next(value);
      }
    };
    pull().catch((error: unknown) => subscriber.error(error));
    return () => void iterator.return?.();
  });
}
