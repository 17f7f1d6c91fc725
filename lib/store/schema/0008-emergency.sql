-- Who may break the glass (--break-glass), until when (ms).
ALTER TABLE staff ADD COLUMN emergency INTEGER;
