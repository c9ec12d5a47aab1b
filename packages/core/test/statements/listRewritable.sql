SELECT checkpoint_ns AS namespace, channel, version FROM "waypost".checkpoint_blobs
WHERE thread_id = $1::text AND (segments IS NOT NULL OR pg_catalog.octet_length(blob) >= 1024
  OR pg_catalog.position(blob, 'waypost/bytes'::bytea) > 0);
