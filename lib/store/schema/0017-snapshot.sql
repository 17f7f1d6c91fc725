-- Submissions as they were: reports with the patients of each population, never
-- changed nor taken away.
CREATE TABLE mips_snapshot(
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	time INTEGER NOT NULL,		-- ms
	user TEXT NOT NULL,		-- OS user
	sha256 BLOB NOT NULL,		-- of the text
	size INTEGER NOT NULL,		-- of the text, bytes
	text BLOB NOT NULL		-- zstd
) STRICT;
CREATE TRIGGER mips_snapshot_update BEFORE UPDATE ON mips_snapshot
BEGIN
	SELECT RAISE(ABORT, 'snapshots are not changed');
END;
CREATE TRIGGER mips_snapshot_delete BEFORE DELETE ON mips_snapshot
BEGIN
	SELECT RAISE(ABORT, 'snapshots are not taken away');
END;
