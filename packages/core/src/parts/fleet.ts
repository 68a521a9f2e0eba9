import { guard } from "../service.ts";
import type { GuardedService, Service } from "../service.ts";

/** One service of a {@link Fleet}, with the calls that are in it. */
export class Member<in Req, out Res> {
  readonly service: GuardedService<Req, Res>;
  #calls = 0;
  #onIdle: (() => void) | undefined;

  constructor(service: Service<Req, Res>) {
    this.service = guard(service);
  }

  /** Calls under way. */
  get calls(): number {
    return this.#calls;
  }

  /** Comes before a call, and `leave` after it, however it ended. */
  enter(): void {
    this.#calls += 1;
  }

  leave(): void {
    this.#calls -= 1;
    if (this.#calls === 0) this.#onIdle?.();
  }

  /** Calls `listener` when no call is under way; at once when none is. */
  whenIdle(listener: () => void): void {
    if (this.#calls === 0) listener();
    else this.#onIdle = listener;
  }
}

/**
 * Services that somebody makes and replaces one by one, while calls are in them: one that is retired
 * is disposed after its last call.
 */
export class Fleet<Req, Res> {
  readonly #members = new Set<Member<Req, Res>>();

  /** From here on the service is the fleet's to dispose. */
  add(service: Service<Req, Res>): Member<Req, Res> {
    const member = new Member(service);
    this.#members.add(member);
    return member;
  }

  /**
   * Disposes a member once its last call has ended. Send it no more. When it fails to close nobody
   * is told: its calls are over, and its place was taken.
   */
  retire(member: Member<Req, Res>): void {
    const forget = (): void => void this.#members.delete(member);
    member.whenIdle(() => {
      member.service[Symbol.asyncDispose]().then(forget, forget);
    });
  }

  /**
   * Disposes all members, at once and side by side, also those that still have calls.
   * @throws the failure, or an AggregateError when there are several.
   */
  async dispose(): Promise<void> {
    const closing = Array.from(this.#members, (member) => member.service[Symbol.asyncDispose]());
    const failures = (await Promise.allSettled(closing)).filter(({ status }) => status === "rejected");
    const reasons = failures.map((failure) => (failure as PromiseRejectedResult).reason as unknown);
    if (reasons.length === 1) throw reasons[0];
    if (reasons.length > 1) throw new AggregateError(reasons, `${reasons.length} services failed to close`);
  }
}
