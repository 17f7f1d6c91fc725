-- What was acknowledged, one row for each thing that an answer names; of a
-- claim only when it is none that was sent. Without outgoing: not ours, or not
-- known.
CREATE TABLE ack(
	id INTEGER PRIMARY KEY,
	doc INTEGER NOT NULL REFERENCES doc(id),
	kind TEXT NOT NULL,		-- TA1, 999, 277CA, 277; else ST01
	segment INTEGER NOT NULL,	-- of the document
	level TEXT NOT NULL,		-- interchange, group, set, batch, claim
	key TEXT NOT NULL,		-- ISA13, GS06, ST02, TRN02
	code TEXT,			-- TA104, AK901, IK501, STC01-1
	outgoing INTEGER REFERENCES outgoing(id),
	batch INTEGER NOT NULL REFERENCES batch(id)
) STRICT;
CREATE INDEX ack_doc ON ack(doc);
CREATE INDEX ack_unmatched ON ack(id) WHERE outgoing IS NULL;
CREATE TRIGGER ack_update BEFORE UPDATE ON ack
BEGIN SELECT RAISE(ABORT, 'what was acknowledged is never changed'); END;
CREATE TRIGGER ack_delete BEFORE DELETE ON ack
BEGIN SELECT RAISE(ABORT, 'what was acknowledged is never taken away'); END;

-- Questions after the status of a submission (276), each with its trace.
CREATE TABLE claim_ask(
	id INTEGER PRIMARY KEY,
	submission INTEGER NOT NULL REFERENCES submission(id),
	outgoing INTEGER NOT NULL REFERENCES outgoing(id),
	trn TEXT NOT NULL UNIQUE	-- TRN02
) STRICT;
CREATE INDEX claim_ask_submission ON claim_ask(submission);
CREATE INDEX claim_ask_outgoing ON claim_ask(outgoing);
