export { fakeTime } from "./fake-time.ts";
export type { FakeTime } from "./fake-time.ts";
export { layerContract } from "./layer-contract.ts";
export type { LayerFactory } from "./layer-contract.ts";
export { mockService } from "./mock-service.ts";
export type { MockCall, MockService } from "./mock-service.ts";
