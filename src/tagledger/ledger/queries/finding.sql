-- name: digest
SELECT id, algorithm, hash FROM digest WHERE hash = :hash;

-- name: digests_between
SELECT algorithm, hash FROM digest
WHERE hash BETWEEN :first AND :last
ORDER BY hash
LIMIT :limit;

-- name: digest_roles
SELECT
    EXISTS (SELECT 1 FROM statement st WHERE st.root_digest_id = :digest_id),
    (
        SELECT m.name
        FROM statement st
        JOIN media_type m ON m.id = st.root_media_type_id
        WHERE st.root_digest_id = :digest_id
        LIMIT 1
    ),
    EXISTS (SELECT 1 FROM entry e WHERE e.manifest_digest_id = :digest_id),
    EXISTS (SELECT 1 FROM entry e WHERE e.config_digest_id = :digest_id),
    EXISTS (SELECT 1 FROM layer l WHERE l.digest_id = :digest_id),
    EXISTS (SELECT 1 FROM layer l WHERE l.diff_digest_id = :digest_id);

-- name: digest_described
SELECT m.name, c.size_bytes, c.evidence
FROM content c
JOIN media_type m ON m.id = c.media_type_id
WHERE c.digest_id = :digest_id;

-- name: digest_stated
SELECT m.name, l.size_bytes
FROM layer l
LEFT JOIN media_type m ON m.id = l.media_type_id
WHERE l.digest_id = :digest_id
UNION ALL
SELECT m.name, NULL
FROM statement st
JOIN media_type m ON m.id = st.root_media_type_id
WHERE st.root_digest_id = :digest_id
UNION ALL
SELECT m.name, NULL
FROM entry e
JOIN media_type m ON m.id = e.media_type_id
WHERE e.manifest_digest_id = :digest_id
LIMIT 1;

-- name: digest_images
WITH wanted AS (
    SELECT e.id FROM entry e WHERE e.manifest_digest_id = :digest_id
    UNION
    SELECT e.id FROM entry e WHERE e.config_digest_id = :digest_id
    UNION
    SELECT e.id
    FROM layer l
    JOIN layer_list_item i ON i.layer_id = l.id
    JOIN entry e ON e.layer_list_id = i.list_id
    WHERE l.digest_id = :digest_id
    UNION
    SELECT e.id
    FROM layer l
    JOIN layer_list_item i ON i.layer_id = l.id
    JOIN entry e ON e.layer_list_id = i.list_id
    WHERE l.diff_digest_id = :digest_id
    UNION
    SELECT se.entry_id
    FROM statement st
    JOIN statement_entry se ON se.statement_id = st.id
    WHERE st.root_digest_id = :digest_id
)

SELECT COUNT(*) FROM wanted;

-- name: digest_entries
WITH wanted AS (
    SELECT e.id FROM entry e WHERE e.manifest_digest_id = :digest_id
    UNION
    SELECT e.id FROM entry e WHERE e.config_digest_id = :digest_id
    UNION
    SELECT e.id
    FROM layer l
    JOIN layer_list_item i ON i.layer_id = l.id
    JOIN entry e ON e.layer_list_id = i.list_id
    WHERE l.digest_id = :digest_id
    UNION
    SELECT e.id
    FROM layer l
    JOIN layer_list_item i ON i.layer_id = l.id
    JOIN entry e ON e.layer_list_id = i.list_id
    WHERE l.diff_digest_id = :digest_id
    UNION
    SELECT se.entry_id
    FROM statement st
    JOIN statement_entry se ON se.statement_id = st.id
    WHERE st.root_digest_id = :digest_id
)

SELECT
    e.id, e.kind, dm.algorithm, dm.hash, dc.algorithm, dc.hash, pl.name,
    e.total_size_bytes, e.layer_list_id, e.recipe_id
FROM (SELECT id FROM wanted ORDER BY id DESC LIMIT :limit OFFSET :offset) w
JOIN entry e ON e.id = w.id
LEFT JOIN digest dm ON dm.id = e.manifest_digest_id
LEFT JOIN digest dc ON dc.id = e.config_digest_id
LEFT JOIN platform pl ON pl.id = e.platform_id
ORDER BY e.id DESC;

-- name: digest_uses
WITH wanted AS (
    SELECT e.id FROM entry e WHERE e.manifest_digest_id = :digest_id
    UNION
    SELECT e.id FROM entry e WHERE e.config_digest_id = :digest_id
    UNION
    SELECT e.id
    FROM layer l
    JOIN layer_list_item i ON i.layer_id = l.id
    JOIN entry e ON e.layer_list_id = i.list_id
    WHERE l.digest_id = :digest_id
    UNION
    SELECT e.id
    FROM layer l
    JOIN layer_list_item i ON i.layer_id = l.id
    JOIN entry e ON e.layer_list_id = i.list_id
    WHERE l.diff_digest_id = :digest_id
),

said AS (
    SELECT st.id FROM statement st WHERE st.root_digest_id = :digest_id
    UNION
    SELECT se.statement_id
    FROM wanted w
    JOIN statement_entry se ON se.entry_id = w.id
),

seen AS (
    SELECT
        a.tag_id,
        MIN(a.first_seen) AS first_seen,
        MAX(a.last_seen) AS last_seen,
        SUM(a.observations) AS observations
    FROM said s
    JOIN appearance a ON a.statement_id = s.id
    GROUP BY a.tag_id
),

paged AS (
    SELECT r.name AS repository, t.name AS tag, seen.*
    FROM seen
    JOIN tag t ON t.id = seen.tag_id
    JOIN repository r ON r.id = t.repository_id
    ORDER BY r.name, t.name
    LIMIT :limit OFFSET :offset
)

SELECT
    p.repository, p.tag, p.first_seen, p.last_seen, p.observations,
    (
        SELECT MIN(o.observed_at)
        FROM observation o
        WHERE o.tag_id = p.tag_id AND o.observed_at > p.last_seen
    )
FROM paged p
ORDER BY p.repository, p.tag;
