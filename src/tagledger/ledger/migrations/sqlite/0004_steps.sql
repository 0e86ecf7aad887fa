-- Who appends steps appends them to their indices, all rows at once.

DROP TRIGGER step_added;
