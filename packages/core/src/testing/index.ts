export { fakeTime } from "./fake-time.ts";
export type { FakeTime } from "./fake-time.ts";
export { layerContract } from "./layer-contract.ts";
export type { LayerContractOptions, LayerFactory } from "./layer-contract.ts";
export { mockService } from "./mock-service.ts";
export type { MockCall, MockService } from "./mock-service.ts";
export { memoryDuplex } from "./memory-duplex.ts";
export type { MemoryDuplex, MemoryDuplexOptions } from "./memory-duplex.ts";
