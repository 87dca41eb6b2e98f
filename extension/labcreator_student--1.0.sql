/* labcreator_student 1.0: what a participant sees in their own database. */
\echo Use "CREATE EXTENSION labcreator_student" to load this file. \quit

CREATE FUNCTION lab_progress(OUT passed integer, OUT total integer, OUT score numeric)
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_student_progress';
COMMENT ON FUNCTION lab_progress() IS 'how far you are: checks passed, checks in all, score in percent';

CREATE FUNCTION lab_set_password(old text, new text)
RETURNS void
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_set_password';
COMMENT ON FUNCTION lab_set_password(text, text) IS
	'changes your password, wherever it is kept; the server writes the statement to no log';
