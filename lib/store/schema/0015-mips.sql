-- What a practice answers to measures of promoting interoperability and
-- improvement activities of MIPS. A row never changes: a correction is another
-- row that names it.
CREATE TABLE mips_entry(
	id INTEGER PRIMARY KEY,
	year INTEGER NOT NULL,
	measure TEXT NOT NULL,		-- PI_EP_1, IA_EPA_1
	answer TEXT NOT NULL,		-- yes, no, counts, withdrawn
	numerator INTEGER,
	denominator INTEGER,
	first TEXT NOT NULL,		-- YYYY-MM-DD; ''
	last TEXT NOT NULL,
	day TEXT NOT NULL,		-- of the answer
	who TEXT NOT NULL,		-- gave it
	note TEXT NOT NULL,
	replaces INTEGER UNIQUE REFERENCES mips_entry(id),
	sha256 BLOB,			-- of the evidence
	name TEXT NOT NULL,		-- of its file; ''
	size INTEGER NOT NULL,
	evidence BLOB,			-- NULL: not kept
	time INTEGER NOT NULL,		-- ms
	user TEXT NOT NULL
) STRICT;
CREATE TRIGGER mips_entry_update BEFORE UPDATE ON mips_entry BEGIN
	SELECT RAISE(ABORT, 'an answer is never changed');
END;
CREATE TRIGGER mips_entry_delete BEFORE DELETE ON mips_entry BEGIN
	SELECT RAISE(ABORT, 'an answer is never taken away');
END;
