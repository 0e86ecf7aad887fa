-- name: steps_not_indexed
SELECT 'search index', step_count - word_count
FROM (
    SELECT
        (SELECT COUNT(*) FROM step) AS step_count,
        (SELECT COUNT(*) FROM step_words_docsize) AS word_count,
        (SELECT COUNT(*) FROM step_letters_docsize) AS letter_count
)
WHERE step_count <> word_count OR step_count <> letter_count;
