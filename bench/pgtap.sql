-- Writes a pgTAP test of the current database's schema lib: what labcreator checks of definitions, one assertion each.
-- Rows, results of views and the behaviour of functions are left out: pgTAP has nothing to compare them with.
SELECT 'SET search_path = pg_catalog, tap; BEGIN; SELECT * FROM no_plan();';
SELECT 'SELECT has_schema(''lib'');';
WITH rel AS (SELECT oid, relname, relkind FROM pg_class WHERE relnamespace = 'lib'::regnamespace)
SELECT format('SELECT has_table(%L, %L::name);', 'lib', relname) FROM rel WHERE relkind = 'r'
UNION ALL
SELECT format('SELECT has_view(%L, %L::name);', 'lib', relname) FROM rel WHERE relkind = 'v'
UNION ALL
SELECT format('SELECT has_column(%L, %L, %L, '''');', 'lib', relname, attname) || chr(10)
	|| format('SELECT col_type_is(%L, %L, %L, %L, '''');', 'lib', relname, attname, format_type(atttypid, atttypmod))
	|| CASE WHEN relkind = 'r' THEN chr(10) || format('SELECT %s(%L, %L, %L, '''');', CASE WHEN attnotnull THEN 'col_not_null' ELSE 'col_is_null' END, 'lib', relname, attname) ELSE '' END
	|| CASE WHEN atthasdef AND attgenerated = '' THEN chr(10) || format('SELECT col_has_default(%L, %L, %L, '''');', 'lib', relname, attname) ELSE '' END
FROM rel JOIN pg_attribute a ON a.attrelid = rel.oid AND attnum > 0 AND NOT attisdropped
WHERE relkind IN ('r', 'v')
UNION ALL
SELECT CASE contype
		WHEN 'p' THEN format('SELECT col_is_pk(%L, %L, %L::name[], '''');', 'lib', relname, keys)
		WHEN 'u' THEN format('SELECT col_is_unique(%L, %L, %L::name[], '''');', 'lib', relname, keys)
		WHEN 'c' THEN format('SELECT has_check(%L, %L, '''');', 'lib', relname)
		ELSE format('SELECT fk_ok(%L, %L, %L::name[], %L, %L, %L::name[]);', 'lib', relname, keys, 'lib', (SELECT relname FROM rel t WHERE t.oid = c.confrelid),
			(SELECT array_agg(attname ORDER BY array_position(c.confkey, attnum)) FROM pg_attribute WHERE attrelid = c.confrelid AND attnum = ANY (c.confkey)))
	END
FROM (
	SELECT c.*, rel.relname,
		(SELECT array_agg(attname ORDER BY array_position(c.conkey, attnum)) FROM pg_attribute WHERE attrelid = c.conrelid AND attnum = ANY (c.conkey)) AS keys
	FROM pg_constraint c JOIN rel ON rel.oid = c.conrelid AND rel.relkind = 'r'
	WHERE contype IN ('p', 'u', 'c', 'f')) c
UNION ALL
SELECT format('SELECT has_index(%L, %L, %L::name);', 'lib', t.relname, i.relname)
FROM pg_index x JOIN rel i ON i.oid = x.indexrelid JOIN rel t ON t.oid = x.indrelid
UNION ALL
SELECT format('SELECT has_trigger(%L, %L, %L::name);', 'lib', relname, tgname) FROM pg_trigger JOIN rel ON rel.oid = tgrelid WHERE NOT tgisinternal
UNION ALL
SELECT format('SELECT has_function(%L, %L, %L::name[], '''');', 'lib', proname, proargtypes::regtype[]) || chr(10)
	|| format('SELECT volatility_is(%L, %L, %L::name[], %L, '''');', 'lib', proname, proargtypes::regtype[], CASE provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END) || chr(10)
	|| format('SELECT function_lang_is(%L, %L, %L::name[], %L, '''');', 'lib', proname, proargtypes::regtype[], lanname)
FROM pg_proc JOIN pg_language l ON l.oid = prolang WHERE pronamespace = 'lib'::regnamespace
UNION ALL
SELECT 'SELECT has_type(''lib'', ''state''::name);' || chr(10) || 'SELECT has_domain(''lib'', ''isbn''::name);';
SELECT 'SELECT * FROM finish(); ROLLBACK;';
