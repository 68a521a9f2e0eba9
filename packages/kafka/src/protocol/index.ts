/**
 * The Kafka protocol: bytes, messages, records, errors. No I/O, nothing from outside this folder.
 */

// Messages: by name, by API, one by one.
export { apiOfKey, messageOfName } from "./lookup.ts";
export type { AnyApi } from "./lookup.ts";
export { apis, messages } from "./generated/registry.ts";
export type { ApiTypes, MessageTypes } from "./generated/registry.ts";
export type { ApiDefinition } from "./api.ts";
export type { MessageCodec, Versions } from "./message.ts";
// The one star: what it brings is itself a list, generated, of some 750 names.
export * from "./generated/index.ts";

// Records: batches and message sets, their headers alone or all of them.
export {
  compressionOf,
  hasDeleteHorizon,
  hasLogAppendTime,
  isControl,
  isTransactional,
  timestampTypeOf,
} from "./records/attributes.ts";
export type { CompressionName, HasAttributes, Magic, TimestampType } from "./records/attributes.ts";
export { BatchCursor, walkBatches } from "./records/batch-cursor.ts";
export { controlRecord } from "./records/control-record.ts";
export type { ControlMessageName, ControlRecord, ControlRecordType } from "./records/control-record.ts";
export { decodeBatch, decodeBatches } from "./records/decode-batches.ts";
export type { DecodeRecordsOptions } from "./records/decode-options.ts";
export { encodeBatch } from "./records/encode-batch.ts";
export type { EncodeRecordsOptions, NewBatch, NewRecord } from "./records/new-batch.ts";
export { lastOffsetOf, lastSequenceOf, offsetOf, sequenceOf, timestampOf } from "./records/record-batch.ts";
export type { BatchRecord, RecordBatch, RecordHeader } from "./records/record-batch.ts";
export {
  InvalidRecordsError,
  MalformedRecordsError,
  RecordsChecksumError,
  RecordsLimitError,
  UnsupportedCompressionError,
} from "./records/records-error.ts";
export type { RecordsLimit } from "./records/records-error.ts";
export type {
  CompressionCodec,
  CompressionCodecs,
  CompressionContext,
  DecompressionContext,
} from "./records/compression/codec.ts";
export { gzipCodec } from "./records/compression/gzip.ts";
export type { GzipOptions } from "./records/compression/gzip.ts";
export { lz4Codec } from "./records/compression/lz4.ts";
export { snappyCodec } from "./records/compression/snappy.ts";
export { standardCodecs } from "./records/compression/standard-codecs.ts";
export { zstdCodec } from "./records/compression/zstd.ts";
export type { ZstdOptions } from "./records/compression/zstd.ts";

// Fields by what they mean: addresses, topics, groups.
export { carriesAddresses, mapAddresses } from "./fields/addresses.ts";
export type { BrokerAddress } from "./fields/addresses.ts";
export { hasRole, mapStructs } from "./fields/map-structs.ts";
export type { RoleStruct } from "./fields/map-structs.ts";
export { fieldPositions } from "./generated/tables.ts";
export type { FieldPosition } from "./generated/tables.ts";

// Skims: what metrics need of the big messages, without decoding them.
export {
  skimFetchResponse,
  skimProduceRequest,
  skimProduceResponse,
  skimShareFetchResponse,
} from "./generated/skims.ts";
export type {
  FetchResponseSkim,
  ProduceRequestSkim,
  ProduceResponseSkim,
  ShareFetchResponseSkim,
} from "./generated/skims.ts";
export type { SkimmedPartition } from "./skim/skimmed-partition.ts";
export type { Skimmer } from "./skim/skimmer.ts";

// Frames.
export {
  encodeRequestFrame,
  encodeRequestParts,
  encodeResponseFrame,
  encodeResponseParts,
} from "./frame/encode-frame.ts";
export type { RequestHeaderFields, ResponseHeaderFields } from "./frame/encode-frame.ts";
export {
  defaultMaxFrameBytes,
  FrameDecoder,
  FrameError,
  FrameTooLargeError,
  MalformedFrameError,
} from "./frame/frame-decoder.ts";
export type { FrameDecoderOptions } from "./frame/frame-decoder.ts";
export { decodeRequestBody, readRequestFrame } from "./frame/request-frame.ts";
export type { RequestFrame } from "./frame/request-frame.ts";
export { correlationIdOf, decodeResponseBody, readResponseFrame } from "./frame/response-frame.ts";
export type { ResponseFrame, ResponseOf } from "./frame/response-frame.ts";

// Errors.
export { kafkaErrorNamed, kafkaErrorOf, kafkaErrors } from "./errors/error-codes.ts";
export type { KafkaErrorCode, KafkaErrorName, UnknownErrorCode } from "./errors/error-codes.ts";
export { errorResponse } from "./errors/error-response.ts";
export type { ErrorToTell } from "./errors/error-response.ts";
export { errorsOf } from "./errors/errors-of.ts";
export type { ResponseError } from "./errors/errors-of.ts";
export {
  InvalidMessageError,
  MalformedMessageError,
  UnsupportedVersionError,
} from "./errors/message-errors.ts";
export { ProtocolError } from "./errors/protocol-error.ts";
export type { ProtocolErrorKind } from "./errors/protocol-error.ts";

// For people who read and write primitives, or walk messages by their schema.
export { zeroUuid } from "./wire/text.ts";
export { Reader } from "./wire/reader.ts";
export type { UnknownTaggedField } from "./wire/reader.ts";
export { WireError } from "./wire/wire-error.ts";
export { Writer } from "./wire/writer.ts";
export type { Partially } from "./schema/defaults.ts";
export type { Problem } from "./schema/explain.ts";
export type { Json } from "./schema/json.ts";
export type { FieldRole, FieldSchema, FieldType, MessageSchema, VersionRange } from "./schema/schema.ts";
