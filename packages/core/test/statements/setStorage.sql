INSERT INTO "waypost".waypost_settings (name, value) VALUES ('storage', $1::text)
ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value;
