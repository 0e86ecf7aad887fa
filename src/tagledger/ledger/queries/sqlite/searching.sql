-- The newest steps that fit: to rank all that hold a common word takes too long.

-- name: steps_with_words
SELECT step.id, step.text
FROM (
    SELECT rowid AS number
    FROM step_words
    WHERE step_words MATCH :words
    ORDER BY rowid DESC
    LIMIT :limit
) found
JOIN step ON step.id = found.number;

-- name: steps_with_text
SELECT step.id, step.text
FROM (
    SELECT rowid AS number
    FROM step_letters
    WHERE step_letters MATCH :letters
    ORDER BY rowid DESC
) found
JOIN step ON step.id = found.number
WHERE INSTR(step.text, :exact) > 0
LIMIT :limit;

-- name: steps_scanned
SELECT id, text
FROM (SELECT id, text FROM step ORDER BY id DESC LIMIT :scanned) newest
WHERE INSTR(text, :exact) > 0
LIMIT :limit;

-- name: some_steps
SELECT text FROM step ORDER BY hash LIMIT :limit;

-- For one key at a time: a question of a file costs some microseconds.

-- name: entries_of_step
SELECT :key, e.id
FROM recipe_step rs
JOIN entry e ON e.recipe_id = rs.recipe_id
WHERE rs.step_id = :key
ORDER BY rs.recipe_id DESC, e.id DESC
LIMIT :limit;

-- name: entries_of_setting
SELECT :key, e.id
FROM setting_list_item i
JOIN entry e ON e.setting_list_id = i.list_id
WHERE i.setting_id = :key
ORDER BY i.list_id DESC, e.id DESC
LIMIT :limit;

-- name: entries_of_platform
SELECT :key, e.id
FROM entry e
WHERE e.platform_id = :key
ORDER BY e.id DESC
LIMIT :limit;

-- name: entries_of_tag
SELECT :key, si.entry_id
FROM sighting si
WHERE si.tag_id = :key
ORDER BY si.entry_id DESC
LIMIT :limit;

-- name: tags_of_repository
SELECT :key, t.id
FROM tag t
WHERE t.repository_id = :key
ORDER BY t.id DESC
LIMIT :limit;

-- name: steps_of_entry
SELECT :key, rs.step_id
FROM entry e
JOIN recipe_step rs ON rs.recipe_id = e.recipe_id
WHERE e.id = :key
ORDER BY rs.position;

-- name: recipes_of_repository
SELECT :key, rr.recipe_id
FROM repository_recipe rr
WHERE rr.repository_id = :key
ORDER BY rr.recipe_id DESC
LIMIT :limit;

-- name: steps_of_recipe
SELECT :key, rs.step_id
FROM recipe_step rs
WHERE rs.recipe_id = :key
ORDER BY rs.position;

-- name: entries_of_recipe
SELECT :key, e.id
FROM entry e
WHERE e.recipe_id = :key
ORDER BY e.id DESC
LIMIT :limit;

-- name: text_of_step
SELECT :key, s.text
FROM step s
WHERE s.id = :key;

-- name: repositories_of_entry
SELECT :key, t.repository_id
FROM sighting si
JOIN tag t ON t.id = si.tag_id
WHERE si.entry_id = :key;

-- name: hits
SELECT
    :key, r.name, t.name, dm.algorithm, dm.hash, dc.algorithm, dc.hash, pl.name,
    si.first_seen, si.last_seen
FROM entry e
JOIN sighting si ON si.entry_id = e.id
JOIN tag t ON t.id = si.tag_id
JOIN repository r ON r.id = t.repository_id
LEFT JOIN digest dm ON dm.id = e.manifest_digest_id
LEFT JOIN digest dc ON dc.id = e.config_digest_id
LEFT JOIN platform pl ON pl.id = e.platform_id
WHERE e.id = :key
AND (CAST(:os AS TEXT) IS NULL OR pl.os = :os)
AND (CAST(:architecture AS TEXT) IS NULL OR pl.architecture = :architecture)
AND (CAST(:variant AS TEXT) IS NULL OR pl.variant = :variant)
AND (
    CAST(:env AS TEXT) IS NULL
    OR EXISTS (
        SELECT 1
        FROM setting_list_item i
        CROSS JOIN setting s
        WHERE i.list_id = e.setting_list_id AND s.id = i.setting_id
        AND s.kind = 1 AND s.name = :env
        AND (CAST(:env_value AS TEXT) IS NULL OR s.value = :env_value)
    )
)
AND (
    CAST(:label AS TEXT) IS NULL
    OR EXISTS (
        SELECT 1
        FROM setting_list_item i
        CROSS JOIN setting s
        WHERE i.list_id = e.setting_list_id AND s.id = i.setting_id
        AND s.kind = 2 AND s.name = :label
        AND (CAST(:label_value AS TEXT) IS NULL OR s.value = :label_value)
    )
)
AND (
    :any_repository = 1
    OR r.name LIKE :p1 ESCAPE '\' OR r.name LIKE :p2 ESCAPE '\'
    OR r.name LIKE :p3 ESCAPE '\' OR r.name LIKE :p4 ESCAPE '\'
)
AND si.last_seen >= :since AND si.first_seen <= :until
ORDER BY si.last_seen DESC, r.name, t.name;
