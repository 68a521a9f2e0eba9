export type * from "./state/state.ts";
export * from "./view/index.ts";
export { TrafficRecorder } from "./recorder/traffic-recorder.ts";
export type { GroupsLike, TrafficRecorderOptions } from "./recorder/traffic-recorder.ts";
export type { WatchedConnection } from "./recorder/connection-recorder.ts";
export type { NameLimiter, Names } from "./recorder/names.ts";
export type { Timeline } from "./recorder/partition-record.ts";
