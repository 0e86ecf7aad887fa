-- What follows from the facts numbered above :after. Facts come in any order of time:
-- each may make a change of the one behind it, or no change any more.

-- name: forget_changes!
DELETE FROM change WHERE observation_id IN (
    SELECT (
        SELECT s.id
        FROM observation s
        WHERE s.tag_id = o.tag_id AND s.source_id = o.source_id
        AND s.observed_at > o.observed_at
        ORDER BY s.observed_at
        LIMIT 1
    )
    FROM observation o
    WHERE o.id > :after
);

-- name: tell_changes!
WITH touched AS (
    SELECT o.id FROM observation o WHERE o.id > :after
    UNION
    SELECT (
        SELECT s.id
        FROM observation s
        WHERE s.tag_id = o.tag_id AND s.source_id = o.source_id
        AND s.observed_at > o.observed_at
        ORDER BY s.observed_at
        LIMIT 1
    )
    FROM observation o
    WHERE o.id > :after
),

told AS (
    SELECT
        o.id, o.tag_id, o.source_id, t.repository_id, o.observed_at,
        CASE WHEN o.is_absent = 1 THEN 0
            ELSE COALESCE(st.root_digest_id, -o.statement_id)
        END AS said,
        (
            SELECT
                CASE WHEN p.is_absent = 1 THEN 0
                    ELSE COALESCE(ps.root_digest_id, -p.statement_id)
                END
            FROM observation p
            LEFT JOIN statement ps ON ps.id = p.statement_id
            WHERE p.tag_id = o.tag_id AND p.source_id = o.source_id
            AND p.observed_at < o.observed_at
            ORDER BY p.observed_at DESC
            LIMIT 1
        ) AS said_before
    FROM touched x
    JOIN observation o ON o.id = x.id
    JOIN tag t ON t.id = o.tag_id
    LEFT JOIN statement st ON st.id = o.statement_id
)

INSERT INTO change
SELECT id, tag_id, source_id, repository_id, observed_at, said
FROM told
WHERE said_before IS NULL OR said <> said_before;

-- name: widen_repository_spans!
INSERT INTO repository_span (repository_id, tags, first_seen, last_seen)
SELECT
    t.repository_id,
    COUNT(DISTINCT CASE WHEN t.id > :after_tag THEN t.id END),
    MIN(o.observed_at),
    MAX(o.observed_at)
FROM observation o
JOIN tag t ON t.id = o.tag_id
WHERE o.id > :after
GROUP BY t.repository_id
ON CONFLICT (repository_id) DO UPDATE SET
    tags = repository_span.tags + excluded.tags,
    first_seen = CASE
        WHEN excluded.first_seen < repository_span.first_seen
            THEN excluded.first_seen
        ELSE repository_span.first_seen
    END,
    last_seen = CASE
        WHEN excluded.last_seen > repository_span.last_seen THEN excluded.last_seen
        ELSE repository_span.last_seen
    END;

-- name: widen_appearances!
INSERT INTO appearance (statement_id, tag_id, first_seen, last_seen, observations)
SELECT statement_id, tag_id, MIN(observed_at), MAX(observed_at), COUNT(*)
FROM observation
WHERE id > :after AND statement_id IS NOT NULL
GROUP BY statement_id, tag_id
ON CONFLICT (statement_id, tag_id) DO UPDATE SET
    first_seen = CASE
        WHEN excluded.first_seen < appearance.first_seen THEN excluded.first_seen
        ELSE appearance.first_seen
    END,
    last_seen = CASE
        WHEN excluded.last_seen > appearance.last_seen THEN excluded.last_seen
        ELSE appearance.last_seen
    END,
    observations = appearance.observations + excluded.observations;

-- name: widen_sightings!
INSERT INTO sighting (entry_id, tag_id, first_seen, last_seen)
SELECT se.entry_id, o.tag_id, MIN(o.observed_at), MAX(o.observed_at)
FROM observation o
JOIN statement_entry se ON se.statement_id = o.statement_id
WHERE o.id > :after
GROUP BY se.entry_id, o.tag_id
ON CONFLICT (entry_id, tag_id) DO UPDATE SET
    first_seen = CASE
        WHEN excluded.first_seen < sighting.first_seen THEN excluded.first_seen
        ELSE sighting.first_seen
    END,
    last_seen = CASE
        WHEN excluded.last_seen > sighting.last_seen THEN excluded.last_seen
        ELSE sighting.last_seen
    END;

-- name: add_repository_recipes!
INSERT INTO repository_recipe (repository_id, recipe_id)
SELECT DISTINCT t.repository_id, e.recipe_id
FROM observation o
JOIN tag t ON t.id = o.tag_id
JOIN statement_entry se ON se.statement_id = o.statement_id
JOIN entry e ON e.id = se.entry_id
WHERE o.id > :after AND e.recipe_id IS NOT NULL
ON CONFLICT (repository_id, recipe_id) DO NOTHING;

-- name: changes_not_as_told
WITH told AS (
    SELECT
        o.id, o.tag_id, o.source_id, t.repository_id, o.observed_at,
        CASE WHEN o.is_absent = 1 THEN 0
            ELSE COALESCE(st.root_digest_id, -o.statement_id)
        END AS said
    FROM observation o
    JOIN tag t ON t.id = o.tag_id
    LEFT JOIN statement st ON st.id = o.statement_id
),

compared AS (
    SELECT
        told.*,
        LAG(said) OVER (
            PARTITION BY tag_id, source_id
            ORDER BY observed_at
        ) AS said_before
    FROM told
),

expected AS (
    SELECT id, tag_id, source_id, repository_id, observed_at, said
    FROM compared
    WHERE said_before IS NULL OR said <> said_before
)

SELECT 'observation', differing.observation_id
FROM (
    SELECT * FROM (SELECT * FROM change EXCEPT SELECT * FROM expected) surplus
    UNION
    SELECT * FROM (SELECT * FROM expected EXCEPT SELECT * FROM change) lacking
) differing
ORDER BY 2;

-- name: spans_not_as_told
WITH expected AS (
    SELECT
        t.repository_id,
        COUNT(DISTINCT t.id) AS tags,
        MIN(o.observed_at) AS first_seen,
        MAX(o.observed_at) AS last_seen
    FROM tag t
    JOIN observation o ON o.tag_id = t.id
    GROUP BY t.repository_id
)

SELECT DISTINCT 'repository', differing.repository_id
FROM (
    SELECT * FROM (
        SELECT * FROM repository_span EXCEPT SELECT * FROM expected
    ) surplus
    UNION
    SELECT * FROM (
        SELECT * FROM expected EXCEPT SELECT * FROM repository_span
    ) lacking
) differing
ORDER BY 2;

-- name: appearances_not_as_told
WITH expected AS (
    SELECT
        statement_id, tag_id,
        MIN(observed_at) AS first_seen,
        MAX(observed_at) AS last_seen,
        COUNT(*) AS observations
    FROM observation
    WHERE statement_id IS NOT NULL
    GROUP BY statement_id, tag_id
)

SELECT DISTINCT 'statement', differing.statement_id
FROM (
    SELECT * FROM (SELECT * FROM appearance EXCEPT SELECT * FROM expected) surplus
    UNION
    SELECT * FROM (SELECT * FROM expected EXCEPT SELECT * FROM appearance) lacking
) differing
ORDER BY 2;

-- name: sightings_not_as_told
WITH expected AS (
    SELECT
        se.entry_id, o.tag_id,
        MIN(o.observed_at) AS first_seen,
        MAX(o.observed_at) AS last_seen
    FROM observation o
    JOIN statement_entry se ON se.statement_id = o.statement_id
    GROUP BY se.entry_id, o.tag_id
)

SELECT DISTINCT 'entry', differing.entry_id
FROM (
    SELECT * FROM (SELECT * FROM sighting EXCEPT SELECT * FROM expected) surplus
    UNION
    SELECT * FROM (SELECT * FROM expected EXCEPT SELECT * FROM sighting) lacking
) differing
ORDER BY 2;

-- name: recipes_not_as_told
WITH expected AS (
    SELECT DISTINCT t.repository_id, e.recipe_id
    FROM observation o
    JOIN tag t ON t.id = o.tag_id
    JOIN statement_entry se ON se.statement_id = o.statement_id
    JOIN entry e ON e.id = se.entry_id
    WHERE e.recipe_id IS NOT NULL
)

SELECT DISTINCT 'repository', differing.repository_id
FROM (
    SELECT * FROM (
        SELECT * FROM repository_recipe EXCEPT SELECT * FROM expected
    ) surplus
    UNION
    SELECT * FROM (
        SELECT * FROM expected EXCEPT SELECT * FROM repository_recipe
    ) lacking
) differing
ORDER BY 2;
