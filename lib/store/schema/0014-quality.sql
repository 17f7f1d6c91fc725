-- Packages of measures, value sets and the reference files of scoring, as they
-- were loaded; several versions of one side by side.
CREATE TABLE quality_kept(
	id INTEGER PRIMARY KEY,
	kind TEXT NOT NULL,		-- measure, valueset, qpp-...
	name TEXT NOT NULL,
	url TEXT NOT NULL,		-- canonical, else the name
	version TEXT NOT NULL,		-- '': none; of qpp-...: the year
	alias TEXT NOT NULL,		-- CMS122; OID of a value set; ''
	sha256 BLOB NOT NULL,		-- of what was read
	input TEXT NOT NULL,		-- name of the file
	size INTEGER NOT NULL,		-- of the text, bytes
	loaded INTEGER NOT NULL,	-- ms
	loaded_by TEXT NOT NULL,	-- OS user
	text BLOB NOT NULL,		-- zstd
	UNIQUE(kind, url, version)
) STRICT;
