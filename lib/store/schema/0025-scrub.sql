-- Findings of scrub that somebody overrode: the rule does not keep the charge
-- from being built.
CREATE TABLE scrub_override(
	id INTEGER PRIMARY KEY,
	charge INTEGER NOT NULL REFERENCES charge(id),
	rule TEXT NOT NULL,
	reason TEXT NOT NULL,
	batch INTEGER NOT NULL REFERENCES batch(id),
	undone INTEGER REFERENCES batch(id)
) STRICT;
CREATE UNIQUE INDEX scrub_override_now ON scrub_override(charge, rule)
	WHERE undone IS NULL;
CREATE INDEX scrub_override_batch ON scrub_override(batch);
