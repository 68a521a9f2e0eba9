import type { Context } from "../context.ts";
import type { ServiceStatus } from "../service.ts";
import type { Member } from "./fleet.ts";
import type { Load } from "./load.ts";
import { abandoned } from "./outcome.ts";
import type { Outcome } from "./outcome.ts";
import type { Candidate } from "./p2c.ts";

/** One endpoint of a balancer: a service whose load is measured by the calls to it. */
export class Endpoint<in Req, out Res> implements Candidate {
  readonly member: Member<Req, Res>;
  readonly #load: Load;

  constructor(member: Member<Req, Res>, load: Load) {
    this.member = member;
    this.#load = load;
  }

  get load(): number {
    return this.#load.value;
  }

  status(): ServiceStatus {
    return this.member.service.status();
  }

  async call(request: Req, cx: Context): Promise<Res> {
    const beganMs = this.#load.begin();
    this.member.enter();
    let outcome: Outcome = "succeeded";
    try {
      return await this.member.service.call(request, cx);
    } catch (error) {
      outcome = abandoned(cx) ? "cancelled" : "failed";
      throw error;
    } finally {
      this.#load.end(beganMs, outcome);
      this.member.leave();
    }
  }
}
