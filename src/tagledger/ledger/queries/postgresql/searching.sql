-- The newest steps that fit: to rank all that hold a common word takes too long.

-- name: steps_with_words
SELECT id, text
FROM step
WHERE words @@ to_tsquery('simple', :words)
ORDER BY id DESC
LIMIT :limit;

-- name: steps_with_text
SELECT id, text
FROM step
WHERE text LIKE :exact
ORDER BY id DESC
LIMIT :limit;

-- name: steps_scanned
SELECT id, text
FROM (SELECT id, text FROM step ORDER BY id DESC LIMIT :scanned) newest
WHERE STRPOS(text, :exact) > 0
ORDER BY id DESC
LIMIT :limit;

-- name: some_steps
SELECT text FROM step ORDER BY hash LIMIT :limit;

-- For all keys at once: every question costs a journey to the server.

-- name: entries_of_step
SELECT found.*
FROM UNNEST(CAST(:keys AS INTEGER [])) AS k (key)
CROSS JOIN LATERAL (
    SELECT k.key, e.id
    FROM recipe_step rs
    JOIN entry e ON e.recipe_id = rs.recipe_id
    WHERE rs.step_id = k.key
    ORDER BY rs.recipe_id DESC, e.id DESC
    LIMIT :limit
) found;

-- name: entries_of_setting
SELECT found.*
FROM UNNEST(CAST(:keys AS INTEGER [])) AS k (key)
CROSS JOIN LATERAL (
    SELECT k.key, e.id
    FROM setting_list_item i
    JOIN entry e ON e.setting_list_id = i.list_id
    WHERE i.setting_id = k.key
    ORDER BY i.list_id DESC, e.id DESC
    LIMIT :limit
) found;

-- name: entries_of_platform
SELECT found.*
FROM UNNEST(CAST(:keys AS INTEGER [])) AS k (key)
CROSS JOIN LATERAL (
    SELECT k.key, e.id
    FROM entry e
    WHERE e.platform_id = k.key
    ORDER BY e.id DESC
    LIMIT :limit
) found;

-- name: entries_of_tag
SELECT found.*
FROM UNNEST(CAST(:keys AS INTEGER [])) AS k (key)
CROSS JOIN LATERAL (
    SELECT k.key, si.entry_id
    FROM sighting si
    WHERE si.tag_id = k.key
    ORDER BY si.entry_id DESC
    LIMIT :limit
) found;

-- name: tags_of_repository
SELECT found.*
FROM UNNEST(CAST(:keys AS INTEGER [])) AS k (key)
CROSS JOIN LATERAL (
    SELECT k.key, t.id
    FROM tag t
    WHERE t.repository_id = k.key
    ORDER BY t.id DESC
    LIMIT :limit
) found;

-- name: steps_of_entry
SELECT found.*
FROM UNNEST(CAST(:keys AS INTEGER [])) AS k (key)
CROSS JOIN LATERAL (
    SELECT k.key, rs.step_id
    FROM entry e
    JOIN recipe_step rs ON rs.recipe_id = e.recipe_id
    WHERE e.id = k.key
    ORDER BY rs.position
) found;

-- name: recipes_of_repository
SELECT found.*
FROM UNNEST(CAST(:keys AS INTEGER [])) AS k (key)
CROSS JOIN LATERAL (
    SELECT k.key, rr.recipe_id
    FROM repository_recipe rr
    WHERE rr.repository_id = k.key
    ORDER BY rr.recipe_id DESC
    LIMIT :limit
) found;

-- name: steps_of_recipe
SELECT found.*
FROM UNNEST(CAST(:keys AS INTEGER [])) AS k (key)
CROSS JOIN LATERAL (
    SELECT k.key, rs.step_id
    FROM recipe_step rs
    WHERE rs.recipe_id = k.key
    ORDER BY rs.position
) found;

-- name: entries_of_recipe
SELECT found.*
FROM UNNEST(CAST(:keys AS INTEGER [])) AS k (key)
CROSS JOIN LATERAL (
    SELECT k.key, e.id
    FROM entry e
    WHERE e.recipe_id = k.key
    ORDER BY e.id DESC
    LIMIT :limit
) found;

-- name: text_of_step
SELECT found.*
FROM UNNEST(CAST(:keys AS INTEGER [])) AS k (key)
CROSS JOIN LATERAL (
    SELECT k.key, s.text
    FROM step s
    WHERE s.id = k.key
) found;

-- name: repositories_of_entry
SELECT found.*
FROM UNNEST(CAST(:keys AS INTEGER [])) AS k (key)
CROSS JOIN LATERAL (
    SELECT k.key, t.repository_id
    FROM sighting si
    JOIN tag t ON t.id = si.tag_id
    WHERE si.entry_id = k.key
) found;

-- name: hits
SELECT found.*
FROM UNNEST(CAST(:keys AS INTEGER [])) AS k (key)
CROSS JOIN LATERAL (
    SELECT
        k.key, r.name, t.name, dm.algorithm, dm.hash, dc.algorithm, dc.hash, pl.name,
        si.first_seen, si.last_seen
    FROM entry e
    JOIN sighting si ON si.entry_id = e.id
    JOIN tag t ON t.id = si.tag_id
    JOIN repository r ON r.id = t.repository_id
    LEFT JOIN digest dm ON dm.id = e.manifest_digest_id
    LEFT JOIN digest dc ON dc.id = e.config_digest_id
    LEFT JOIN platform pl ON pl.id = e.platform_id
    WHERE e.id = k.key
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
    ORDER BY si.last_seen DESC, r.name, t.name
) found;
