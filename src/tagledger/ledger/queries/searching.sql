-- Newer entries have higher numbers: who asks wants them first.

-- name: entries_of_step
SELECT e.id
FROM recipe_step rs
JOIN entry e ON e.recipe_id = rs.recipe_id
WHERE rs.step_id = :step_id
ORDER BY rs.recipe_id DESC, e.id DESC
LIMIT :limit;

-- name: entries_with_setting
SELECT DISTINCT e.id
FROM setting s
JOIN setting_list_item i ON i.setting_id = s.id
JOIN entry e ON e.setting_list_id = i.list_id
WHERE s.kind = :kind AND s.name = :name
AND (CAST(:value AS TEXT) IS NULL OR s.value = :value)
ORDER BY e.id DESC
LIMIT :limit;

-- name: newest_entries
SELECT e.id
FROM entry e
LEFT JOIN platform pl ON pl.id = e.platform_id
WHERE (CAST(:os AS TEXT) IS NULL OR pl.os = :os)
AND (CAST(:architecture AS TEXT) IS NULL OR pl.architecture = :architecture)
AND (CAST(:variant AS TEXT) IS NULL OR pl.variant = :variant)
ORDER BY e.id DESC
LIMIT :limit;

-- name: has_setting
SELECT 1
FROM entry e
JOIN setting_list_item i ON i.list_id = e.setting_list_id
JOIN setting s ON s.id = i.setting_id
WHERE e.id = :entry_id AND s.kind = :kind AND s.name = :name
AND (CAST(:value AS TEXT) IS NULL OR s.value = :value)
LIMIT 1;

-- name: hits
SELECT
    r.name, t.name, dm.algorithm, dm.hash, dc.algorithm, dc.hash, pl.name,
    MIN(o.observed_at), MAX(o.observed_at)
FROM entry e
JOIN statement_entry se ON se.entry_id = e.id
JOIN observation o ON o.statement_id = se.statement_id
JOIN tag t ON t.id = o.tag_id
JOIN repository r ON r.id = t.repository_id
LEFT JOIN digest dm ON dm.id = e.manifest_digest_id
LEFT JOIN digest dc ON dc.id = e.config_digest_id
LEFT JOIN platform pl ON pl.id = e.platform_id
WHERE e.id = :entry_id
AND (
    :any_repository = 1
    OR r.name LIKE :p1 ESCAPE '\' OR r.name LIKE :p2 ESCAPE '\'
    OR r.name LIKE :p3 ESCAPE '\' OR r.name LIKE :p4 ESCAPE '\'
)
AND (CAST(:os AS TEXT) IS NULL OR pl.os = :os)
AND (CAST(:architecture AS TEXT) IS NULL OR pl.architecture = :architecture)
AND (CAST(:variant AS TEXT) IS NULL OR pl.variant = :variant)
AND o.observed_at BETWEEN :since AND :until
GROUP BY r.name, t.name, dm.algorithm, dm.hash, dc.algorithm, dc.hash, pl.name
ORDER BY MAX(o.observed_at) DESC, r.name, t.name;
