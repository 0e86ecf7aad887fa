-- name: content
SELECT c.pack_id, c.start_byte, c.size_bytes, m.name, c.evidence, c.signed_form_id
FROM digest d
JOIN content c ON c.digest_id = d.id
JOIN media_type m ON m.id = c.media_type_id
WHERE d.hash = :hash;

-- name: content_of_number
SELECT d.algorithm, d.hash, c.pack_id, c.start_byte, c.size_bytes
FROM content c
JOIN digest d ON d.id = c.digest_id
WHERE c.digest_id = :digest_id;

-- name: pack
SELECT size_bytes, compressed FROM pack WHERE id = :pack_id;

-- name: statement_parts
SELECT d.algorithm, d.hash, c.pack_id, c.start_byte, c.size_bytes
FROM statement_part p
JOIN digest d ON d.id = p.digest_id
JOIN content c ON c.digest_id = p.digest_id
WHERE p.statement_id = :statement_id
ORDER BY p.position;

-- name: statement_separator
SELECT separator FROM statement WHERE id = :statement_id;

-- name: statement_entries
SELECT
    e.id, e.kind, dm.algorithm, dm.hash, dc.algorithm, dc.hash, pl.name,
    e.total_size_bytes, e.layer_list_id, e.recipe_id
FROM statement_entry se
JOIN entry e ON e.id = se.entry_id
LEFT JOIN digest dm ON dm.id = e.manifest_digest_id
LEFT JOIN digest dc ON dc.id = e.config_digest_id
LEFT JOIN platform pl ON pl.id = e.platform_id
WHERE se.statement_id = :statement_id
ORDER BY se.position;

-- name: statement_dates
SELECT d.algorithm, d.hash, sd.last_modified
FROM statement_date sd
JOIN digest d ON d.id = sd.digest_id
WHERE sd.statement_id = :statement_id;

-- name: observations
SELECT
    o.observed_at, s.name, o.evidence, d.algorithm, d.hash, m.name, o.is_absent,
    o.statement_id
FROM repository r
JOIN tag t ON t.repository_id = r.id
JOIN observation o ON o.tag_id = t.id
JOIN source s ON s.id = o.source_id
LEFT JOIN statement st ON st.id = o.statement_id
LEFT JOIN digest d ON d.id = st.root_digest_id
LEFT JOIN media_type m ON m.id = st.root_media_type_id
WHERE r.name = :repository AND t.name = :tag
ORDER BY o.observed_at, o.id;

-- name: observation_at
SELECT
    o.observed_at, s.name, o.evidence, d.algorithm, d.hash, m.name, o.is_absent,
    o.statement_id
FROM (
    SELECT *
    FROM observation
    WHERE tag_id = (
        SELECT t.id
        FROM repository r
        JOIN tag t ON t.repository_id = r.id
        WHERE r.name = :repository AND t.name = :tag
    )
    AND observed_at <= :moment
    ORDER BY observed_at DESC, id DESC
    LIMIT 1
) o
JOIN source s ON s.id = o.source_id
LEFT JOIN statement st ON st.id = o.statement_id
LEFT JOIN digest d ON d.id = st.root_digest_id
LEFT JOIN media_type m ON m.id = st.root_media_type_id;

-- name: references
SELECT r.name, t.name
FROM repository r
JOIN tag t ON t.repository_id = r.id
WHERE r.name LIKE :p1 ESCAPE '\' OR r.name LIKE :p2 ESCAPE '\'
OR r.name LIKE :p3 ESCAPE '\' OR r.name LIKE :p4 ESCAPE '\'
ORDER BY r.name, t.name;

-- name: counts
SELECT
    (SELECT COUNT(*) FROM observation),
    (SELECT COUNT(*) FROM tag),
    (SELECT COUNT(*) FROM repository),
    (SELECT COUNT(*) FROM statement),
    (SELECT COUNT(*) FROM entry),
    (SELECT COUNT(*) FROM step),
    (SELECT COUNT(*) FROM layer),
    (SELECT COUNT(*) FROM content),
    (SELECT COALESCE(SUM(size_bytes), 0) FROM pack),
    (SELECT COALESCE(SUM(LENGTH(compressed)), 0) FROM pack);

-- name: verdict
SELECT v.outcome, v.reason
FROM digest d
JOIN verdict v ON v.digest_id = d.id
WHERE d.hash = :hash;

-- name: verdict_counts
SELECT v.outcome, COUNT(*)
FROM verdict v
WHERE v.outcome = 2
OR NOT EXISTS (SELECT 1 FROM content c WHERE c.digest_id = v.digest_id)
GROUP BY v.outcome;

-- name: contradictions
SELECT d.algorithm, d.hash, v.reason
FROM verdict v
JOIN digest d ON d.id = v.digest_id
WHERE v.outcome = 4
AND NOT EXISTS (SELECT 1 FROM content c WHERE c.digest_id = v.digest_id)
ORDER BY d.hash;

-- name: unproven
SELECT st.id
FROM statement st
WHERE st.id > :after AND st.separator IS NOT NULL
AND (
    (
        st.root_digest_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM content c WHERE c.digest_id = st.root_digest_id)
        AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.digest_id = st.root_digest_id)
    )
    OR EXISTS (
        SELECT 1
        FROM statement_entry se
        JOIN entry e ON e.id = se.entry_id
        WHERE se.statement_id = st.id AND e.manifest_digest_id IS NOT NULL
        AND NOT EXISTS (
            SELECT 1 FROM content c WHERE c.digest_id = e.manifest_digest_id
        )
        AND NOT EXISTS (
            SELECT 1 FROM verdict v WHERE v.digest_id = e.manifest_digest_id
        )
    )
)
ORDER BY st.id
LIMIT :limit;
