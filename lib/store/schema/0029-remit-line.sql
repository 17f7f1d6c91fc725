-- What a remittance that was posted said of each line and why it paid less, as
-- it came: the ledger has only what it made of it, of a denied line nothing.

ALTER TABLE remit_claim ADD COLUMN moa TEXT; -- MOA01 to 09, by colons

-- A service of it (an SVC).
CREATE TABLE remit_line(
	remit_claim INTEGER NOT NULL REFERENCES remit_claim(id),
	line INTEGER NOT NULL REFERENCES charge_line(id),
	segment INTEGER NOT NULL,	-- in the file
	code TEXT NOT NULL,		-- SVC01, its parts by colons
	paid INTEGER NOT NULL,		-- cents, SVC03
	units TEXT,			-- SVC05
	PRIMARY KEY(remit_claim, line)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER remit_line_update BEFORE UPDATE ON remit_line
BEGIN SELECT RAISE(ABORT, 'what a remittance says is never changed'); END;
CREATE TRIGGER remit_line_delete BEFORE DELETE ON remit_line
BEGIN SELECT RAISE(ABORT, 'what a remittance says is never taken away'); END;

-- An adjustment (of a CAS) in their order; without line: of the claim.
CREATE TABLE remit_cas(
	remit_claim INTEGER NOT NULL REFERENCES remit_claim(id),
	n INTEGER NOT NULL,
	line INTEGER REFERENCES charge_line(id),
	grp TEXT NOT NULL,
	carc TEXT NOT NULL,
	cents INTEGER NOT NULL,
	units TEXT,
	PRIMARY KEY(remit_claim, n)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER remit_cas_update BEFORE UPDATE ON remit_cas
BEGIN SELECT RAISE(ABORT, 'what a remittance says is never changed'); END;
CREATE TRIGGER remit_cas_delete BEFORE DELETE ON remit_cas
BEGIN SELECT RAISE(ABORT, 'what a remittance says is never taken away'); END;
