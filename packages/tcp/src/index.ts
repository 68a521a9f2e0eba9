// For people who assemble stacks.
export { closeCauseOf, closeCauses, Connection, ConnectionClosedError } from "./connection.ts";
export type { CloseCause, Closing, ConnectionOptions, Endpoint, TlsFacts } from "./connection.ts";
export { formatEndpoint, InvalidEndpointError, parseEndpoint } from "./endpoint.ts";
export { bind, ConnectionLimitError, listen } from "./listen.ts";
export type { Listener, ListenOptions } from "./listen.ts";
export { ListenError } from "./listen-error.ts";
export { serve } from "./serve.ts";
export type { ListenerServing, ServeOptions, Serving } from "./serve.ts";
export { defaultDetectors, detect, ProtocolMismatchError } from "./detect/detect.ts";
export type { Detectable, DetectOptions } from "./detect/detect.ts";
export type { Detected, Detection, DetectionOutcome } from "./detect/detection.ts";
export { http1Detector } from "./detect/http1.ts";
export { http2Detector } from "./detect/http2.ts";
export { kafkaDetector } from "./detect/kafka.ts";
export { tlsDetector } from "./detect/tls.ts";

// For people who write detectors, and layers that look at first bytes.
export { readClientHello } from "./detect/client-hello.ts";
export type { ClientHello } from "./detect/client-hello.ts";
export { literal, uint, uintBetween } from "./detect/detector.ts";
export type { Detector, Facts, Verdict } from "./detect/detector.ts";
export { peek } from "./peek.ts";
export type { Decide, Peeked, PeekOptions } from "./peek.ts";
