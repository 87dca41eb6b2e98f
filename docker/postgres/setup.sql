-- Run at each start by the server's user, before anybody else can connect: what is missing is made, what is old is updated.
-- Variables: master (a login), master_hash, monitor_hash.
\set ON_ERROR_STOP on
SET client_min_messages = warning;

SELECT 'CREATE DATABASE lab'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'lab') \gexec
\connect lab
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS labcreator;
ALTER EXTENSION labcreator UPDATE;

-- The lab master makes databases: references, starters.
SELECT format('CREATE ROLE %I LOGIN CREATEDB IN ROLE lab_master', :'master')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'master') \gexec
SELECT format('ALTER ROLE %I PASSWORD %L', :'master', :'master_hash')
WHERE :'master_hash' <> '' \gexec
ALTER ROLE lab_monitor LOGIN PASSWORD :'monitor_hash';
-- Grafana's administrator: a participant of this name would be taken for them
SELECT 'CREATE ROLE labcreator NOLOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'labcreator') \gexec
COMMENT ON ROLE labcreator IS 'keeps participants from the name of Grafana''s administrator';

\pset tuples_only on
\pset format unaligned
\o /var/lib/postgresql/labs.conf
SELECT lab_hba();
\o /monitoring/prometheus.yml.new
SELECT lab_prometheus_config('exporter:9237');
\o /monitoring/labcreator.rules.yml.new
SELECT lab_prometheus_rules();
\o
