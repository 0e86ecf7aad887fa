-- name: source_activity
SELECT s.name, a.observations, a.tags, a.first_seen, a.last_seen
FROM (
    SELECT
        o.source_id,
        COUNT(*) AS observations,
        COUNT(DISTINCT o.tag_id) AS tags,
        MIN(o.observed_at) AS first_seen,
        MAX(o.observed_at) AS last_seen
    FROM observation o
    WHERE o.observed_at BETWEEN :since AND :until
    GROUP BY o.source_id
) a
JOIN source s ON s.id = a.source_id;

-- name: observations_by_day
SELECT o.observed_at / 86400000000, COUNT(*)
FROM observation o
WHERE o.observed_at BETWEEN :since AND :until
GROUP BY o.observed_at / 86400000000;

-- name: platform_counts
SELECT pl.os, pl.architecture, pl.variant, COUNT(*)
FROM entry e
JOIN platform pl ON pl.id = e.platform_id
WHERE e.kind = 1
GROUP BY pl.os, pl.architecture, pl.variant;

-- name: document_counts
SELECT m.name, c.evidence, COUNT(*), SUM(c.size_bytes)
FROM content c
JOIN media_type m ON m.id = c.media_type_id
GROUP BY m.name, c.evidence;

-- name: repository_sizes
WITH ends AS (
    SELECT
        t.name,
        (
            SELECT o.id
            FROM observation o
            WHERE o.tag_id = t.id AND o.is_absent = 0
            AND o.observed_at BETWEEN :since AND :until
            ORDER BY o.observed_at, o.id
            LIMIT 1
        ) AS first_id,
        (
            SELECT o.id
            FROM observation o
            WHERE o.tag_id = t.id AND o.is_absent = 0
            AND o.observed_at BETWEEN :since AND :until
            ORDER BY o.observed_at DESC, o.id DESC
            LIMIT 1
        ) AS last_id
    FROM repository r
    JOIN tag t ON t.repository_id = r.id
    WHERE r.name = :repository
),

seen AS (
    SELECT name, first_id AS observation_id FROM ends
    UNION
    SELECT name, last_id FROM ends
)

SELECT
    x.name, o.observed_at, s.name, pl.name, dm.algorithm, dm.hash,
    e.total_size_bytes
FROM seen x
JOIN observation o ON o.id = x.observation_id
JOIN source s ON s.id = o.source_id
JOIN statement_entry se ON se.statement_id = o.statement_id
JOIN entry e ON e.id = se.entry_id
LEFT JOIN platform pl ON pl.id = e.platform_id
LEFT JOIN digest dm ON dm.id = e.manifest_digest_id
WHERE e.kind = 1
-- The sign keeps SQLite from reading all facts in order of time.
ORDER BY +o.observed_at, o.id, se.position;

-- name: statement_sizes
SELECT pl.name, dm.algorithm, dm.hash, e.total_size_bytes
FROM statement_entry se
JOIN entry e ON e.id = se.entry_id
LEFT JOIN platform pl ON pl.id = e.platform_id
LEFT JOIN digest dm ON dm.id = e.manifest_digest_id
WHERE se.statement_id = :statement_id AND e.kind = 1
ORDER BY se.position;
