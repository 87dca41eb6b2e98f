-- Columns: existence, type, typmod, NOT NULL, default, identity, generated, collation.
-- column missing | shop.returns.reason
ALTER TABLE shop.returns DROP reason;
-- column renamed | shop.returns.reason
ALTER TABLE shop.returns RENAME reason TO reasons;
-- column in another case | Order*two words
ALTER TABLE "Odd Names"."Order" RENAME "two words" TO "Two Words";
-- smallint is integer | lib.zoo.c_smallint
ALTER TABLE lib.zoo ALTER c_smallint TYPE integer;
-- bigint is numeric | lib.zoo.c_bigint
ALTER TABLE lib.zoo ALTER c_bigint TYPE numeric;
-- real is double precision | lib.zoo.c_real
ALTER TABLE lib.zoo ALTER c_real TYPE double precision;
-- double precision is numeric | lib.zoo.c_double
UPDATE lib.zoo SET c_double = 'NaN';
ALTER TABLE lib.zoo ALTER c_double TYPE numeric;
-- numeric with a precision | lib.zoo.c_numeric
ALTER TABLE lib.zoo ALTER c_numeric TYPE numeric(12,2);
-- numeric with another precision | lib.zoo.c_decimal
ALTER TABLE lib.zoo ALTER c_decimal TYPE numeric(7,3);
-- numeric with another scale | lib.zoo.c_decimal
ALTER TABLE lib.zoo ALTER c_decimal TYPE numeric(6,2);
-- numeric without typmod | lib.zoo.c_decimal
ALTER TABLE lib.zoo ALTER c_decimal TYPE numeric;
-- boolean is integer | lib.zoo.c_boolean
ALTER TABLE lib.zoo ALTER c_boolean TYPE integer USING c_boolean::integer;
-- char of another length | lib.zoo.c_char
ALTER TABLE lib.zoo ALTER c_char TYPE char(4);
-- char is varchar | lib.zoo.c_char
ALTER TABLE lib.zoo ALTER c_char TYPE varchar(3);
-- varchar of another length | lib.zoo.c_varchar
ALTER TABLE lib.zoo ALTER c_varchar TYPE varchar(13);
-- varchar without length | lib.zoo.c_varchar
ALTER TABLE lib.zoo ALTER c_varchar TYPE varchar;
-- varchar is text | shop.returns.reason
ALTER TABLE shop.returns ALTER reason TYPE text;
-- text is varchar | lib.zoo.c_text
ALTER TABLE lib.zoo ALTER c_text TYPE varchar;
-- time of another precision | lib.zoo.c_time
ALTER TABLE lib.zoo ALTER c_time TYPE time(2);
-- timetz is time | lib.zoo.c_timetz
ALTER TABLE lib.zoo ALTER c_timetz TYPE time;
-- timestamp of another precision | lib.zoo.c_timestamp
ALTER TABLE lib.zoo ALTER c_timestamp TYPE timestamp;
-- timestamptz is timestamp | lib.zoo.c_timestamptz
ALTER TABLE lib.zoo ALTER c_timestamptz TYPE timestamp(3) USING c_timestamptz AT TIME ZONE 'UTC';
-- interval with fields | lib.zoo.c_interval
ALTER TABLE lib.zoo ALTER c_interval TYPE interval day to second;
-- interval with other fields | lib.zoo.c_months
ALTER TABLE lib.zoo ALTER c_months TYPE interval month;
-- interval of another precision | lib.zoo.c_seconds
ALTER TABLE lib.zoo ALTER c_seconds TYPE interval day to second(3);
-- uuid is text | lib.zoo.c_uuid
ALTER TABLE lib.zoo ALTER c_uuid TYPE text;
-- json is jsonb | lib.zoo.c_json
ALTER TABLE lib.zoo ALTER c_json TYPE jsonb;
-- jsonb is json | lib.zoo.c_jsonb
ALTER TABLE lib.zoo ALTER c_jsonb TYPE json;
-- inet is cidr | lib.zoo.c_inet
ALTER TABLE lib.zoo ALTER c_inet TYPE cidr USING network(c_inet)::cidr;
-- bit of another length | lib.zoo.c_bit
ALTER TABLE lib.zoo ALTER c_bit TYPE bit(5) USING c_bit::bit(5);
-- bit is bit varying | lib.zoo.c_bit
ALTER TABLE lib.zoo ALTER c_bit TYPE varbit(4);
-- array is scalar | lib.zoo.c_ints
ALTER TABLE lib.zoo ALTER c_ints TYPE text USING c_ints::text;
-- array of another element | lib.zoo.c_ints
ALTER TABLE lib.zoo ALTER c_ints TYPE bigint[];
-- enum is text | lib.zoo.c_status
ALTER TABLE lib.zoo ALTER c_status TYPE text;
-- domain is its base type | lib.zoo.c_email
ALTER TABLE lib.zoo ALTER c_email TYPE text;
-- composite is text | lib.zoo.c_address
ALTER TABLE lib.zoo ALTER c_address TYPE text USING c_address::text;
-- range of another type | lib.zoo.c_range
ALTER TABLE lib.zoo ALTER c_range TYPE int8range USING c_range::text::int8range;
-- multirange is range | lib.zoo.c_multi
ALTER TABLE lib.zoo ALTER c_multi TYPE numrange USING NULL;
-- date is timestamp | lib.zoo.c_date
ALTER TABLE lib.zoo ALTER c_date TYPE timestamp;
-- money is numeric | hr.departments.budget
ALTER TABLE hr.departments ALTER budget TYPE numeric USING budget::numeric;
-- column of another type below views | shop.returns.order_id
ALTER TABLE shop.returns ALTER order_id TYPE integer;
-- not null lost | shop.order_lines.quantity
ALTER TABLE shop.order_lines ALTER quantity DROP NOT NULL;
-- not null lost on a foreign key | shop.orders.customer
ALTER TABLE shop.orders ALTER customer DROP NOT NULL;
-- not null lost with an odd name | Order*Größe
ALTER TABLE "Odd Names"."Order" ALTER "Größe" DROP NOT NULL;
-- not null replaced by a check | shop.order_lines.price
ALTER TABLE shop.order_lines ALTER price DROP NOT NULL, ADD CHECK (price IS NOT NULL);
-- not null of a parent lost | hr.documents.title
ALTER TABLE hr.documents ALTER title DROP NOT NULL;
-- not null of a child lost | hr.contracts.salary
ALTER TABLE hr.contracts ALTER salary DROP NOT NULL;
-- not null of a partitioned table lost | shop.stock.amount
ALTER TABLE shop.stock ALTER amount DROP NOT NULL;
-- default missing | shop.order_lines.quantity
ALTER TABLE shop.order_lines ALTER quantity DROP DEFAULT;
-- default of another value | shop.order_lines.quantity
ALTER TABLE shop.order_lines ALTER quantity SET DEFAULT 2;
-- default is NULL | shop.orders.note
ALTER TABLE shop.orders ALTER note SET DEFAULT NULL;
-- default is the empty string | shop.orders.note
ALTER TABLE shop.orders ALTER note SET DEFAULT '';
-- default in another case | shop.orders.note
ALTER TABLE shop.orders ALTER note SET DEFAULT 'None';
-- default with a blank | shop.orders.note
ALTER TABLE shop.orders ALTER note SET DEFAULT 'none ';
-- default of another label | shop.orders.status
ALTER TABLE shop.orders ALTER status SET DEFAULT 'paid';
-- default false is true | shop.customers.vip
ALTER TABLE shop.customers ALTER vip SET DEFAULT true;
-- default array with an element | shop.customers.tags
ALTER TABLE shop.customers ALTER tags SET DEFAULT '{""}';
-- default a fixed time instead of now | shop.customers.made
ALTER TABLE shop.customers ALTER made SET DEFAULT '2026-01-01 00:00+00';
-- default clock_timestamp instead of now | shop.customers.made
ALTER TABLE shop.customers ALTER made SET DEFAULT clock_timestamp();
-- default now instead of a fixed time | shop.orders.placed
ALTER TABLE shop.orders ALTER placed SET DEFAULT now();
-- default another day | hr.employees.hired
ALTER TABLE hr.employees ALTER hired SET DEFAULT '2020-03-01';
-- default a fixed name | hr.notes.author
ALTER TABLE hr.notes ALTER author SET DEFAULT 'clerk';
-- default of session_user | hr.notes.author
ALTER TABLE hr.notes ALTER author SET DEFAULT SESSION_USER;
-- default interval of other fields | hr.sessions.expires
ALTER TABLE hr.sessions ALTER expires SET DEFAULT '1 day';
-- default of a partitioned table | shop.events.region
ALTER TABLE shop.events ALTER region SET DEFAULT 'lv';
-- default of one partition only | shop.events_2025
ALTER TABLE shop.events_2025 ALTER region SET DEFAULT 'lv';
-- default a fixed uuid | shop.orders.token
ALTER TABLE shop.orders ALTER token SET DEFAULT 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
-- default json with a member | shop.products.details
ALTER TABLE shop.products ALTER details SET DEFAULT '{"colour": null}';
-- identity by default instead of always | shop.customers.id
ALTER TABLE shop.customers ALTER id SET GENERATED BY DEFAULT;
-- identity always instead of by default | shop.products.id
ALTER TABLE shop.products ALTER id SET GENERATED ALWAYS;
-- identity lost | shop.audit.id
ALTER TABLE shop.audit ALTER id DROP IDENTITY;
-- identity added | hr.rooms
ALTER TABLE hr.rooms ALTER no ADD GENERATED BY DEFAULT AS IDENTITY;
-- identity with another increment | shop.products.id
ALTER TABLE shop.products ALTER id SET INCREMENT BY 1;
-- identity with another start | shop.products.id
ALTER TABLE shop.products ALTER id SET START WITH 1;
-- identity that cycles | shop.customers.id
ALTER TABLE shop.customers ALTER id SET CYCLE;
-- identity is serial | shop.audit.id
ALTER TABLE shop.audit ALTER id DROP IDENTITY;
CREATE SEQUENCE shop.audit_id_seq AS integer OWNED BY shop.audit.id;
ALTER TABLE shop.audit ALTER id SET DEFAULT nextval('shop.audit_id_seq');
-- serial is identity | shop.categories.id
ALTER TABLE shop.categories ALTER id DROP DEFAULT;
DROP SEQUENCE shop.categories_id_seq;
ALTER TABLE shop.categories ALTER id ADD GENERATED BY DEFAULT AS IDENTITY;
-- serial without its default | shop.categories.id
ALTER TABLE shop.categories ALTER id DROP DEFAULT;
-- serial whose sequence is not owned | shop.orders.id
ALTER SEQUENCE shop.orders_id_seq OWNED BY NONE;
-- bigserial is serial | shop.orders.id
ALTER SEQUENCE shop.orders_id_seq AS integer;
-- generated column is an ordinary one | shop.products.margin
ALTER TABLE shop.products ALTER margin DROP EXPRESSION;
-- generated column with another expression | shop.products.margin
ALTER TABLE shop.products DROP margin;
ALTER TABLE shop.products ADD margin numeric GENERATED ALWAYS AS (price - coalesce(cost, price)) STORED;
-- generated column that agrees by accident | shop.products.margin
ALTER TABLE shop.products DROP margin;
ALTER TABLE shop.products ADD margin numeric GENERATED ALWAYS AS (CASE WHEN price < 100000 THEN price - cost END) STORED;
-- generated column is a default | shop.products.words
ALTER TABLE shop.products DROP words;
ALTER TABLE shop.products ADD words tsvector DEFAULT to_tsvector('simple', '');
UPDATE shop.products SET words = to_tsvector('simple', name);
CREATE INDEX products_words ON shop.products USING gin (words);
-- generated column of another configuration | shop.products.words
ALTER TABLE shop.products DROP words;
ALTER TABLE shop.products ADD words tsvector GENERATED ALWAYS AS (to_tsvector('english', name)) STORED;
CREATE INDEX products_words ON shop.products USING gin (words);
-- collation of the parent and its children | hr.documents
ALTER TABLE hr.documents ALTER title TYPE text COLLATE "C";
-- collation added | Odd Names*Order
ALTER TABLE "Odd Names"."Order" ALTER "two words" TYPE varchar(5) COLLATE "C";
