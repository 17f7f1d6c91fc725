-- The text of a note whose attachment is kept in blob is put together first.
DROP VIEW note_text;
CREATE VIEW note_text AS SELECT rid, note_text(type, body, blobs) AS text
	FROM resource;
-- Drugs given by reference (index version 4): what is empty needs no reindex.
UPDATE config SET value = '4' WHERE key = 'index.version'
	AND NOT EXISTS (SELECT 1 FROM resource);
