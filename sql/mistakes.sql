-- What a participant is told who made a common mistake, at each level of feedback.
\set superuser :USER
SET client_min_messages = error;
CREATE ROLE teacher LOGIN IN ROLE lab_master;
CREATE DATABASE mistakes_reference OWNER teacher;
\c mistakes_reference teacher
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE TABLE shop.customers (id int PRIMARY KEY, name varchar(50) NOT NULL, city text DEFAULT 'Tartu');
CREATE TABLE shop.orders (id int PRIMARY KEY, customer int NOT NULL REFERENCES shop.customers ON DELETE CASCADE, placed date);
CREATE TABLE shop.categories (id int PRIMARY KEY);
CREATE TABLE shop.products (id int PRIMARY KEY);
CREATE TABLE shop.invoices (id int PRIMARY KEY);
CREATE TABLE shop.staff (badge int, hired date, salary numeric);
CREATE VIEW shop.cities AS SELECT city, count(*) AS people FROM shop.customers GROUP BY city;
\c lab teacher
SET client_min_messages = error;
SELECT count(*) FROM lab_create('{"lab": "hint", "reference": "mistakes_reference", "participants": ["mia"]}');
SELECT count(*) FROM lab_create('{"lab": "diff", "reference": "mistakes_reference", "participants": ["mia"], "feedback": "diff"}');
SELECT count(*) FROM lab_create('{"lab": "object", "reference": "mistakes_reference", "participants": ["mia"], "feedback": "object"}');
SELECT count(*) FROM lab_create('{"lab": "none", "reference": "mistakes_reference", "participants": ["mia"], "feedback": "none"}');
CALL lab_wait('hint');
CALL lab_wait('diff');
CALL lab_wait('object');
CALL lab_wait('none');
\o /dev/null
SELECT $mia$
	CREATE SCHEMA shop;
	CREATE TABLE shop.customers (id int PRIMARY KEY, name varchar(20), city text DEFAULT 'Tallinn');
	CREATE TABLE "Orders" (id int);
	CREATE TABLE shop."Orders" (id int);
	CREATE TABLE shop.category (id int PRIMARY KEY);
	CREATE TABLE public.products (id int PRIMARY KEY);
	CREATE TABLE shop.invioces (id int PRIMARY KEY);
	CREATE TABLE shop.employees (badge int, hired date, salary numeric, phone text);
	CREATE VIEW shop.cities AS SELECT name AS city, 1::bigint AS people FROM shop.customers;
$mia$ AS script \gset
\c hint_mia mia
:script
\c diff_mia mia
:script
\c object_mia mia
:script
\c none_mia mia
:script
\o
\c lab teacher
SELECT lab_evaluate('hint'), lab_evaluate('diff'), lab_evaluate('object'), lab_evaluate('none');
SELECT kind, object, detail FROM lab_results('hint', 'mia') WHERE status = 'fail';
SELECT kind, object, detail FROM lab_results('diff', 'mia') WHERE status = 'fail' AND object LIKE 'shop.customers%';
SELECT kind, object, detail FROM lab_results('object', 'mia') WHERE status = 'fail' AND object LIKE 'shop.customers%';
SELECT count(*) > 0 AS fails, count(detail) AS details FROM lab_results('none', 'mia') WHERE status = 'fail';
SELECT lab_drop(lab) FROM (SELECT DISTINCT lab FROM lab_progress()) AS labs;
SET client_min_messages = error;
CALL lab_wait('hint');
CALL lab_wait('diff');
CALL lab_wait('object');
CALL lab_wait('none');
\c lab :superuser
DROP DATABASE mistakes_reference;
DROP ROLE teacher;
