-- Messages that leave the practice. Each is committed here before it is sent,
-- once for each occasion and channel; what it says stays as it was made.
CREATE TABLE outbox(
	id INTEGER PRIMARY KEY,
	rule TEXT NOT NULL,		-- setup.key
	subject TEXT NOT NULL,		-- Appointment/ID, recall/ID ...
	occurrence TEXT NOT NULL,	-- which of its times
	channel TEXT NOT NULL
	    CHECK(channel IN ('sms', 'email', 'voice', 'letter')),
	key TEXT NOT NULL UNIQUE,	-- what the transport gets: a random UUID
	patient INTEGER NOT NULL,	-- whom it is about
	lead INTEGER REFERENCES outbox(id), -- that message speaks for this one
	transport TEXT NOT NULL,	-- setup.key
	address TEXT,			-- number, mailbox, lines of an address
	person TEXT,			-- who it goes to
	language TEXT NOT NULL,		-- BCP 47
	title TEXT,			-- of a mail or letter
	body TEXT,
	segments INTEGER NOT NULL DEFAULT 1, -- of an SMS
	due INTEGER NOT NULL,		-- ms: when it was due
	until INTEGER NOT NULL,		-- ms: of no use from then on
	state TEXT NOT NULL DEFAULT 'queued' CHECK(state IN ('queued',
	    'sending', 'sent', 'failed', 'unknown', 'bounced', 'dropped')),
	attempts INTEGER NOT NULL DEFAULT 0,
	again INTEGER NOT NULL,		-- ms: not before
	begun INTEGER,			-- ms: of the last attempt
	ended INTEGER,			-- ms
	remote TEXT,			-- the transport's own id of it
	detail TEXT,			-- why it stands so
	filed INTEGER,			-- rid of its Communication
	batch INTEGER NOT NULL REFERENCES batch(id),
	UNIQUE(rule, subject, occurrence, channel)
) STRICT;
CREATE INDEX outbox_open ON outbox(again) WHERE state = 'queued';
CREATE INDEX outbox_sending ON outbox(id) WHERE state = 'sending';
CREATE INDEX outbox_unfiled ON outbox(id) WHERE filed IS NULL;
CREATE INDEX outbox_patient ON outbox(patient, begun);
CREATE INDEX outbox_subject ON outbox(subject);
CREATE INDEX outbox_lead ON outbox(lead) WHERE lead IS NOT NULL;
CREATE INDEX outbox_remote ON outbox(remote) WHERE remote IS NOT NULL;
CREATE INDEX outbox_address ON outbox(address, begun);
CREATE INDEX outbox_batch ON outbox(batch);

-- Out of sending leads what the transport said. What is not known to have
-- failed never goes again but under the same key.
CREATE TRIGGER outbox_state BEFORE UPDATE OF state ON outbox
WHEN old.state <> new.state AND (old.state, new.state) NOT IN (VALUES
	('queued', 'sending'), ('queued', 'dropped'), ('queued', 'failed'),
	('sending', 'sent'), ('sending', 'failed'), ('sending', 'unknown'),
	('sending', 'queued'), ('sent', 'bounced'), ('unknown', 'sent'),
	('unknown', 'failed'), ('unknown', 'bounced'))
BEGIN SELECT RAISE(ABORT, 'a message does not go from that state to this'); END;
CREATE TRIGGER outbox_new BEFORE INSERT ON outbox WHEN new.state <> 'queued'
BEGIN SELECT RAISE(ABORT, 'a message begins queued'); END;
CREATE TRIGGER outbox_same BEFORE UPDATE ON outbox
WHEN new.id <> old.id OR new.rule <> old.rule OR new.subject <> old.subject
	OR new.occurrence <> old.occurrence OR new.channel <> old.channel
	OR new.key <> old.key OR new.patient <> old.patient
	OR new.lead IS NOT old.lead OR new.due <> old.due
	OR new.attempts < old.attempts OR new.batch <> old.batch
	OR (new.address IS NOT old.address AND new.address IS NOT NULL)
	OR (new.body IS NOT old.body AND new.body IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'what a message is never changes'); END;
CREATE TRIGGER outbox_delete BEFORE DELETE ON outbox
BEGIN SELECT RAISE(ABORT, 'a message is never taken away'); END;

-- Addresses that said STOP to a channel, whoever they belong to.
CREATE TABLE outbox_stop(
	channel TEXT NOT NULL,
	address TEXT NOT NULL,
	since INTEGER NOT NULL,		-- ms
	ended INTEGER,			-- ms: START
	batch INTEGER NOT NULL REFERENCES batch(id)
) STRICT;
CREATE UNIQUE INDEX outbox_stop_now ON outbox_stop(channel, address)
	WHERE ended IS NULL;
