-- Official code tables as they were loaded: what a day's service is judged by
-- are the newest ones that hold on that day. Reference data, no patient's.
CREATE TABLE code_load(
	id INTEGER PRIMARY KEY,
	kind TEXT NOT NULL,
	first TEXT NOT NULL,		-- holds from that day on, YYYY-MM-DD
	rows INTEGER NOT NULL,
	sha256 BLOB NOT NULL,
	batch INTEGER NOT NULL REFERENCES batch(id)
) STRICT;
CREATE INDEX code_load_kind ON code_load(kind, first);
-- state: of ICD-10-CM 1 billable, 0 a header, -1 deleted; of HCPCS 0 a code, 1
-- a modifier; of MUE the adjudication indicator. n: of MUE the units.
CREATE TABLE code(
	kind TEXT NOT NULL,
	code TEXT NOT NULL,
	load INTEGER NOT NULL REFERENCES code_load(id),
	state INTEGER NOT NULL,
	n INTEGER NOT NULL,
	last TEXT,			-- of HCPCS: the day it ends
	text TEXT,
	PRIMARY KEY(kind, code, load)
) STRICT, WITHOUT ROWID;
-- Pairs of NCCI: both codes as numbers to the base of 36, in one; days since
-- 1970, last 0: none; modifier 0, 1, 9. Millions of rows, so nothing more.
CREATE TABLE code_pair(
	pair INTEGER NOT NULL,
	load INTEGER NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	modifier INTEGER NOT NULL,
	PRIMARY KEY(pair, load, first)
) STRICT, WITHOUT ROWID;
