SELECT CASE WHEN value IN ('incremental', 'shared') THEN 'incremental' ELSE 'full' END AS storage
FROM "waypost".waypost_settings WHERE name = 'storage';
