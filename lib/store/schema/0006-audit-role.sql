-- What a user acted as, and where. The leaf of an event that has either is of
-- version 2 (lib/audit/leaf.c); those of before stay as they are.
ALTER TABLE audit_event ADD COLUMN role TEXT;
ALTER TABLE audit_event ADD COLUMN device TEXT;
CREATE INDEX audit_event_clock ON audit_event(seq) WHERE action = 'clock';
