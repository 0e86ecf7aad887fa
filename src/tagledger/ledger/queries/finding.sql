-- name: digest
SELECT d.id, s.images
FROM digest d
LEFT JOIN shared_digest s ON s.digest_id = d.id
WHERE d.hash = :hash;

-- name: digests_between
SELECT algorithm, hash FROM digest
WHERE hash BETWEEN :first AND :last
ORDER BY hash
LIMIT :limit;

-- name: digest_facts
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
),

stated AS (
    SELECT
        EXISTS (
            SELECT 1 FROM statement st WHERE st.root_digest_id = :digest_id
        ) AS is_root,
        (
            SELECT st.root_media_type_id
            FROM statement st
            WHERE st.root_digest_id = :digest_id
            AND st.root_media_type_id IS NOT NULL
            LIMIT 1
        ) AS root_type,
        EXISTS (
            SELECT 1 FROM entry e WHERE e.manifest_digest_id = :digest_id
        ) AS is_manifest,
        (
            SELECT e.media_type_id
            FROM entry e
            WHERE e.manifest_digest_id = :digest_id AND e.media_type_id IS NOT NULL
            LIMIT 1
        ) AS manifest_type,
        EXISTS (
            SELECT 1 FROM entry e WHERE e.config_digest_id = :digest_id
        ) AS is_config,
        EXISTS (SELECT 1 FROM layer l WHERE l.digest_id = :digest_id) AS is_layer,
        (
            SELECT l.media_type_id
            FROM layer l
            WHERE l.digest_id = :digest_id AND l.media_type_id IS NOT NULL
            LIMIT 1
        ) AS layer_type,
        (
            SELECT l.size_bytes
            FROM layer l
            WHERE l.digest_id = :digest_id AND l.size_bytes IS NOT NULL
            LIMIT 1
        ) AS layer_size,
        EXISTS (
            SELECT 1 FROM layer l WHERE l.diff_digest_id = :digest_id
        ) AS is_diff_id
)

SELECT
    s.is_root, mr.name, s.is_manifest, s.is_config, s.is_layer, s.is_diff_id,
    ms.name, s.layer_size,
    mc.name, c.size_bytes, c.evidence,
    CASE
        -- Of one that is widely shared those images are counted already.
        WHEN :is_shared = 1 THEN (
            SELECT COUNT(DISTINCT e.id)
            FROM statement st
            JOIN statement_entry se ON se.statement_id = st.id
            JOIN entry e ON e.id = se.entry_id
            WHERE st.root_digest_id = :digest_id
            AND COALESCE(e.manifest_digest_id, 0) <> :digest_id
            AND COALESCE(e.config_digest_id, 0) <> :digest_id
            AND NOT EXISTS (
                SELECT 1
                FROM layer_list_item i
                JOIN layer l ON l.id = i.layer_id
                WHERE i.list_id = e.layer_list_id
                AND (l.digest_id = :digest_id OR l.diff_digest_id = :digest_id)
            )
        )
        ELSE (SELECT COUNT(*) FROM wanted)
    END
FROM stated s
LEFT JOIN media_type mr ON mr.id = s.root_type
LEFT JOIN media_type ms
ON ms.id = COALESCE(s.layer_type, s.root_type, s.manifest_type)
LEFT JOIN content c ON c.digest_id = :digest_id
LEFT JOIN media_type mc ON mc.id = c.media_type_id;

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
