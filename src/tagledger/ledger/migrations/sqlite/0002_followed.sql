DROP INDEX observation_statement;

-- What follows from the facts, kept beside them so that long lists come page by page:
-- `check` makes it anew and compares.

CREATE INDEX observation_time ON observation (observed_at, id);

CREATE INDEX observation_source ON observation (tag_id, source_id, observed_at);

CREATE TABLE change (
    observation_id INTEGER PRIMARY KEY REFERENCES observation,
    tag_id INTEGER NOT NULL REFERENCES tag,
    source_id INTEGER NOT NULL REFERENCES source,
    repository_id INTEGER NOT NULL REFERENCES repository,
    observed_at INTEGER NOT NULL,
    said INTEGER NOT NULL  -- a root digest; a statement below 0; 0 is that it is gone
) STRICT;

CREATE INDEX change_time ON change (observed_at, observation_id);

CREATE INDEX change_repository ON change (repository_id, observed_at, observation_id);

CREATE INDEX change_said ON change (tag_id, source_id, said, observed_at);

CREATE TABLE repository_span (
    repository_id INTEGER PRIMARY KEY REFERENCES repository,
    tags INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL
) STRICT;

CREATE TABLE appearance (
    statement_id INTEGER NOT NULL REFERENCES statement,
    tag_id INTEGER NOT NULL REFERENCES tag,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    observations INTEGER NOT NULL,
    PRIMARY KEY (statement_id, tag_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sighting (
    entry_id INTEGER NOT NULL REFERENCES entry,
    tag_id INTEGER NOT NULL REFERENCES tag,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    PRIMARY KEY (entry_id, tag_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX sighting_tag ON sighting (tag_id, entry_id);

CREATE TABLE repository_recipe (
    repository_id INTEGER NOT NULL REFERENCES repository,
    recipe_id INTEGER NOT NULL REFERENCES recipe,
    PRIMARY KEY (repository_id, recipe_id)
) STRICT, WITHOUT ROWID;

-- Digests that very many images share, layers of base images above all: where each was,
-- by name as far as names are sorted, so that a page of it is quick as well.

CREATE TABLE shared_digest (
    digest_id INTEGER PRIMARY KEY REFERENCES digest,
    images INTEGER NOT NULL  -- entries that have it, not those below it as a root
) STRICT;

CREATE TABLE shared_use (
    digest_id INTEGER NOT NULL REFERENCES shared_digest,
    repository TEXT NOT NULL,
    tag TEXT NOT NULL,
    tag_id INTEGER NOT NULL REFERENCES tag,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    observations INTEGER NOT NULL,
    PRIMARY KEY (digest_id, repository, tag, tag_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX entry_platform ON entry (platform_id, id);

INSERT INTO change
SELECT id, tag_id, source_id, repository_id, observed_at, said
FROM (
    SELECT
        told.*,
        LAG(said) OVER (
            PARTITION BY tag_id, source_id
            ORDER BY observed_at
        ) AS said_before
    FROM (
        SELECT
            o.id, o.tag_id, o.source_id, t.repository_id, o.observed_at,
            CASE WHEN o.is_absent = 1 THEN 0
                ELSE COALESCE(st.root_digest_id, -o.statement_id)
            END AS said
        FROM observation o
        JOIN tag t ON t.id = o.tag_id
        LEFT JOIN statement st ON st.id = o.statement_id
    ) told
) compared
WHERE said_before IS NULL OR said <> said_before;

INSERT INTO repository_span
SELECT t.repository_id, COUNT(DISTINCT t.id), MIN(o.observed_at), MAX(o.observed_at)
FROM tag t
JOIN observation o ON o.tag_id = t.id
GROUP BY t.repository_id;

INSERT INTO appearance
SELECT statement_id, tag_id, MIN(observed_at), MAX(observed_at), COUNT(*)
FROM observation
WHERE statement_id IS NOT NULL
GROUP BY statement_id, tag_id;

INSERT INTO sighting
SELECT se.entry_id, a.tag_id, MIN(a.first_seen), MAX(a.last_seen)
FROM appearance a
JOIN statement_entry se ON se.statement_id = a.statement_id
GROUP BY se.entry_id, a.tag_id;

INSERT INTO repository_recipe
SELECT DISTINCT t.repository_id, e.recipe_id
FROM sighting si
JOIN tag t ON t.id = si.tag_id
JOIN entry e ON e.id = si.entry_id
WHERE e.recipe_id IS NOT NULL;
