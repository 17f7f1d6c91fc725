-- Charts that must not be purged, and who says so; released: no longer.
CREATE TABLE hold(
	id INTEGER PRIMARY KEY,
	patient INTEGER NOT NULL,
	reason TEXT NOT NULL,
	placed INTEGER NOT NULL,	-- ms
	placed_by TEXT NOT NULL,	-- OS user
	released INTEGER,
	released_by TEXT,
	why TEXT			-- it was released
) STRICT;
CREATE INDEX hold_patient ON hold(patient) WHERE released IS NULL;

-- Charts that were purged: numbers and counts, nothing of what was in them.
CREATE TABLE purge(
	batch INTEGER PRIMARY KEY REFERENCES batch(id),
	patient INTEGER NOT NULL,
	counts TEXT NOT NULL		-- "resources=12 former=3"
) STRICT;
