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
    WHERE step_letters.text GLOB :exact
    ORDER BY rowid DESC
    LIMIT :limit
) found
JOIN step ON step.id = found.number;

-- name: steps_both
SELECT step.id, step.text
FROM step_words
JOIN step ON step.id = step_words.rowid
WHERE step_words MATCH :words AND step.text GLOB :exact
ORDER BY step_words.rowid DESC
LIMIT :limit;
