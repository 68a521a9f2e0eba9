export type * from "./state/state.ts";
export * from "./view/index.ts";
