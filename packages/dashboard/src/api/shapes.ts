// What the admin server answers beside the traffic; see docs/admin-api.md.

import type { ConnectionStatus } from "@pagoda/traffic/view";

export interface ConnectionsAnswer {
  readonly total: number;
  readonly connections: readonly ConnectionStatus[];
}

interface BrokerStatus {
  readonly nodeId: number;
  readonly upstream: string;
  readonly rack: string | null;
  readonly advertised: string | null;
}

interface ClusterStatus {
  readonly name: string;
  readonly listener: string;
  readonly clusterId: string | null;
  readonly controller: number | null;
  readonly bootstrap: readonly string[];
  readonly brokers: readonly BrokerStatus[];
}

export interface ClustersAnswer {
  readonly clusters: readonly ClusterStatus[];
}

export interface TierOutline {
  readonly name: string;
  readonly to?: readonly TierOutline[];
  readonly builds?: readonly TierOutline[];
}

export interface StackStatus {
  readonly listener: string;
  readonly workers?: readonly number[];
  readonly tiers: readonly TierOutline[];
}

export interface VersionAnswer {
  readonly version: string;
  readonly commit: string;
}

export interface ListenersAnswer {
  readonly listeners: readonly { readonly name: string; readonly address?: string; readonly state: string }[];
}

export interface ReadyAnswer {
  readonly ready: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly reason?: string }[];
}
