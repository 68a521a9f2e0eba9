// For people who assemble stacks.
export { serveKafka } from "./server.ts";
export type { BuildKafkaService, ServeKafkaOptions } from "./server.ts";
export { kafkaClient } from "./client.ts";
export type { KafkaClientOptions, KafkaService } from "./client.ts";
export { onApi } from "./layers/on-api.ts";
export type { ApiHooks } from "./layers/on-api.ts";
export { watchApi } from "./layers/watch-api.ts";
export type { ApiWatcher, WatchedRequest, WatchedResponse } from "./layers/watch-api.ts";
export type { VersionPredicate } from "./layers/versions.ts";

// For people who write layers.
export { KafkaRequest } from "./request.ts";
export type { KafkaAnswer, NewRequest } from "./request.ts";
export { KafkaResponse, noResponse } from "./response.ts";
export type { Answered, NoResponse } from "./response.ts";
export { errorAnswer, KafkaApiError } from "./errors/error-answer.ts";
export { CorrelationError, UpstreamClosedError } from "./errors/upstream-errors.ts";
export { FrameTimeoutError } from "./frame/frame-deadline.ts";
export { responseFlow } from "./response-flow.ts";
export type { ResponseFlow } from "./response-flow.ts";
