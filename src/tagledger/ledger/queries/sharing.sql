-- Digests that very many share: what each batch adds to where they were.

-- name: widen_shared_uses!
WITH said AS (
    SELECT DISTINCT statement_id AS id
    FROM observation
    WHERE id > :after AND statement_id IS NOT NULL
),

spoken AS (
    SELECT n.id AS statement_id, st.root_digest_id AS digest_id
    FROM said n
    JOIN statement st ON st.id = n.id
    JOIN shared_digest sd ON sd.digest_id = st.root_digest_id
    UNION
    SELECT n.id AS statement_id, sd.digest_id
    FROM said n
    JOIN statement_entry se ON se.statement_id = n.id
    JOIN entry e ON e.id = se.entry_id
    JOIN shared_digest sd
    ON sd.digest_id IN (e.manifest_digest_id, e.config_digest_id)
    UNION
    SELECT n.id AS statement_id, sd.digest_id
    FROM said n
    JOIN statement_entry se ON se.statement_id = n.id
    JOIN entry e ON e.id = se.entry_id
    JOIN layer_list_item i ON i.list_id = e.layer_list_id
    JOIN layer l ON l.id = i.layer_id
    JOIN shared_digest sd ON sd.digest_id IN (l.digest_id, l.diff_digest_id)
),

seen AS (
    SELECT
        spoken.digest_id, o.tag_id,
        MIN(o.observed_at) AS first_seen,
        MAX(o.observed_at) AS last_seen,
        COUNT(*) AS observations
    FROM observation o
    JOIN spoken ON spoken.statement_id = o.statement_id
    WHERE o.id > :after
    GROUP BY spoken.digest_id, o.tag_id
)

INSERT INTO shared_use (
    digest_id, repository, tag, tag_id, first_seen, last_seen, observations
)
SELECT
    seen.digest_id, SUBSTR(r.name, 1, 255), SUBSTR(t.name, 1, 128), seen.tag_id,
    seen.first_seen, seen.last_seen, seen.observations
FROM seen
JOIN tag t ON t.id = seen.tag_id
JOIN repository r ON r.id = t.repository_id
WHERE TRUE
ON CONFLICT (digest_id, repository, tag, tag_id) DO UPDATE SET
    first_seen = CASE
        WHEN excluded.first_seen < shared_use.first_seen THEN excluded.first_seen
        ELSE shared_use.first_seen
    END,
    last_seen = CASE
        WHEN excluded.last_seen > shared_use.last_seen THEN excluded.last_seen
        ELSE shared_use.last_seen
    END,
    observations = shared_use.observations + excluded.observations;

-- name: count_shared_images!
WITH having_it AS (
    SELECT e.id AS entry_id, sd.digest_id
    FROM entry e
    JOIN shared_digest sd
    ON sd.digest_id IN (e.manifest_digest_id, e.config_digest_id)
    WHERE e.id > :after_entry
    UNION
    SELECT e.id AS entry_id, sd.digest_id
    FROM entry e
    JOIN layer_list_item i ON i.list_id = e.layer_list_id
    JOIN layer l ON l.id = i.layer_id
    JOIN shared_digest sd ON sd.digest_id IN (l.digest_id, l.diff_digest_id)
    WHERE e.id > :after_entry
),

counted AS (
    SELECT digest_id, COUNT(*) AS images FROM having_it GROUP BY digest_id
)

UPDATE shared_digest SET images = images + (
    SELECT c.images FROM counted c WHERE c.digest_id = shared_digest.digest_id
)
WHERE digest_id IN (SELECT digest_id FROM counted);

-- name: perhaps_shared
WITH said AS (
    SELECT DISTINCT statement_id AS id
    FROM observation
    WHERE id > :after AND statement_id IS NOT NULL AND (id & 31) = 0
),

spoken AS (
    SELECT n.id AS statement_id, st.root_digest_id AS digest_id
    FROM said n
    JOIN statement st ON st.id = n.id
    WHERE st.root_digest_id IS NOT NULL
    UNION
    SELECT n.id AS statement_id, e.manifest_digest_id AS digest_id
    FROM said n
    JOIN statement_entry se ON se.statement_id = n.id
    JOIN entry e ON e.id = se.entry_id
    WHERE e.manifest_digest_id IS NOT NULL
    UNION
    SELECT n.id AS statement_id, e.config_digest_id AS digest_id
    FROM said n
    JOIN statement_entry se ON se.statement_id = n.id
    JOIN entry e ON e.id = se.entry_id
    WHERE e.config_digest_id IS NOT NULL
    UNION
    SELECT n.id AS statement_id, l.digest_id AS digest_id
    FROM said n
    JOIN statement_entry se ON se.statement_id = n.id
    JOIN entry e ON e.id = se.entry_id
    JOIN layer_list_item i ON i.list_id = e.layer_list_id
    JOIN layer l ON l.id = i.layer_id
    WHERE l.digest_id IS NOT NULL
    UNION
    SELECT n.id AS statement_id, l.diff_digest_id AS digest_id
    FROM said n
    JOIN statement_entry se ON se.statement_id = n.id
    JOIN entry e ON e.id = se.entry_id
    JOIN layer_list_item i ON i.list_id = e.layer_list_id
    JOIN layer l ON l.id = i.layer_id
    WHERE l.diff_digest_id IS NOT NULL
)

SELECT DISTINCT spoken.digest_id
FROM spoken
WHERE spoken.digest_id NOT IN (SELECT sd.digest_id FROM shared_digest sd)
ORDER BY spoken.digest_id;

-- name: share_digest!
INSERT INTO shared_digest
SELECT CAST(:digest_id AS INTEGER), COUNT(*)
FROM (
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
) having_it;

-- name: share_uses!
WITH said AS (
    SELECT st.id FROM statement st WHERE st.root_digest_id = :digest_id
    UNION
    SELECT se.statement_id
    FROM entry e
    JOIN statement_entry se ON se.entry_id = e.id
    WHERE e.manifest_digest_id = :digest_id
    UNION
    SELECT se.statement_id
    FROM entry e
    JOIN statement_entry se ON se.entry_id = e.id
    WHERE e.config_digest_id = :digest_id
    UNION
    SELECT se.statement_id
    FROM layer l
    JOIN layer_list_item i ON i.layer_id = l.id
    JOIN entry e ON e.layer_list_id = i.list_id
    JOIN statement_entry se ON se.entry_id = e.id
    WHERE l.digest_id = :digest_id
    UNION
    SELECT se.statement_id
    FROM layer l
    JOIN layer_list_item i ON i.layer_id = l.id
    JOIN entry e ON e.layer_list_id = i.list_id
    JOIN statement_entry se ON se.entry_id = e.id
    WHERE l.diff_digest_id = :digest_id
),

seen AS (
    SELECT
        a.tag_id,
        MIN(a.first_seen) AS first_seen,
        MAX(a.last_seen) AS last_seen,
        SUM(a.observations) AS observations
    FROM said
    JOIN appearance a ON a.statement_id = said.id
    GROUP BY a.tag_id
)

INSERT INTO shared_use
SELECT
    CAST(:digest_id AS INTEGER), SUBSTR(r.name, 1, 255), SUBSTR(t.name, 1, 128),
    seen.tag_id, seen.first_seen, seen.last_seen, seen.observations
FROM seen
JOIN tag t ON t.id = seen.tag_id
JOIN repository r ON r.id = t.repository_id;

-- name: shared_images_not_as_told
WITH having_it AS (
    SELECT e.id AS entry_id, sd.digest_id
    FROM entry e
    JOIN shared_digest sd
    ON sd.digest_id IN (e.manifest_digest_id, e.config_digest_id)
    UNION
    SELECT e.id AS entry_id, sd.digest_id
    FROM entry e
    JOIN layer_list_item i ON i.list_id = e.layer_list_id
    JOIN layer l ON l.id = i.layer_id
    JOIN shared_digest sd ON sd.digest_id IN (l.digest_id, l.diff_digest_id)
)

SELECT 'digest', sd.digest_id
FROM shared_digest sd
LEFT JOIN (
    SELECT digest_id, COUNT(*) AS images FROM having_it GROUP BY digest_id
) counted ON counted.digest_id = sd.digest_id
WHERE sd.images <> COALESCE(counted.images, 0)
ORDER BY 2;

-- name: shared_uses_not_as_told
WITH spoken AS (
    SELECT n.id AS statement_id, st.root_digest_id AS digest_id
    FROM statement n
    JOIN statement st ON st.id = n.id
    JOIN shared_digest sd ON sd.digest_id = st.root_digest_id
    UNION
    SELECT n.id AS statement_id, sd.digest_id
    FROM statement n
    JOIN statement_entry se ON se.statement_id = n.id
    JOIN entry e ON e.id = se.entry_id
    JOIN shared_digest sd
    ON sd.digest_id IN (e.manifest_digest_id, e.config_digest_id)
    UNION
    SELECT n.id AS statement_id, sd.digest_id
    FROM statement n
    JOIN statement_entry se ON se.statement_id = n.id
    JOIN entry e ON e.id = se.entry_id
    JOIN layer_list_item i ON i.list_id = e.layer_list_id
    JOIN layer l ON l.id = i.layer_id
    JOIN shared_digest sd ON sd.digest_id IN (l.digest_id, l.diff_digest_id)
),

expected AS (
    SELECT
        spoken.digest_id, a.tag_id,
        MIN(a.first_seen) AS first_seen,
        MAX(a.last_seen) AS last_seen,
        SUM(a.observations) AS observations
    FROM spoken
    JOIN appearance a ON a.statement_id = spoken.statement_id
    GROUP BY spoken.digest_id, a.tag_id
),

named AS (
    SELECT
        x.digest_id, SUBSTR(r.name, 1, 255) AS repository,
        SUBSTR(t.name, 1, 128) AS tag, x.tag_id, x.first_seen, x.last_seen,
        x.observations
    FROM expected x
    JOIN tag t ON t.id = x.tag_id
    JOIN repository r ON r.id = t.repository_id
)

SELECT DISTINCT 'digest', differing.digest_id
FROM (
    SELECT * FROM (SELECT * FROM shared_use EXCEPT SELECT * FROM named) surplus
    UNION
    SELECT * FROM (SELECT * FROM named EXCEPT SELECT * FROM shared_use) lacking
) differing
ORDER BY 2;

-- name: shared_uses
SELECT
    r.name, t.name, u.first_seen, u.last_seen, u.observations,
    (
        SELECT MIN(o.observed_at)
        FROM observation o
        WHERE o.tag_id = u.tag_id AND o.observed_at > u.last_seen
    )
FROM (
    SELECT *
    FROM shared_use
    WHERE digest_id = :digest_id
    ORDER BY repository, tag, tag_id
    LIMIT :limit OFFSET :offset
) u
JOIN tag t ON t.id = u.tag_id
JOIN repository r ON r.id = t.repository_id
ORDER BY u.repository, u.tag, u.tag_id;
