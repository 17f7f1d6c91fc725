-- The practice's list of what takes a reason to see: an entry, or with a
-- Patient all of the chart. Labels of meta.security stand in the entries.
CREATE TABLE sensitive(
	rid INTEGER NOT NULL,
	staff INTEGER NOT NULL,		-- for this member only; 0: everybody
	kind TEXT NOT NULL,
	PRIMARY KEY(rid, staff)
) WITHOUT ROWID;
