/**
 * Families of the target page that nothing feeds yet, by name. A family that is built leaves this
 * list in the same change; the contract test fails otherwise.
 */
export const pendingFamilies: readonly string[] = [
  "pagoda_policy_decisions",
  "pagoda_kms_requests",
  "pagoda_kms_request_duration_seconds",
  "pagoda_dek_cache_lookups",
  "pagoda_faults_injected",
  "pagoda_mirror_records",
  "pagoda_http_requests",
  "pagoda_http_request_duration_seconds",
  "pagoda_http_records",
  "pagoda_producer_queue_records",
  "pagoda_producer_queue_bytes",
  "pagoda_producer_delivery_duration_seconds",
  "pagoda_wal_records",
  "pagoda_wal_bytes",
  "pagoda_wal_oldest_record_age_seconds",
  "pagoda_wal_append_duration_seconds",
  "pagoda_wal_replayed_records",
  "pagoda_capture_bytes",
  "pagoda_telemetry_pushes",
];
