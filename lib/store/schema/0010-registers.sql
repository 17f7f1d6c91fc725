-- Registers of what is done beside the record (lib/comply/registers.def), and
-- what somebody attested (lib/comply/risk.def).
CREATE TABLE register(
	id INTEGER PRIMARY KEY,
	kind TEXT NOT NULL,
	what TEXT NOT NULL,
	who TEXT NOT NULL,
	day TEXT NOT NULL,		-- YYYY-MM-DD
	note TEXT NOT NULL,
	opened INTEGER NOT NULL,	-- ms
	opened_by TEXT NOT NULL,
	closed INTEGER,
	closed_by TEXT,
	how TEXT
) STRICT;
CREATE TABLE attest(
	id INTEGER PRIMARY KEY,
	item TEXT NOT NULL,
	note TEXT NOT NULL,
	time INTEGER NOT NULL,		-- ms
	user TEXT NOT NULL
) STRICT;
