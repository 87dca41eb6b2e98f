-- What can be wrong when a lab is changed: one error each, and nothing is changed.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS labcreator;
\set SHOW_CONTEXT never
-- specs are read as by lab_create()
SELECT lab_alter('[]');
SELECT lab_alter('{"lab": "x", "reference": "r"}');
SELECT lab_alter('{"lab": "x", "reference": "r", "participants": []}');
SELECT lab_alter('{"lab": "x", "reference": "r", "participants": ["a", "a"]}');
SELECT lab_alter('{"lab": "x", "reference": "r", "participants": ["a"], "removed": "burn"}');
SELECT lab_alter('{"lab": "x", "reference": "r", "participants": ["a"], "removed": true}');
SELECT lab_create('{"lab": "x", "reference": "r", "participants": ["a"], "removed": "burn"}');
-- there is no lab
SELECT lab_alter('{"lab": "x", "reference": "r", "participants": ["a"]}');
SELECT lab_refresh('x');
SELECT lab_refresh('x', dry_run => true);
SELECT lab_reset('x', 'a');
SELECT lab_archive('x');
-- nothing is asked for
SELECT lab_alter(NULL), lab_reset('x', NULL), lab_archive(NULL);
SELECT count(*) FROM lab.labs;
-- only lab masters
CREATE ROLE nobody_special;
GRANT CONNECT ON DATABASE lab TO nobody_special;
SET ROLE nobody_special;
SELECT lab_alter('{}');
SELECT lab_refresh('x');
SELECT lab_reset('x', 'a');
SELECT lab_archive('x');
RESET ROLE;
REVOKE CONNECT ON DATABASE lab FROM nobody_special;
DROP ROLE nobody_special;
-- what differs between two specs
SELECT * FROM lab.spec_changes('{"lab": "x"}', '{"lab": "x"}');
SELECT * FROM lab.spec_changes('{"lab": "x"}', '{"lab": "x", "participants": ["a"], "removed": "keep"}');
SELECT * FROM lab.spec_changes('{"lab": "x", "title": "a"}', '{"lab": "x", "title": "b", "tasks": []}');
SELECT * FROM lab.spec_changes('{"limits": {"connections": 2}}', '{"limits": {"connections": 3}, "extras": "strict"}');
-- what is asked is the same, whatever came first
SELECT lab.asked('{"probes": [{"sql": "TABLE t", "value": "1, 2", "digest": "d"}, {"sql": "f(1)", "value": "2"}]}');
SELECT lab.asked('{"type": "integer"}');
