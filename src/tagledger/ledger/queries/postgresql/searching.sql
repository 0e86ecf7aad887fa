-- name: steps_with_words
SELECT id, text
FROM step
WHERE
    words @@ to_tsquery('simple', :words)
ORDER BY ts_rank(words, to_tsquery('simple', :words), 1) DESC, id
LIMIT :limit;

-- name: steps_with_text
SELECT id, text
FROM step
WHERE text LIKE :exact
ORDER BY LENGTH(text), id
LIMIT :limit;

-- name: steps_both
SELECT id, text
FROM step
WHERE
    words @@ to_tsquery('simple', :words)
    AND text LIKE :exact
ORDER BY ts_rank(words, to_tsquery('simple', :words), 1) DESC, id
LIMIT :limit;
