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
WHERE (
    CAST(:step_id AS BIGINT) IS NULL
    OR e.recipe_id IN (SELECT rs.recipe_id FROM recipe_step rs WHERE rs.step_id = :step_id)
)
AND (
    :any_repository = 1
    OR r.name LIKE :p1 ESCAPE '\' OR r.name LIKE :p2 ESCAPE '\'
    OR r.name LIKE :p3 ESCAPE '\' OR r.name LIKE :p4 ESCAPE '\'
)
AND (CAST(:os AS TEXT) IS NULL OR pl.os = :os)
AND (CAST(:architecture AS TEXT) IS NULL OR pl.architecture = :architecture)
AND (CAST(:variant AS TEXT) IS NULL OR pl.variant = :variant)
AND (
    CAST(:env_name AS TEXT) IS NULL
    OR e.setting_list_id IN (
        SELECT i.list_id
        FROM setting s
        JOIN setting_list_item i ON i.setting_id = s.id
        WHERE s.kind = :environment AND s.name = :env_name
        AND (CAST(:env_value AS TEXT) IS NULL OR s.value = :env_value)
    )
)
AND (
    CAST(:label_name AS TEXT) IS NULL
    OR e.setting_list_id IN (
        SELECT i.list_id
        FROM setting s
        JOIN setting_list_item i ON i.setting_id = s.id
        WHERE s.kind = :label AND s.name = :label_name
        AND (CAST(:label_value AS TEXT) IS NULL OR s.value = :label_value)
    )
)
AND o.observed_at BETWEEN :since AND :until
GROUP BY r.name, t.name, dm.algorithm, dm.hash, dc.algorithm, dc.hash, pl.name
ORDER BY MAX(o.observed_at) DESC, r.name, t.name;
