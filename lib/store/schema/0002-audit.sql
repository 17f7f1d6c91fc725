-- The audit log: events are the leaves of a Merkle tree (RFC 6962 2.1). Rows
-- are only ever added, each at the end: the triggers refuse all else. leaf is
-- the hash of every other column; how they are put into bytes stands in
-- lib/audit/leaf.c, how the patients of a set are in lib/audit/ranges.c.
CREATE TABLE audit_event(
	seq INTEGER PRIMARY KEY,	-- from 1; leaf index + 1
	time INTEGER NOT NULL,		-- ms since 1970
	user TEXT NOT NULL,		-- OS user name
	tool TEXT NOT NULL,
	action TEXT NOT NULL,		-- enum audit_action
	purpose TEXT,
	scope TEXT,			-- sections, types, categories
	outcome TEXT NOT NULL,		-- enum audit_outcome
	batch INTEGER,
	pair INTEGER,			-- of an end: seq of its begin
	patient INTEGER,		-- whose data, when one patient's
	patients BLOB,			-- else ranges of their numbers
	leaf BLOB NOT NULL,
	CHECK(patient IS NULL OR patients IS NULL)
) STRICT;
CREATE UNIQUE INDEX audit_event_pair ON audit_event(pair)
	WHERE pair IS NOT NULL;
CREATE INDEX audit_event_begin ON audit_event(seq) WHERE outcome = 'begin';
CREATE INDEX audit_event_patient ON audit_event(patient)
	WHERE patient IS NOT NULL;
CREATE INDEX audit_event_patients ON audit_event(seq)
	WHERE patients IS NOT NULL;

-- Completed tiles of 256 hashes: of leaves on level 0, of the tiles of the
-- level below elsewhere.
CREATE TABLE audit_tile(
	level INTEGER NOT NULL,
	idx INTEGER NOT NULL,
	hashes BLOB NOT NULL,
	root BLOB NOT NULL,
	PRIMARY KEY(level, idx)
) STRICT;

-- The tree as it stands: frontier holds the roots of its complete subtrees,
-- largest first, one for each bit of size.
CREATE TABLE audit_head(
	id INTEGER PRIMARY KEY CHECK(id = 1),
	size INTEGER NOT NULL,
	root BLOB NOT NULL,
	frontier BLOB NOT NULL
) STRICT;
INSERT INTO audit_head(id, size, root, frontier) VALUES (1, 0,
	x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
	x'');

CREATE TRIGGER audit_event_insert BEFORE INSERT ON audit_event
WHEN NEW.seq IS NOT (SELECT size + 1 FROM audit_head)
BEGIN SELECT RAISE(ABORT, 'audit log: only the next event'); END;
CREATE TRIGGER audit_event_update BEFORE UPDATE ON audit_event
BEGIN SELECT RAISE(ABORT, 'audit log: append only'); END;
CREATE TRIGGER audit_event_delete BEFORE DELETE ON audit_event
BEGIN SELECT RAISE(ABORT, 'audit log: append only'); END;

CREATE TRIGGER audit_tile_insert BEFORE INSERT ON audit_tile
WHEN EXISTS (SELECT 1 FROM audit_tile
	WHERE level = NEW.level AND idx = NEW.idx)
BEGIN SELECT RAISE(ABORT, 'audit log: append only'); END;
CREATE TRIGGER audit_tile_update BEFORE UPDATE ON audit_tile
BEGIN SELECT RAISE(ABORT, 'audit log: append only'); END;
CREATE TRIGGER audit_tile_delete BEFORE DELETE ON audit_tile
BEGIN SELECT RAISE(ABORT, 'audit log: append only'); END;

CREATE TRIGGER audit_head_insert BEFORE INSERT ON audit_head
BEGIN SELECT RAISE(ABORT, 'audit log: append only'); END;
CREATE TRIGGER audit_head_update BEFORE UPDATE ON audit_head
WHEN NEW.size IS NOT OLD.size + 1 OR NEW.id IS NOT OLD.id
BEGIN SELECT RAISE(ABORT, 'audit log: append only'); END;
CREATE TRIGGER audit_head_delete BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, 'audit log: append only'); END;
