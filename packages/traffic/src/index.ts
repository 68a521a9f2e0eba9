// For people who assemble proxies.
export { TrafficRecorder } from "./recorder/traffic-recorder.ts";
export type { GroupsLike, TrafficRecorderOptions } from "./recorder/traffic-recorder.ts";
export type { WatchedConnection } from "./recorder/connection-recorder.ts";
export type { NameLimiter, Names } from "./recorder/names.ts";
export type { Timeline } from "./recorder/partition-record.ts";
export { Groups } from "./groups/groups.ts";
export type { GroupConnection, GroupNames, GroupsOptions, GroupWatcher } from "./groups/groups.ts";
export { OffsetTimeline } from "./groups/offset-timeline.ts";
export { groupFigures } from "./groups/group-figures.ts";
export { Tap, TapSessionsError } from "./tap/tap.ts";
export type { TapOptions } from "./tap/tap.ts";
export type { TapCounts } from "./tap/session.ts";
export type { TapConnection } from "./tap/tap-connection.ts";
export type { RecordPart, RedactRule } from "./tap/redaction.ts";
export { buffered } from "./tap/buffered.ts";
export type { BufferedOptions } from "./tap/buffered.ts";
export { TrafficViews } from "./history/traffic-views.ts";
export type { TrafficViewsOptions } from "./history/traffic-views.ts";
export { mergeStates } from "./history/merge/merge-states.ts";

// What is collected, and what is said of it.
export type * from "./state/state.ts";
export * from "./view/index.ts";
