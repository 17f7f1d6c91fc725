-- Requests for data of patients, and what came of them, step by step: rows are
-- only ever added, and taken away with a patient who is purged.
CREATE TABLE request(
	id INTEGER PRIMARY KEY,
	kind TEXT NOT NULL,		-- comply-kind.def
	patient INTEGER,		-- NULL: of several, or of none yet
	asker TEXT NOT NULL,		-- patient, representative, ...
	who TEXT NOT NULL,		-- name and address, '' of the patient
	what TEXT NOT NULL,
	manner TEXT NOT NULL,		-- how it is wanted
	received INTEGER NOT NULL,	-- day since 1970-01-01
	time INTEGER NOT NULL,		-- ms
	user TEXT NOT NULL
) STRICT;
CREATE TABLE request_step(
	id INTEGER PRIMARY KEY,
	request INTEGER NOT NULL REFERENCES request(id),
	kind TEXT NOT NULL,		-- comply-step.def
	day INTEGER NOT NULL,
	until INTEGER,			-- of an extension: the new day
	ground TEXT,			-- comply-ground.def
	text TEXT NOT NULL,
	time INTEGER NOT NULL,		-- ms
	user TEXT NOT NULL
) STRICT;
CREATE INDEX request_step_request ON request_step(request);
CREATE TRIGGER request_update BEFORE UPDATE ON request
BEGIN SELECT RAISE(ABORT, 'request: append only'); END;
CREATE TRIGGER request_step_update BEFORE UPDATE ON request_step
BEGIN SELECT RAISE(ABORT, 'request: append only'); END;
