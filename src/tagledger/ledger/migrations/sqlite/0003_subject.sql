-- Which manifest says of itself that it belongs to which: signatures, SBOMs and the like.

CREATE TABLE subject (
    digest_id INTEGER PRIMARY KEY REFERENCES content,
    subject_digest_id INTEGER NOT NULL REFERENCES digest
) STRICT;

CREATE INDEX subject_subject ON subject (subject_digest_id);
