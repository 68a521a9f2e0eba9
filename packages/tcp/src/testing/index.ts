export { memoryConnections } from "./memory-connections.ts";
export type { MemoryConnectionsOptions } from "./memory-connections.ts";
