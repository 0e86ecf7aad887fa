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

-- name: steps_both
SELECT id, text
FROM step
WHERE words @@ to_tsquery('simple', :words) AND text LIKE :exact
ORDER BY id DESC
LIMIT :limit;
