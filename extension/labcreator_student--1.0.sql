/* labcreator_student 1.0: what a participant sees in their own database. */
\echo Use "CREATE EXTENSION labcreator_student" to load this file. \quit

CREATE FUNCTION lab_tasks()
RETURNS TABLE (task text, title text, state text, points numeric, earned numeric, hint text, detail text, answer text)
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_student_tasks';
COMMENT ON FUNCTION lab_tasks() IS
	'what the lab asks of you, task by task, how far you are, what is missing, and what your teacher answered';

CREATE FUNCTION lab_progress()
RETURNS TABLE (place integer, who text, passed integer, total integer, score numeric, you boolean)
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_student_progress';
COMMENT ON FUNCTION lab_progress() IS
	'your place, checks passed, checks in all and score in percent; and your peers'', where the lab shows them';

CREATE FUNCTION lab_raise_hand(message text DEFAULT NULL)
RETURNS text
LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_student_raise_hand';
COMMENT ON FUNCTION lab_raise_hand(text) IS
	'asks the teacher for help, with or without a message; it is heard at once, whatever becomes of your transaction';

CREATE FUNCTION lab_lower_hand()
RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_student_lower_hand';
COMMENT ON FUNCTION lab_lower_hand() IS 'takes your question back';

CREATE FUNCTION lab_set_password(old text, new text)
RETURNS void
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_set_password';
COMMENT ON FUNCTION lab_set_password(text, text) IS
	'changes your password, wherever it is kept; the server writes the statement to no log';
