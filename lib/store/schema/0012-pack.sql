-- Bodies (resource, history) may be zstd frames that name one of these; they
-- hold structure only, no patient's data.
CREATE TABLE dictionary(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
