import type { EdgeState } from "../state/state.ts";
import type { Row } from "./table.ts";

export type EdgeEnds = Pick<EdgeState, "listener" | "from" | "fromKind" | "to" | "toKind" | "op">;

/** What goes from a client to a topic, or from a topic to a group or a client. */
export class EdgeRecord implements Row {
  readonly held = 0;
  lastMs = 0;
  dropped = false;
  requests = 0;
  failed = 0;
  records = 0;
  bytes = 0;
  tlsRequests = 0;
  auth = "-";
  readonly #ends: EdgeEnds;

  constructor(ends: EdgeEnds) {
    this.#ends = ends;
  }

  state(): EdgeState {
    const { requests, failed, records, bytes, tlsRequests, auth, lastMs } = this;
    return { ...this.#ends, requests, failed, records, bytes, tlsRequests, auth, lastMs };
  }
}
