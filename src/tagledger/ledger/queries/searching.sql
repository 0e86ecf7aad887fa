-- Where images are looked for when no step is: the newest of all, or of a platform.

-- name: settings_named
SELECT id
FROM setting
WHERE kind = :kind AND name = :name
ORDER BY id DESC
LIMIT :limit;

-- name: platforms_like
SELECT id
FROM platform
WHERE os = :os
AND (CAST(:architecture AS TEXT) IS NULL OR architecture = :architecture)
AND (CAST(:variant AS TEXT) IS NULL OR variant = :variant)
ORDER BY id DESC;

-- name: repositories_like
SELECT id
FROM repository
WHERE name LIKE :p1 ESCAPE '\' OR name LIKE :p2 ESCAPE '\'
OR name LIKE :p3 ESCAPE '\' OR name LIKE :p4 ESCAPE '\'
ORDER BY id DESC
LIMIT :limit;

-- name: newest_entries
SELECT id
FROM entry
WHERE id < :before
ORDER BY id DESC
LIMIT :limit;

-- name: entries_until
SELECT se.entry_id
FROM (
    SELECT observation_id
    FROM change
    WHERE observed_at <= :moment
    ORDER BY observed_at DESC, observation_id DESC
    LIMIT :limit
) newest
JOIN observation o ON o.id = newest.observation_id
JOIN statement_entry se ON se.statement_id = o.statement_id
ORDER BY o.observed_at DESC, o.id DESC
LIMIT :limit;

-- name: observed_between
SELECT
    (SELECT MIN(observed_at) FROM observation),
    (SELECT MAX(observed_at) FROM observation);
