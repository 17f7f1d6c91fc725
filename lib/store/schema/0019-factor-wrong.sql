-- Wrong one-time codes in a row, and when the last one was tried (seconds since
-- 1970).
ALTER TABLE second_factor ADD COLUMN wrong INTEGER NOT NULL DEFAULT 0;
ALTER TABLE second_factor ADD COLUMN wrong_at INTEGER NOT NULL DEFAULT 0;
