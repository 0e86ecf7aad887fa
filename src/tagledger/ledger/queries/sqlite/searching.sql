-- name: steps_with_words
SELECT step.id, step.text
FROM step_words
JOIN step ON step.id = step_words.rowid
WHERE step_words MATCH :words
ORDER BY step_words.rank
LIMIT :limit;

-- name: steps_with_text
SELECT step.id, step.text
FROM step_letters
JOIN step ON step.id = step_letters.rowid
WHERE step_letters.text GLOB :exact
ORDER BY LENGTH(step.text), step.id
LIMIT :limit;

-- name: steps_both
SELECT step.id, step.text
FROM step_words
JOIN step ON step.id = step_words.rowid
WHERE step_words MATCH :words AND step.text GLOB :exact
ORDER BY step_words.rank
LIMIT :limit;
