-- The ledger: double entries in integer cents, debit +, credit -. What holds of
-- it is held here, so that no program can leave it otherwise: ehr-ledger(5).

-- Months. Entries go into open ones alone, a closed one stays as it is.
CREATE TABLE period(
	ym TEXT PRIMARY KEY
	    CHECK(ym IS substr(date(ym || '-01'), 1, 7)),
	opened_at INTEGER NOT NULL,	-- ms
	opened_by TEXT NOT NULL,
	closed_at INTEGER,		-- ms
	"by" TEXT,
	entries INTEGER,		-- of the month, when it was closed
	digest BLOB,			-- SHA-256 of them
	CHECK((closed_at IS NULL) = ("by" IS NULL)
	    AND (closed_at IS NULL) = (entries IS NULL)
	    AND (closed_at IS NULL) = (digest IS NULL))
) STRICT, WITHOUT ROWID;

-- dims: what an entry of it must name, 1 patient + 2 payer + 4 line; held by a
-- CHECK of entry, for looking each one up here costs a third of posting it.
CREATE TABLE acct(
	code TEXT PRIMARY KEY,
	class TEXT NOT NULL CHECK(class IN
	    ('asset', 'liability', 'income', 'reduction', 'expense')),
	dims INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO acct(code, class, dims) VALUES
	('cash', 'asset', 0),		-- received
	('ar', 'asset', 1),		-- owed by a payer, or the patient
	('clearing', 'liability', 0),	-- received, not yet told what for
	('unapplied', 'liability', 0),	-- a patient's, for no line yet
	('payer_owed', 'liability', 2),	-- to be given back to a payer
	('revenue', 'income', 5),
	('contractual', 'reduction', 7), -- what the contract takes off
	('writeoff', 'reduction', 1),
	('bad_debt', 'expense', 1),
	('interest', 'income', 2),
	('capitation', 'reduction', 2),	-- paid for by the head already
	('withhold', 'asset', 2),	-- kept back by a payer for now
	('payer_other', 'expense', 2);	-- what a payer takes for no claim

CREATE TABLE txn(
	id INTEGER PRIMARY KEY CHECK(id > 0)
	    REFERENCES seal(txn) DEFERRABLE INITIALLY DEFERRED,
	doc INTEGER REFERENCES doc(id),	-- what it was posted from
	seq INTEGER NOT NULL,		-- in the batch, from 1
	post_date TEXT NOT NULL CHECK(post_date IS date(post_date, '+0 days')),
	recorded INTEGER NOT NULL,	-- ms
	staff TEXT NOT NULL,
	reverses INTEGER UNIQUE REFERENCES seal(txn),
	reason TEXT,
	batch INTEGER NOT NULL REFERENCES batch(id),
	UNIQUE(batch, seq)
) STRICT;
CREATE INDEX txn_doc ON txn(doc) WHERE doc IS NOT NULL;

CREATE TABLE entry(
	txn INTEGER NOT NULL REFERENCES txn(id),
	n INTEGER NOT NULL,		-- from 1
	acct TEXT NOT NULL,		-- acct.code
	cents INTEGER NOT NULL
	    CHECK(cents <> 0 AND abs(cents) < 1000000000000000),
	post_date TEXT NOT NULL,	-- the transaction's
	patient INTEGER,		-- rid
	guarantor TEXT,			-- setup.key, as payer and provider
	payer TEXT,
	rank TEXT CHECK(rank = 'P' OR rank = 'S' OR rank = 'T'),
	provider TEXT,
	line INTEGER REFERENCES charge_line(id),
	remit INTEGER REFERENCES remit_claim(id),
	ref TEXT,			-- the payer's number of the claim, a check's
	grp TEXT CHECK(grp = 'CO' OR grp = 'CR' OR grp = 'OA' OR grp = 'PI'
	    OR grp = 'PR'),		-- IN would build a table for each row
	carc TEXT,
	PRIMARY KEY(txn, n),
	CHECK(CASE acct
	    WHEN 'ar' THEN patient IS NOT NULL
	    WHEN 'revenue' THEN patient IS NOT NULL AND line IS NOT NULL
	    WHEN 'contractual' THEN patient IS NOT NULL AND payer IS NOT NULL
		AND line IS NOT NULL
	    WHEN 'clearing' THEN 1 WHEN 'cash' THEN 1 WHEN 'unapplied' THEN 1
	    WHEN 'writeoff' THEN patient IS NOT NULL
	    WHEN 'bad_debt' THEN patient IS NOT NULL
	    WHEN 'capitation' THEN payer IS NOT NULL
	    WHEN 'withhold' THEN payer IS NOT NULL
	    WHEN 'interest' THEN payer IS NOT NULL
	    WHEN 'payer_owed' THEN payer IS NOT NULL
	    WHEN 'payer_other' THEN payer IS NOT NULL
	    ELSE 0 END),
	CHECK(rank IS NULL OR payer IS NOT NULL),
	CHECK(carc IS NULL OR grp IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_line ON entry(line) WHERE line IS NOT NULL;
CREATE INDEX entry_patient ON entry(patient)
    WHERE patient IS NOT NULL AND line IS NULL;

-- A transaction is whole. None is kept without.
CREATE TABLE seal(
	txn INTEGER PRIMARY KEY REFERENCES txn(id)
) STRICT;

-- ---- triggers: REPLACE is no way around them either ----

CREATE TRIGGER period_insert BEFORE INSERT ON period
WHEN NEW.closed_at IS NOT NULL OR
    EXISTS(SELECT 1 FROM period WHERE ym = NEW.ym)
BEGIN SELECT RAISE(ABORT, 'a period is opened once, and closed later'); END;
CREATE TRIGGER period_update BEFORE UPDATE ON period
BEGIN
	SELECT RAISE(ABORT, 'a closed period is never changed')
	WHERE OLD.closed_at IS NOT NULL;
	SELECT RAISE(ABORT, 'a period is closed, nothing else')
	WHERE NEW.closed_at IS NULL OR NEW.ym <> OLD.ym
	    OR NEW.opened_at <> OLD.opened_at OR NEW.opened_by <> OLD.opened_by;
	SELECT RAISE(ABORT, 'a period is closed with the count of its entries')
	WHERE NEW.entries IS NOT (SELECT count(*) FROM entry
	    WHERE substr(post_date, 1, 7) = NEW.ym);
END;
CREATE TRIGGER period_delete BEFORE DELETE ON period
BEGIN SELECT RAISE(ABORT, 'a period is never taken away'); END;

CREATE TRIGGER acct_insert BEFORE INSERT ON acct
WHEN EXISTS(SELECT 1 FROM acct WHERE code = NEW.code)
BEGIN SELECT RAISE(ABORT, 'an account is never changed'); END;
CREATE TRIGGER acct_update BEFORE UPDATE ON acct
BEGIN SELECT RAISE(ABORT, 'an account is never changed'); END;
CREATE TRIGGER acct_delete BEFORE DELETE ON acct
BEGIN SELECT RAISE(ABORT, 'an account is never taken away'); END;

CREATE TRIGGER txn_insert BEFORE INSERT ON txn
BEGIN
	SELECT CASE
	    WHEN NOT EXISTS(SELECT 1 FROM period
		WHERE ym = substr(NEW.post_date, 1, 7) AND closed_at IS NULL)
	    THEN RAISE(ABORT, 'the period is not open')
	    WHEN EXISTS(SELECT 1 FROM txn WHERE id = NEW.id)
		OR EXISTS(SELECT 1 FROM txn
		    WHERE batch = NEW.batch AND seq = NEW.seq)
	    THEN RAISE(ABORT, 'a transaction is never changed')
	    WHEN NEW.reverses IS NOT NULL AND (
		EXISTS(SELECT 1 FROM txn WHERE reverses = NEW.reverses)
		OR NOT EXISTS(SELECT 1 FROM seal WHERE txn = NEW.reverses))
	    THEN RAISE(ABORT, 'what is reversed was, or is not sealed')
	    WHEN NEW.recorded < (SELECT recorded FROM txn
		ORDER BY id DESC LIMIT 1)
	    THEN RAISE(ABORT, 'recorded before the one before it')
	    END;
END;
CREATE TRIGGER txn_update BEFORE UPDATE ON txn
BEGIN SELECT RAISE(ABORT, 'a transaction is never changed'); END;
CREATE TRIGGER txn_delete BEFORE DELETE ON txn
BEGIN SELECT RAISE(ABORT, 'a transaction is never taken away'); END;

-- AFTER: half the work of BEFORE in a table without rowids.
CREATE TRIGGER entry_insert AFTER INSERT ON entry
WHEN EXISTS(SELECT 1 FROM seal WHERE txn = NEW.txn)
BEGIN SELECT RAISE(ABORT, 'the transaction is sealed'); END;
CREATE TRIGGER entry_update BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
CREATE TRIGGER entry_delete BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'an entry is never taken away'); END;

-- The rest is looked at once, for all entries of a transaction: three times as
-- fast as entry by entry.
CREATE TRIGGER seal_insert BEFORE INSERT ON seal
BEGIN
	SELECT CASE
	    WHEN EXISTS(SELECT 1 FROM seal WHERE txn = NEW.txn)
	    THEN RAISE(ABORT, 'the transaction is sealed')
	    WHEN NOT EXISTS(SELECT 1 FROM txn t JOIN period p
		ON p.ym = substr(t.post_date, 1, 7)
		WHERE t.id = NEW.txn AND p.closed_at IS NULL)
	    THEN RAISE(ABORT, 'the period is not open')
	    END;
	SELECT CASE
	    WHEN sum(e.cents) IS NOT 0
	    THEN RAISE(ABORT, 'the entries do not sum to 0')
	    WHEN min(e.n) <> 1 OR max(e.n) <> count(*)
	    THEN RAISE(ABORT, 'entries are numbered from 1')
	    WHEN max(e.post_date <> t.post_date)
	    THEN RAISE(ABORT, 'an entry has its transaction''s day')
	    END
	FROM txn t CROSS JOIN entry e ON e.txn = t.id
	WHERE t.id = NEW.txn;
	SELECT RAISE(ABORT, 'the entries do not mirror what is reversed')
	FROM txn WHERE id = NEW.txn AND reverses IS NOT NULL
	    AND EXISTS(SELECT 1 FROM entry WHERE txn IN (id, reverses)
		GROUP BY acct, payer, rank, line, patient
		HAVING sum(cents) <> 0);
END;
CREATE TRIGGER seal_update BEFORE UPDATE ON seal
BEGIN SELECT RAISE(ABORT, 'a seal is never changed'); END;
CREATE TRIGGER seal_delete BEFORE DELETE ON seal
BEGIN SELECT RAISE(ABORT, 'a seal is never taken away'); END;

-- A source document is not replaced either.
CREATE TRIGGER doc_insert BEFORE INSERT ON doc
WHEN EXISTS(SELECT 1 FROM doc WHERE id = NEW.id OR key = NEW.key)
BEGIN SELECT RAISE(ABORT, 'a source document is never changed'); END;

-- ---- remittances: what was read of them ----

-- A payment, an ST of an 835. undone: its batch was taken back.
CREATE TABLE remit(
	id INTEGER PRIMARY KEY,
	doc INTEGER NOT NULL REFERENCES doc(id),
	segment INTEGER NOT NULL,	-- of its ST, in the file
	payer TEXT NOT NULL,		-- TRN03: who pays
	trace TEXT NOT NULL,		-- TRN02
	method TEXT NOT NULL,		-- BPR04
	day TEXT NOT NULL,		-- BPR16
	cents INTEGER NOT NULL,		-- BPR02, a debit is below 0
	sha256 BLOB NOT NULL,		-- of the set
	batch INTEGER NOT NULL REFERENCES batch(id),
	undone INTEGER REFERENCES batch(id)
) STRICT;
CREATE UNIQUE INDEX remit_now ON remit(payer, trace) WHERE undone IS NULL;
CREATE INDEX remit_batch ON remit(batch);
CREATE TRIGGER remit_update BEFORE UPDATE ON remit
WHEN OLD.undone IS NOT NULL OR NEW.undone IS NULL
BEGIN SELECT RAISE(ABORT, 'a remittance is never changed'); END;
CREATE TRIGGER remit_delete BEFORE DELETE ON remit
BEGIN SELECT RAISE(ABORT, 'a remittance is never taken away'); END;

-- A claim of it (a CLP), or what is adjusted beside claims (a PLB). parked:
-- why it was not posted, remit-park.def; its money stays in clearing.
CREATE TABLE remit_claim(
	id INTEGER PRIMARY KEY,
	remit INTEGER NOT NULL REFERENCES remit(id),
	segment INTEGER NOT NULL,	-- in the file
	clm01 TEXT NOT NULL,		-- CLP01, or PLB03-2
	status TEXT NOT NULL,		-- CLP02, or PLB03-1
	charged INTEGER NOT NULL,	-- cents, CLP03
	paid INTEGER NOT NULL,		-- cents, CLP04, or less PLB04
	patient_owes INTEGER NOT NULL,	-- cents, CLP05
	payer_claim TEXT,		-- CLP07
	claim INTEGER REFERENCES claim(id),
	parked TEXT
) STRICT;
CREATE INDEX remit_claim_remit ON remit_claim(remit);
CREATE INDEX remit_claim_claim ON remit_claim(claim) WHERE claim IS NOT NULL;
CREATE INDEX remit_claim_parked ON remit_claim(remit) WHERE parked IS NOT NULL;
CREATE TRIGGER remit_claim_update BEFORE UPDATE ON remit_claim
BEGIN SELECT RAISE(ABORT, 'what a remittance says is never changed'); END;
CREATE TRIGGER remit_claim_delete BEFORE DELETE ON remit_claim
BEGIN SELECT RAISE(ABORT, 'what a remittance says is never taken away'); END;
