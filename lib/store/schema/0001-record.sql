-- Settings of the practice; keys are dotted ("facility.name").
CREATE TABLE config(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO config(key, value) VALUES ('index.version', '3');

CREATE TABLE facility(
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	npi TEXT,
	zone TEXT NOT NULL
);
CREATE TABLE staff(
	id INTEGER PRIMARY KEY,
	user TEXT NOT NULL UNIQUE,	-- OS user name
	name TEXT NOT NULL,
	role TEXT NOT NULL,
	npi TEXT,
	active INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE source(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
INSERT INTO source(id, name) VALUES (1, 'local');
-- Server addresses under which a source's own resources are referred to.
CREATE TABLE source_base(
	source INTEGER NOT NULL REFERENCES source(id),
	base TEXT NOT NULL,
	PRIMARY KEY(source, base)
) WITHOUT ROWID;

CREATE TABLE batch(
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	tool TEXT NOT NULL,
	user TEXT NOT NULL,
	source INTEGER NOT NULL REFERENCES source(id),
	input TEXT,
	reason TEXT,
	sha256 BLOB,
	started INTEGER NOT NULL,
	finished INTEGER,
	state INTEGER NOT NULL,		-- enum batch_state
	undoes INTEGER REFERENCES batch(id),
	n_read INTEGER NOT NULL DEFAULT 0,
	n_inserted INTEGER NOT NULL DEFAULT 0,
	n_updated INTEGER NOT NULL DEFAULT 0,
	n_unchanged INTEGER NOT NULL DEFAULT 0,
	n_rejected INTEGER NOT NULL DEFAULT 0,
	n_deleted INTEGER NOT NULL DEFAULT 0
);
-- Ranges of rids a batch wrote: where undo looks. No foreign key: it would
-- open a savepoint for each row, which makes FTS5 write its pending words.
CREATE TABLE touch(
	batch INTEGER NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	PRIMARY KEY(batch, first, last)
) WITHOUT ROWID;

-- Which patient a segment belonged to, and when; patient 0: nobody's.
CREATE TABLE segment(
	seg INTEGER NOT NULL,
	patient INTEGER NOT NULL,
	from_batch INTEGER NOT NULL,
	from_time INTEGER NOT NULL,
	to_batch INTEGER,
	to_time INTEGER,
	PRIMARY KEY(seg, from_batch)
) WITHOUT ROWID;
CREATE INDEX segment_patient ON segment(patient, seg);
CREATE INDEX segment_moved ON segment(patient)
	WHERE seg <> patient AND patient <> 0;

-- How a patient only referred to is called, until the Patient comes.
CREATE TABLE segment_name(
	seg INTEGER PRIMARY KEY,
	source INTEGER NOT NULL,
	id TEXT NOT NULL
);

CREATE TABLE resource(
	rid INTEGER PRIMARY KEY,
	type INTEGER NOT NULL,
	source INTEGER NOT NULL,
	id TEXT NOT NULL,
	version INTEGER NOT NULL,
	last_version INTEGER NOT NULL,	-- highest number given out
	batch INTEGER NOT NULL,
	origin INTEGER NOT NULL,	-- batch this content first came with
	time INTEGER NOT NULL,
	updated INTEGER,		-- meta.lastUpdated, ms
	state INTEGER NOT NULL,		-- enum record_state
	hash BLOB,
	-- Its references in document order: 8 bytes each, little endian, enum
	-- link_state in the upper 8 bits, the target's rid in the rest.
	refs BLOB,
	-- Attachments taken out of the body: 48 bytes each, place in the body
	-- (8, little endian), SHA-256 (32), length (8).
	blobs BLOB,
	body TEXT
);
CREATE TABLE history(
	hid INTEGER PRIMARY KEY,
	rid INTEGER NOT NULL,
	version INTEGER NOT NULL,
	batch INTEGER NOT NULL,
	origin INTEGER NOT NULL,
	time INTEGER NOT NULL,
	end_batch INTEGER NOT NULL,
	end_time INTEGER NOT NULL,
	updated INTEGER,
	state INTEGER NOT NULL,
	hash BLOB,
	blobs BLOB,
	body TEXT
);
CREATE UNIQUE INDEX history_version ON history(rid, version);

-- Names a resource answers to, hashed: ids, identifiers, full URLs. A hash is
-- only a place to look: the row's id, the body's identifier or name decides.
CREATE TABLE ident(
	key INTEGER NOT NULL,
	rid INTEGER NOT NULL,
	name TEXT,			-- a full URL or urn; else NULL
	PRIMARY KEY(key, rid)
) WITHOUT ROWID;

-- References that wait for their target, or have several.
CREATE TABLE pending(
	key INTEGER NOT NULL,		-- as in ident
	rid INTEGER NOT NULL,
	ordinal INTEGER NOT NULL,
	PRIMARY KEY(key, rid, ordinal)
) WITHOUT ROWID;
CREATE INDEX pending_rid ON pending(rid, ordinal);

-- Further patients a resource names, and when: it shows in their charts too.
CREATE TABLE also(
	seg INTEGER NOT NULL,
	rid INTEGER NOT NULL,
	from_time INTEGER NOT NULL,
	to_time INTEGER,
	PRIMARY KEY(seg, rid, from_time)
) WITHOUT ROWID;
CREATE INDEX also_rid ON also(rid);

-- Attachments over 64 KiB, decoded, once for all versions that have them.
CREATE TABLE blob(
	sha256 BLOB NOT NULL,
	n INTEGER NOT NULL,
	bytes BLOB NOT NULL,
	PRIMARY KEY(sha256, n)
);

-- Search index: derived, rebuilt when index.version is behind.
CREATE TABLE term(
	id INTEGER PRIMARY KEY,
	system TEXT NOT NULL,
	code TEXT NOT NULL,
	UNIQUE(code, system)
);
CREATE TABLE token(
	pt INTEGER NOT NULL,		-- term << 8 | enum index_param
	seg INTEGER NOT NULL,
	date INTEGER NOT NULL,		-- ms, 0 when none
	rid INTEGER NOT NULL,
	PRIMARY KEY(pt, seg, date, rid)
) WITHOUT ROWID;
CREATE TABLE quantity(
	term INTEGER NOT NULL,
	seg INTEGER NOT NULL,
	date INTEGER NOT NULL,
	rid INTEGER NOT NULL,
	value TEXT NOT NULL,		-- with the digits it came with
	unit TEXT NOT NULL,
	PRIMARY KEY(term, seg, date, rid, value)
) WITHOUT ROWID;
CREATE TABLE string(
	param INTEGER NOT NULL,
	value TEXT NOT NULL,
	rid INTEGER NOT NULL,
	PRIMARY KEY(param, value, rid)
) WITHOUT ROWID;
-- The text of notes comes out of the body when it is asked for.
CREATE VIEW note_text AS SELECT rid, note_text(type, body) AS text
	FROM resource;
CREATE VIRTUAL TABLE note USING fts5(text, content='note_text',
	content_rowid='rid', tokenize='unicode61 remove_diacritics 2');
