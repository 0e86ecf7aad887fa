-- What a registry is asked: what one repository had, and when. A digest has few
-- statements and a repository may have any number: the sign before a column keeps the
-- planner from beginning with the repository.

-- name: manifest_had
WITH said AS (
    SELECT st.id
    FROM digest d
    JOIN statement st ON st.root_digest_id = d.id
    WHERE d.hash = :hash
    UNION ALL
    SELECT se.statement_id
    FROM digest d
    JOIN entry e ON e.manifest_digest_id = d.id
    JOIN statement_entry se ON se.entry_id = e.id
    WHERE d.hash = :hash
)

SELECT o.observed_at
FROM said s
JOIN observation o ON o.statement_id = s.id
JOIN tag t ON t.id = o.tag_id
WHERE +t.repository_id = (SELECT id FROM repository WHERE name = :repository)
AND o.observed_at <= :moment
LIMIT 1;

-- name: blob_had
WITH holding AS (
    SELECT e.id
    FROM digest d
    JOIN entry e ON e.config_digest_id = d.id
    WHERE d.hash = :hash
    UNION ALL
    SELECT e.id
    FROM digest d
    JOIN layer l ON l.digest_id = d.id
    JOIN layer_list_item i ON i.layer_id = l.id
    JOIN entry e ON e.layer_list_id = i.list_id
    WHERE d.hash = :hash
)

SELECT o.observed_at
FROM holding h
JOIN statement_entry se ON se.entry_id = h.id
JOIN observation o ON o.statement_id = se.statement_id
JOIN tag t ON t.id = o.tag_id
WHERE +t.repository_id = (SELECT id FROM repository WHERE name = :repository)
AND o.observed_at <= :moment
LIMIT 1;

-- name: blob_carriers
WITH holding AS (
    SELECT e.id, e.manifest_digest_id
    FROM digest d
    JOIN entry e ON e.config_digest_id = d.id
    WHERE d.hash = :hash AND e.manifest_digest_id IS NOT NULL
    UNION ALL
    SELECT e.id, e.manifest_digest_id
    FROM digest d
    JOIN layer l ON l.digest_id = d.id
    JOIN layer_list_item i ON i.layer_id = l.id
    JOIN entry e ON e.layer_list_id = i.list_id
    WHERE d.hash = :hash AND e.manifest_digest_id IS NOT NULL
)

SELECT d.algorithm, d.hash
FROM holding h
JOIN digest d ON d.id = h.manifest_digest_id
WHERE EXISTS (
    SELECT 1
    FROM statement_entry se
    JOIN observation o ON o.statement_id = se.statement_id
    JOIN tag t ON t.id = o.tag_id
    WHERE se.entry_id = h.id
    AND +t.repository_id = (SELECT id FROM repository WHERE name = :repository)
)
LIMIT :limit;

-- name: roots_with_manifest
SELECT DISTINCT d.algorithm, d.hash
FROM digest listed
JOIN entry e ON e.manifest_digest_id = listed.id
JOIN statement_entry se ON se.entry_id = e.id
JOIN statement st ON st.id = se.statement_id
JOIN digest d ON d.id = st.root_digest_id
JOIN observation o ON o.statement_id = st.id
JOIN tag t ON t.id = o.tag_id
WHERE listed.hash = :hash AND o.observed_at <= :moment
AND +t.repository_id = (SELECT id FROM repository WHERE name = :repository)
LIMIT :limit;

-- name: referrers
SELECT d.algorithm, d.hash
FROM digest wanted
JOIN subject s ON s.subject_digest_id = wanted.id
JOIN digest d ON d.id = s.digest_id
WHERE wanted.hash = :hash;

-- name: tags_at_any
SELECT 1
FROM tag t
WHERE t.repository_id = (SELECT id FROM repository WHERE name = :repository)
AND (
    SELECT o.is_absent
    FROM observation o
    WHERE o.tag_id = t.id AND o.observed_at <= :moment
    ORDER BY o.observed_at DESC, o.id DESC
    LIMIT 1
) = 0
LIMIT 1;

-- name: repository_known_since
SELECT span.first_seen
FROM repository r
JOIN repository_span span ON span.repository_id = r.id
WHERE r.name = :repository;

-- name: tag_known_since
SELECT MIN(o.observed_at)
FROM repository r
JOIN tag t ON t.repository_id = r.id
JOIN observation o ON o.tag_id = t.id
WHERE r.name = :repository AND t.name = :tag;
