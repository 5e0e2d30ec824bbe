"""Facts in, a Snapshot out: as AWS stated them, with what could not be seen. Nothing is inferred here."""
