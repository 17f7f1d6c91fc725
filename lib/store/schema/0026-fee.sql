-- Fees: what is charged, or allowed by a payer's contract, for a service. A
-- change closes one row and opens the next, as of the set-up.
CREATE TABLE fee(
	id INTEGER PRIMARY KEY,
	schedule TEXT NOT NULL,		-- setup.key
	code TEXT NOT NULL,
	mod TEXT NOT NULL,		-- one modifier; '': with any or none
	place TEXT NOT NULL,		-- of service, F facility, N other; '': any
	first TEXT NOT NULL,		-- YYYY-MM-DD
	last TEXT NOT NULL,		-- '': no end
	cents INTEGER NOT NULL CHECK(cents >= 0),
	from_batch INTEGER NOT NULL REFERENCES batch(id),
	to_batch INTEGER REFERENCES batch(id)
) STRICT;
CREATE UNIQUE INDEX fee_now ON fee(schedule, code, mod, place, first)
	WHERE to_batch IS NULL;
CREATE INDEX fee_from ON fee(from_batch);
CREATE INDEX fee_to ON fee(to_batch) WHERE to_batch IS NOT NULL;
