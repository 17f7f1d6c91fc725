-- Which Locations belong to a facility, and at which one somebody wrote.
CREATE TABLE facility_place(
	rid INTEGER PRIMARY KEY,
	facility INTEGER NOT NULL REFERENCES facility(id)
) STRICT;
ALTER TABLE batch ADD COLUMN facility INTEGER REFERENCES facility(id);
