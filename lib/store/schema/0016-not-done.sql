-- What was not done may name a value set instead of a code; the index has its
-- canonical (index version 6). What is empty needs no reindex.
UPDATE config SET value = '6' WHERE key = 'index.version'
	AND NOT EXISTS (SELECT 1 FROM resource);
