-- Who is covered: what we asked (270), how it went over the line, and what was
-- answered (271).

-- One question about one patient and coverage; in a 270 a set of its own.
CREATE TABLE elig_inquiry(
	id INTEGER PRIMARY KEY,
	trace TEXT NOT NULL UNIQUE,	-- TRN02, BHT03
	patient INTEGER NOT NULL,
	coverage INTEGER NOT NULL,	-- rid
	payer TEXT NOT NULL,		-- setup.key
	provider TEXT NOT NULL,		-- setup.key
	member TEXT NOT NULL,		-- NM109 as asked
	birth TEXT NOT NULL,		-- of the patient, YYYY-MM-DD or ''
	day TEXT NOT NULL,		-- of service, YYYY-MM-DD
	services TEXT NOT NULL,		-- EQ01 and EQ02, by blanks
	place TEXT NOT NULL,		-- of service (III02), or ''
	diagnoses TEXT NOT NULL,	-- of HI, by blanks
	outgoing INTEGER NOT NULL REFERENCES outgoing(id),
	st TEXT NOT NULL,		-- ST02 of its set
	made INTEGER NOT NULL,		-- ms
	batch INTEGER NOT NULL REFERENCES batch(id),
	withdrawn INTEGER REFERENCES batch(id) -- that took it back
) STRICT;
CREATE VIEW elig_asked AS SELECT * FROM elig_inquiry WHERE withdrawn IS NULL;
CREATE INDEX elig_inquiry_patient ON elig_inquiry(patient, id);
CREATE INDEX elig_inquiry_member ON elig_inquiry(member);
CREATE INDEX elig_inquiry_outgoing ON elig_inquiry(outgoing);

-- Each time that a file went over the line. Written before it goes; ended and
-- what follows are set once. Without ended it is not known whether it arrived.
CREATE TABLE elig_send(
	id INTEGER PRIMARY KEY,
	outgoing INTEGER NOT NULL REFERENCES outgoing(id),
	payload TEXT NOT NULL,		-- PayloadID; the same when it goes again
	way TEXT NOT NULL,		-- mime, soap, dir
	begun INTEGER NOT NULL,		-- ms
	ended INTEGER,			-- ms
	fate TEXT,			-- answered, timeout ...
	status INTEGER,			-- of HTTP
	code TEXT,			-- ErrorCode of the envelope
	again INTEGER,			-- ms: it may go again by itself from then
	doc INTEGER REFERENCES doc(id),	-- what was answered
	batch INTEGER NOT NULL REFERENCES batch(id)
) STRICT;
CREATE INDEX elig_send_outgoing ON elig_send(outgoing, id);
CREATE TRIGGER elig_send_update BEFORE UPDATE ON elig_send
WHEN old.ended IS NOT NULL OR new.id <> old.id OR new.outgoing <> old.outgoing
	OR new.payload <> old.payload OR new.begun <> old.begun
BEGIN SELECT RAISE(ABORT, 'how a file was sent is never changed'); END;
CREATE TRIGGER elig_send_delete BEFORE DELETE ON elig_send
BEGIN SELECT RAISE(ABORT, 'how a file was sent is never taken away'); END;

-- What was answered about one person: a 271's subscriber or dependent, or that
-- a 999, a TA1 or an envelope refused the question.
CREATE TABLE elig_answer(
	id INTEGER PRIMARY KEY,
	inquiry INTEGER REFERENCES elig_inquiry(id), -- NULL: nobody we asked for
	doc INTEGER NOT NULL REFERENCES doc(id),
	segment INTEGER NOT NULL,	-- where it begins there
	kind TEXT NOT NULL,		-- 271, 999, TA1
	patient INTEGER,		-- of the inquiry
	coverage INTEGER,		-- rid, of the inquiry
	payer TEXT NOT NULL,		-- setup.key of the inquiry, or ''
	day TEXT NOT NULL,		-- that it is about, YYYY-MM-DD or ''
	state TEXT NOT NULL
	    CHECK(state IN ('active', 'inactive', 'unclear', 'failed')),
	class TEXT NOT NULL,		-- of a failed one: retry, fix ...; or ''
	received INTEGER NOT NULL,	-- ms
	expires TEXT NOT NULL,		-- last day that it counts, or ''
	again INTEGER,			-- ms: may be asked again by itself then
	sep TEXT NOT NULL,		-- element, component, repetition
	batch INTEGER NOT NULL REFERENCES batch(id),
	withdrawn INTEGER REFERENCES batch(id) -- that took it back
) STRICT;
CREATE VIEW elig_known AS SELECT * FROM elig_answer WHERE withdrawn IS NULL;
CREATE UNIQUE INDEX elig_answer_once ON elig_answer(doc, segment, inquiry)
WHERE withdrawn IS NULL;
CREATE INDEX elig_answer_patient ON elig_answer(patient, coverage, id);
CREATE INDEX elig_answer_inquiry ON elig_answer(inquiry);
CREATE INDEX elig_answer_batch ON elig_answer(batch);

-- Each EB whole: text is the segment as it came, without its terminator.
CREATE TABLE elig_eb(
	answer INTEGER NOT NULL REFERENCES elig_answer(id),
	n INTEGER NOT NULL,		-- from 1
	segment INTEGER NOT NULL,
	eb01 TEXT NOT NULL, eb02 TEXT NOT NULL, eb03 TEXT NOT NULL,
	eb04 TEXT NOT NULL, eb05 TEXT NOT NULL, eb06 TEXT NOT NULL,
	eb07 TEXT NOT NULL, eb08 TEXT NOT NULL, eb09 TEXT NOT NULL,
	eb10 TEXT NOT NULL, eb11 TEXT NOT NULL, eb12 TEXT NOT NULL,
	eb13 TEXT NOT NULL,
	text TEXT NOT NULL,
	PRIMARY KEY(answer, n)
) STRICT, WITHOUT ROWID;
-- What stands below an EB (HSD REF DTP MSG III and the entity between LS and
-- LE), or with eb 0 what is said of the person (NM1 N3 N4 DMG INS DTP REF ...)
-- and above.
CREATE TABLE elig_part(
	answer INTEGER NOT NULL REFERENCES elig_answer(id),
	n INTEGER NOT NULL,		-- from 1
	eb INTEGER NOT NULL,
	loop TEXT NOT NULL,		-- 2100A, 2100C, 2110C, 2120C ...
	text TEXT NOT NULL,
	PRIMARY KEY(answer, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE elig_aaa(
	answer INTEGER NOT NULL REFERENCES elig_answer(id),
	n INTEGER NOT NULL,
	loop TEXT NOT NULL,		-- or TA1, 999
	valid TEXT NOT NULL,		-- AAA01
	reason TEXT NOT NULL,		-- AAA03
	follow TEXT NOT NULL,		-- AAA04
	class TEXT NOT NULL,
	PRIMARY KEY(answer, n)
) STRICT, WITHOUT ROWID;
