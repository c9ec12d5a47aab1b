SELECT value AS storage FROM "waypost".waypost_settings WHERE name = 'storage';
