-- What decides which rows a chart page has, so that it reads these alone. A
-- row for each live resource; same NULL: it is to be read as a whole.
CREATE TABLE sketch(
	rid INTEGER PRIMARY KEY,
	type INTEGER NOT NULL,
	same INTEGER,
	start TEXT			-- its date as the source has it
);
-- The members that make an entry what it is but for its date, as an object of
-- their own: many resources share one. id: of the SHA-256 of text.
CREATE TABLE sketch_same(id INTEGER PRIMARY KEY, text TEXT NOT NULL);
-- Sketches came with index version 5: what is empty needs no reindex.
UPDATE config SET value = '5' WHERE key = 'index.version'
	AND NOT EXISTS (SELECT 1 FROM resource);
