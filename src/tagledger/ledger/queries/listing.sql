-- Lists that come in pages: each says with which row it begins.

-- name: recent
SELECT
    o.id, r.name, t.name,
    o.observed_at, s.name, o.evidence, d.algorithm, d.hash, m.name, o.is_absent,
    o.statement_id
FROM (
    SELECT id
    FROM observation
    WHERE (observed_at, id) <= (:moment, :number)
    ORDER BY observed_at DESC, id DESC
    LIMIT :limit
) newest
JOIN observation o ON o.id = newest.id
JOIN tag t ON t.id = o.tag_id
JOIN repository r ON r.id = t.repository_id
JOIN source s ON s.id = o.source_id
LEFT JOIN statement st ON st.id = o.statement_id
LEFT JOIN digest d ON d.id = st.root_digest_id
LEFT JOIN media_type m ON m.id = st.root_media_type_id
ORDER BY o.observed_at DESC, o.id DESC;

-- name: changes
WITH newest AS (
    SELECT * FROM (
        SELECT *
        FROM change
        WHERE CAST(:repository AS TEXT) IS NULL
        AND (observed_at, observation_id) <= (:moment, :number)
        ORDER BY observed_at DESC, observation_id DESC
        LIMIT :limit
    ) everywhere
    UNION ALL
    SELECT * FROM (
        SELECT *
        FROM change
        WHERE repository_id = (SELECT id FROM repository WHERE name = :repository)
        AND (observed_at, observation_id) <= (:moment, :number)
        ORDER BY observed_at DESC, observation_id DESC
        LIMIT :limit
    ) within
),

placed AS (
    SELECT
        newest.*,
        (
            SELECT p.id
            FROM observation p
            WHERE p.tag_id = newest.tag_id AND p.source_id = newest.source_id
            AND p.observed_at < newest.observed_at
            ORDER BY p.observed_at DESC
            LIMIT 1
        ) AS before_id,
        (
            SELECT MIN(c.observed_at)
            FROM change c
            WHERE c.tag_id = newest.tag_id AND c.source_id = newest.source_id
            AND c.said = newest.said AND c.observed_at < newest.observed_at
        ) AS back_to
    FROM newest
)

SELECT
    placed.observation_id, r.name, t.name, placed.back_to,
    o.observed_at, s.name, o.evidence, d.algorithm, d.hash, m.name, o.is_absent,
    o.statement_id,
    p.observed_at, s.name, p.evidence, pd.algorithm, pd.hash, pm.name, p.is_absent,
    p.statement_id
FROM placed
JOIN observation o ON o.id = placed.observation_id
JOIN tag t ON t.id = placed.tag_id
JOIN repository r ON r.id = placed.repository_id
JOIN source s ON s.id = placed.source_id
LEFT JOIN statement st ON st.id = o.statement_id
LEFT JOIN digest d ON d.id = st.root_digest_id
LEFT JOIN media_type m ON m.id = st.root_media_type_id
LEFT JOIN observation p ON p.id = placed.before_id
LEFT JOIN statement pst ON pst.id = p.statement_id
LEFT JOIN digest pd ON pd.id = pst.root_digest_id
LEFT JOIN media_type pm ON pm.id = pst.root_media_type_id
ORDER BY placed.observed_at DESC, placed.observation_id DESC;

-- name: repositories
SELECT r.name, span.tags, span.first_seen, span.last_seen
FROM repository r
JOIN repository_span span ON span.repository_id = r.id
WHERE r.name >= :start
AND (
    r.name LIKE :p1 ESCAPE '\' OR r.name LIKE :p2 ESCAPE '\'
    OR r.name LIKE :p3 ESCAPE '\' OR r.name LIKE :p4 ESCAPE '\'
)
ORDER BY r.name
LIMIT :limit;

-- name: tags_of
WITH paged AS (
    SELECT t.id, t.name
    FROM tag t
    WHERE t.repository_id = (SELECT id FROM repository WHERE name = :repository)
    AND t.name >= :start
    ORDER BY t.name
    LIMIT :limit
),

placed AS (
    SELECT
        paged.*,
        (
            SELECT MIN(o.observed_at) FROM observation o WHERE o.tag_id = paged.id
        ) AS first_seen,
        (
            SELECT o.id
            FROM observation o
            WHERE o.tag_id = paged.id
            ORDER BY o.observed_at DESC, o.id DESC
            LIMIT 1
        ) AS latest_id
    FROM paged
)

SELECT
    placed.name, placed.first_seen,
    o.observed_at, s.name, o.evidence, d.algorithm, d.hash, m.name, o.is_absent,
    o.statement_id
FROM placed
JOIN observation o ON o.id = placed.latest_id
JOIN source s ON s.id = o.source_id
LEFT JOIN statement st ON st.id = o.statement_id
LEFT JOIN digest d ON d.id = st.root_digest_id
LEFT JOIN media_type m ON m.id = st.root_media_type_id
ORDER BY placed.name;

-- name: entries_of_tags
WITH paged AS (
    SELECT t.id, t.name
    FROM tag t
    WHERE t.repository_id = (SELECT id FROM repository WHERE name = :repository)
    AND t.name >= :start
    ORDER BY t.name
    LIMIT :limit
),

latest AS (
    SELECT DISTINCT (
        SELECT o.statement_id
        FROM observation o
        WHERE o.tag_id = paged.id
        ORDER BY o.observed_at DESC, o.id DESC
        LIMIT 1
    ) AS statement_id
    FROM paged
)

SELECT
    latest.statement_id,
    e.id, e.kind, dm.algorithm, dm.hash, dc.algorithm, dc.hash, pl.name,
    e.total_size_bytes, e.layer_list_id, e.recipe_id
FROM latest
JOIN statement_entry se ON se.statement_id = latest.statement_id
JOIN entry e ON e.id = se.entry_id
LEFT JOIN digest dm ON dm.id = e.manifest_digest_id
LEFT JOIN digest dc ON dc.id = e.config_digest_id
LEFT JOIN platform pl ON pl.id = e.platform_id
ORDER BY latest.statement_id, se.position;
