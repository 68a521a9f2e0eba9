// For people who assemble stacks.
export { closeCauseOf, closeCauses, Connection, ConnectionClosedError } from "./connection.ts";
export type { CloseCause, Closing, ConnectionOptions, Endpoint, TlsFacts } from "./connection.ts";
export { formatEndpoint, InvalidEndpointError, parseEndpoint } from "./endpoint.ts";
export { bind, ConnectionLimitError, listen } from "./listen.ts";
export type { Listener, ListenOptions } from "./listen.ts";
export { ListenError } from "./listen-error.ts";
export { connect, connector } from "./connect.ts";
export type { ConnectOptions, ConnectorOptions } from "./connect.ts";
export { ConnectError } from "./connect-error.ts";
export type { ConnectErrorCode, ConnectReason } from "./connect-error.ts";
export { serve } from "./serve.ts";
export type { ListenerServing, ServeOptions, Serving } from "./serve.ts";
export { defaultDetectors, detect, ProtocolMismatchError } from "./detect/detect.ts";
export type { Detectable, DetectOptions } from "./detect/detect.ts";
export type { Detected, Detection, DetectionOutcome } from "./detect/detection.ts";
export { http1Detector } from "./detect/http1.ts";
export { http2Detector } from "./detect/http2.ts";
export { kafkaDetector } from "./detect/kafka.ts";
export { tlsDetector } from "./detect/tls.ts";

export type { Certificate, CertificateSource } from "./tls/certificate.ts";
export { clientTls } from "./tls/client-tls.ts";
export type { ClientTls, ClientTlsOptions } from "./tls/client-tls.ts";
export { TlsHandshakeError } from "./tls/handshake.ts";
export { CertificateError } from "./tls/pem.ts";
export type { Pem } from "./tls/pem.ts";
export type { Reload, Reloadable, ReloadOptions } from "./tls/reloading.ts";
export { serverTls } from "./tls/server-tls.ts";
export type { ClientCertificates, ServerTls, ServerTlsOptions } from "./tls/server-tls.ts";
export { terminateTls } from "./tls/terminate.ts";
export type { TerminateTlsOptions } from "./tls/terminate.ts";

export { forward } from "./forward.ts";
export type { ClosedBy, ForwardOptions, ForwardResult } from "./forward.ts";
export { forwardTo } from "./forward-to.ts";
export type { ForwardToOptions } from "./forward-to.ts";
export { drainQuiet } from "./drain-quiet.ts";
export type { DrainQuietOptions } from "./drain-quiet.ts";
export { IdleTimeoutError } from "./idle-timer.ts";
export { acceptProxyHeader, ProxyHeaderError } from "./proxy-protocol/accept.ts";
export type { AcceptProxyHeaderOptions } from "./proxy-protocol/accept.ts";
export { proxyHeaderFor, sendProxyHeader } from "./proxy-protocol/send.ts";
export type { ClientTarget, SendProxyHeaderOptions } from "./proxy-protocol/send.ts";

// For people who write detectors, and layers that look at first bytes.
export { readClientHello } from "./detect/client-hello.ts";
export type { ClientHello } from "./detect/client-hello.ts";
export { literal, uint, uintBetween } from "./detect/detector.ts";
export type { Detector, Facts, Verdict } from "./detect/detector.ts";
export { peek } from "./peek.ts";
export type { Decide, Peeked, PeekOptions } from "./peek.ts";
