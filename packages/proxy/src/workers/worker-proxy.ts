import type { ListenerState } from "@pagoda/metrics";
import type { TrafficState } from "@pagoda/traffic";
import type { TapMessage, TapRequest } from "@pagoda/traffic/view";
import type { Registry } from "prom-client";
import type { Observable } from "rxjs";
import type { ConnectionStatus } from "@pagoda/traffic/view";

import type { ClusterStatus } from "../admin/cluster-status.ts";
import type { StackStatus } from "../admin/stack-status.ts";
import type { LogLevel } from "../log.ts";
import type { ReloadResult } from "../runtime/reloader.ts";

/** A readiness check of one worker. */
export interface CheckStatus {
  readonly name: string;
  /** Why it does not hold; absent when it does. */
  readonly reason?: string;
}

/** A listener of one worker. */
export interface ListenerStatus {
  readonly name: string;
  /** `HOST:PORT`, with the port that was really bound. */
  readonly address: string;
  readonly state: ListenerState;
  /** Open now. */
  readonly connections: number;
}

/** What a worker says of itself. Plain JSON: it crosses to the primary. */
export interface WorkerStatus {
  readonly checks: readonly CheckStatus[];
  readonly listeners: readonly ListenerStatus[];
  readonly stacks: readonly StackStatus[];
}

/** What runs in each worker. Disposing it ends it at once. */
export interface WorkerProxy extends AsyncDisposable {
  readonly registry: Registry;
  /** Stops accepting, lets connections finish, and resets what is left at the deadline. */
  drain(options: { readonly deadlineMs: number }): Promise<"drained" | "forced">;
  /** Reads the configuration again; one that cannot be applied changes nothing. */
  reload(): Promise<ReloadResult>;
  status(): WorkerStatus;
  setLogLevel(level: LogLevel): void;
  /** What it has seen pass. */
  readonly traffic?: () => TrafficState;
  readonly clusters?: () => readonly ClusterStatus[];
  readonly connections?: () => readonly ConnectionStatus[];
  /** Opens a tap, which ends with the subscription. */
  readonly tap?: (request: TapRequest) => Observable<TapMessage>;
}
