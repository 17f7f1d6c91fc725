-- Roles are enforced from now on and have other names (lib/store/roles.def);
-- role holds one or several, by commas.
ALTER TABLE staff ADD COLUMN until INTEGER;	-- ms of the last moment
ALTER TABLE staff ADD COLUMN facility INTEGER REFERENCES facility(id);
UPDATE staff SET role = CASE role
	WHEN 'physician' THEN 'clinician'
	WHEN 'biller' THEN 'billing'
	WHEN 'data-manager' THEN 'service'
	WHEN 'admin' THEN 'administrator'
	ELSE role END;
