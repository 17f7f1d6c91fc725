-- What a batch wrote when it was no resources: 'setup', 'charge', 'claim',
-- 'remit' ...; such a batch is taken back by the tool that made it.
ALTER TABLE batch ADD COLUMN kind TEXT;

-- Source documents, each kept once as it came: charge files, acknowledgements,
-- remittances. key says what it is ("835:TRN02:payer"), so that the same one
-- is not taken twice.
CREATE TABLE doc(
	id INTEGER PRIMARY KEY,
	kind TEXT NOT NULL,
	key TEXT NOT NULL UNIQUE,
	sha256 BLOB NOT NULL,
	size INTEGER NOT NULL,		-- of the text, bytes
	received INTEGER NOT NULL,	-- ms
	batch INTEGER NOT NULL REFERENCES batch(id),
	text BLOB NOT NULL		-- zstd
) STRICT;
CREATE TRIGGER doc_update BEFORE UPDATE ON doc
BEGIN SELECT RAISE(ABORT, 'a source document is never changed'); END;
CREATE TRIGGER doc_delete BEFORE DELETE ON doc
BEGIN SELECT RAISE(ABORT, 'a source document is never taken away'); END;

-- The last number given out of each row of control numbers ("isa", "gs").
CREATE TABLE control(
	name TEXT PRIMARY KEY,
	last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Set-up as text: payers, providers, fees, edits ... of billing, hours and rooms
-- of the schedule, rules of reminders. An item is its text (ehr-setup(5)). A
-- change closes one version and opens the next.
CREATE TABLE setup(
	id INTEGER PRIMARY KEY,
	domain TEXT NOT NULL CHECK(domain IN ('billing', 'schedule', 'remind')),
	kind TEXT NOT NULL,
	key TEXT NOT NULL,
	body TEXT NOT NULL,
	from_batch INTEGER NOT NULL REFERENCES batch(id),
	to_batch INTEGER REFERENCES batch(id)
) STRICT;
CREATE UNIQUE INDEX setup_now ON setup(domain, kind, key) WHERE to_batch IS NULL;
CREATE INDEX setup_from ON setup(from_batch);
CREATE INDEX setup_to ON setup(to_batch) WHERE to_batch IS NOT NULL;

-- What was done for a patient, to be billed. Only voided is ever set later: a
-- correction voids the charge and adds another one.
CREATE TABLE charge(
	id INTEGER PRIMARY KEY,
	key TEXT NOT NULL,		-- the source's own name of it
	patient INTEGER NOT NULL,
	encounter INTEGER,		-- rid
	day TEXT NOT NULL,		-- of the first service, YYYY-MM-DD
	replaces INTEGER REFERENCES charge(id),
	batch INTEGER NOT NULL REFERENCES batch(id),
	voided INTEGER REFERENCES batch(id),
	reason TEXT			-- of the void
) STRICT;
CREATE UNIQUE INDEX charge_key ON charge(key) WHERE voided IS NULL;
CREATE INDEX charge_all ON charge(key, id);
CREATE INDEX charge_patient ON charge(patient, day);
CREATE INDEX charge_encounter ON charge(encounter) WHERE encounter IS NOT NULL;
CREATE INDEX charge_batch ON charge(batch);
CREATE INDEX charge_voided ON charge(voided) WHERE voided IS NOT NULL;
CREATE INDEX charge_replaces ON charge(replaces) WHERE replaces IS NOT NULL;
CREATE TABLE charge_line(
	id INTEGER PRIMARY KEY,
	charge INTEGER NOT NULL REFERENCES charge(id),
	n INTEGER NOT NULL,		-- from 1
	code TEXT NOT NULL,
	mods TEXT NOT NULL,		-- up to four, by blanks
	units TEXT NOT NULL,		-- decimal
	unit TEXT NOT NULL,		-- UN, MJ
	cents INTEGER NOT NULL,		-- of all units
	first TEXT NOT NULL,		-- YYYY-MM-DD
	last TEXT NOT NULL,
	place TEXT NOT NULL,		-- of service, CMS's two digits
	pointers TEXT NOT NULL,		-- up to four numbers, by blanks
	UNIQUE(charge, n)
) STRICT;
-- All else that is known of a charge (n 0) or a line, by name.
CREATE TABLE charge_field(
	charge INTEGER NOT NULL REFERENCES charge(id),
	n INTEGER NOT NULL,
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY(charge, n, name)
) STRICT, WITHOUT ROWID;

-- What one payer is asked to pay of a charge.
CREATE TABLE claim(
	id INTEGER PRIMARY KEY,
	charge INTEGER NOT NULL REFERENCES charge(id),
	part INTEGER NOT NULL,		-- of one with over 50 lines, from 1
	rank TEXT NOT NULL CHECK(rank IN ('P', 'S', 'T')),
	payer TEXT NOT NULL,		-- setup.key
	coverage INTEGER NOT NULL,	-- rid
	patient INTEGER NOT NULL,
	cents INTEGER NOT NULL,
	batch INTEGER NOT NULL REFERENCES batch(id),
	UNIQUE(charge, part, rank)
) STRICT;
CREATE INDEX claim_patient ON claim(patient);
CREATE TABLE claim_line(
	claim INTEGER NOT NULL REFERENCES claim(id),
	line INTEGER NOT NULL REFERENCES charge_line(id),
	PRIMARY KEY(claim, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_line_line ON claim_line(line);

-- Files we made, the bytes as they were sent; placed: under its name, whole.
CREATE TABLE outgoing(
	id INTEGER PRIMARY KEY,
	kind TEXT NOT NULL,		-- 837P, 276, 270
	receiver TEXT NOT NULL,
	isa INTEGER NOT NULL UNIQUE,	-- ISA13
	gs INTEGER NOT NULL,		-- GS06
	name TEXT NOT NULL UNIQUE,
	folder TEXT NOT NULL DEFAULT '.', -- where it goes
	sha256 BLOB NOT NULL,
	claims INTEGER NOT NULL,
	cents INTEGER NOT NULL,
	made INTEGER NOT NULL,		-- ms
	placed INTEGER,			-- ms
	undone INTEGER REFERENCES batch(id), -- taken back, never placed
	batch INTEGER NOT NULL REFERENCES batch(id),
	text BLOB NOT NULL		-- zstd
) STRICT;
CREATE INDEX outgoing_open ON outgoing(id) WHERE placed IS NULL;
CREATE INDEX outgoing_batch ON outgoing(batch);
-- A claim in a file: new each time that it is sent.
CREATE TABLE submission(
	id INTEGER PRIMARY KEY,
	claim INTEGER NOT NULL REFERENCES claim(id),
	outgoing INTEGER NOT NULL REFERENCES outgoing(id),
	clm01 TEXT NOT NULL UNIQUE,
	frequency TEXT NOT NULL,	-- 1, 7, 8
	st TEXT NOT NULL,		-- ST02 of its set
	segment INTEGER NOT NULL,	-- of its CLM, in the file
	cents INTEGER NOT NULL
) STRICT;
CREATE INDEX submission_claim ON submission(claim);
CREATE INDEX submission_outgoing ON submission(outgoing);
-- What became of a claim, in order; only ever added to.
CREATE TABLE claim_event(
	id INTEGER PRIMARY KEY,
	claim INTEGER NOT NULL REFERENCES claim(id),
	submission INTEGER REFERENCES submission(id),
	kind TEXT NOT NULL,		-- built, accepted, rejected, paid ...
	source TEXT NOT NULL,		-- build, TA1, 999, 277CA, 277, 835, user
	day TEXT NOT NULL,		-- of effect, YYYY-MM-DD
	time INTEGER NOT NULL,		-- ms
	doc INTEGER REFERENCES doc(id),
	segment INTEGER,		-- of the document
	category TEXT,			-- STC01-1, or the code of a 999
	status TEXT,			-- STC01-2
	entity TEXT,			-- STC01-3
	line INTEGER REFERENCES charge_line(id),
	place TEXT,			-- loop and element that is meant
	cents INTEGER,
	payer_claim TEXT,		-- REF*1K
	note TEXT,
	-- the event that this one takes back
	undoes INTEGER UNIQUE REFERENCES claim_event(id),
	batch INTEGER NOT NULL REFERENCES batch(id)
) STRICT;
CREATE INDEX claim_event_batch ON claim_event(batch);
CREATE INDEX claim_event_claim ON claim_event(claim, id);
CREATE TRIGGER claim_event_update BEFORE UPDATE ON claim_event
BEGIN SELECT RAISE(ABORT, 'what happened is never changed'); END;
CREATE TRIGGER claim_event_delete BEFORE DELETE ON claim_event
BEGIN SELECT RAISE(ABORT, 'what happened is never taken away'); END;
