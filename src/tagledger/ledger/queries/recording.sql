-- name: last_numbers
SELECT
    (SELECT COALESCE(MAX(id), 0) FROM digest),
    (SELECT COALESCE(MAX(id), 0) FROM media_type),
    (SELECT COALESCE(MAX(id), 0) FROM source),
    (SELECT COALESCE(MAX(id), 0) FROM repository),
    (SELECT COALESCE(MAX(id), 0) FROM tag),
    (SELECT COALESCE(MAX(id), 0) FROM platform),
    (SELECT COALESCE(MAX(id), 0) FROM pack),
    (SELECT COALESCE(MAX(id), 0) FROM step),
    (SELECT COALESCE(MAX(id), 0) FROM recipe),
    (SELECT COALESCE(MAX(id), 0) FROM layer),
    (SELECT COALESCE(MAX(id), 0) FROM layer_list),
    (SELECT COALESCE(MAX(id), 0) FROM setting),
    (SELECT COALESCE(MAX(id), 0) FROM setting_list),
    (SELECT COALESCE(MAX(id), 0) FROM entry),
    (SELECT COALESCE(MAX(id), 0) FROM statement),
    (SELECT COALESCE(MAX(id), 0) FROM observation);

-- name: note
SELECT text FROM note WHERE name = :name;

-- name: write_note!
INSERT INTO note (name, text) VALUES (:name, :text)
ON CONFLICT (name) DO UPDATE SET text = excluded.text;

-- name: write_verdict!
INSERT INTO verdict (digest_id, outcome, reason)
VALUES (:digest_id, :outcome, :reason)
ON CONFLICT (digest_id)
DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason;

-- name: strengthen_content!
UPDATE content SET
    evidence = 1,
    signed_form_id = COALESCE(signed_form_id, CAST(:signed_form_id AS INTEGER))
WHERE digest_id = :digest_id
AND (evidence > 1 OR CAST(:signed_form_id AS INTEGER) IS NOT NULL);
