-- The schedule: who comes when, and what is taken by that. The Appointment
-- itself is a resource; these rows are written in the same transaction.

CREATE TABLE appt(
	id INTEGER PRIMARY KEY,
	rid INTEGER UNIQUE,		-- of the Appointment
	seg INTEGER GENERATED ALWAYS AS (rid >> 24) VIRTUAL, -- whose chart
	start INTEGER NOT NULL,		-- ms, UTC
	finish INTEGER NOT NULL CHECK(finish > start),
	zone TEXT NOT NULL,		-- of the place, IANA
	status TEXT NOT NULL CHECK(status IN ('proposed', 'pending', 'booked',
	    'arrived', 'checked-in', 'fulfilled', 'cancelled', 'noshow',
	    'entered-in-error', 'waitlist')),
	confirmed INTEGER NOT NULL CHECK(confirmed IN (0, 1)), -- by the patient
	type TEXT NOT NULL,		-- of the visit, or ''
	provider TEXT NOT NULL,
	place TEXT NOT NULL,		-- or ''
	series INTEGER,			-- appt.id of its first one
	sequence INTEGER NOT NULL,	-- RFC 5545
	made INTEGER NOT NULL,		-- ms
	changed INTEGER NOT NULL,	-- ms: status, time or place
	batch INTEGER NOT NULL REFERENCES batch(id) -- that changed it last
) STRICT;
CREATE INDEX appt_start ON appt(start);
CREATE INDEX appt_seg ON appt(seg, start);
CREATE INDEX appt_series ON appt(series) WHERE series IS NOT NULL;
CREATE INDEX appt_batch ON appt(batch);

-- What an appointment was before a batch changed it (start NULL: it was not
-- there), with what it took, a line each: so that the batch can be taken back.
CREATE TABLE appt_was(
	batch INTEGER NOT NULL REFERENCES batch(id),
	appt INTEGER NOT NULL,
	start INTEGER, finish INTEGER, zone TEXT, status TEXT,
	confirmed INTEGER, type TEXT, provider TEXT, place TEXT,
	series INTEGER, changed INTEGER, taken TEXT,
	PRIMARY KEY(batch, appt)
) STRICT, WITHOUT ROWID;

-- A slot that is kept for a while without an appointment.
CREATE TABLE appt_hold(
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	slot TEXT NOT NULL,		-- its key
	expires INTEGER NOT NULL,	-- ms
	"by" TEXT NOT NULL,		-- user
	batch INTEGER NOT NULL REFERENCES batch(id)
) STRICT;
CREATE INDEX appt_hold_expires ON appt_hold(expires);

-- Who holds which interval of what: "provider:smith", "room:2", "device:ecg";
-- with the time that a visit needs before and after it. What was cancelled or
-- missed holds nothing and has no row.
CREATE TABLE booking(
	id INTEGER PRIMARY KEY,
	resource TEXT NOT NULL,
	start INTEGER NOT NULL,		-- ms, UTC
	finish INTEGER NOT NULL
	    CHECK(finish > start AND finish - start <= 86400000),
	appt INTEGER REFERENCES appt(id),
	hold INTEGER REFERENCES appt_hold(id),
	over INTEGER NOT NULL CHECK(over IN (0, 1)), -- booked over another one
	CHECK((appt IS NULL) <> (hold IS NULL))
) STRICT;
CREATE INDEX booking_time ON booking(resource, start, finish);
CREATE INDEX booking_appt ON booking(appt) WHERE appt IS NOT NULL;
CREATE INDEX booking_hold ON booking(hold) WHERE hold IS NOT NULL;
CREATE TRIGGER booking_overlap BEFORE INSERT ON booking
WHEN NOT new.over AND EXISTS (SELECT 1 FROM booking b
	WHERE b.resource = new.resource AND b.start < new.finish
	AND b.start > new.start - 86400000 AND b.finish > new.start)
BEGIN SELECT RAISE(ABORT, 'that time is taken'); END;
CREATE TRIGGER booking_update BEFORE UPDATE ON booking
BEGIN SELECT RAISE(ABORT, 'a booking is never changed'); END;
