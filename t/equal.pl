# Equal in meaning is equal, and different is different: pairs of expressions, the reference's and the participant's.
use strict;
use warnings;
use lib 't';
use Lab;
use Test::More;

# A line: = or ! (equal or not), columns (or type), the reference's expression, the participant's; between them ##.

my $checks = <<'PAIRS';
= x int ## x >= 0 ## 0 <= x
= x int ## x > 0 ## x >= 1
! x int ## x > 0 ## x >= 0
! x int ## x > 0 ## x > 1
! x int ## x >= 0 ## x <= 0
! x numeric ## x > 0 ## x >= 1
= x numeric(10,2) ## x > 0 ## x >= 0.01
! x numeric(10,2) ## x > 0 ## x >= 0.02
= x int ## x BETWEEN 1 AND 10 ## x >= 1 AND x <= 10
= x int ## x BETWEEN 1 AND 10 ## NOT (x < 1 OR x > 10)
= x int ## x BETWEEN 1 AND 10 ## x BETWEEN SYMMETRIC 10 AND 1
= x int ## x BETWEEN 1 AND 10 ## x > 0 AND x < 11
= x int ## x BETWEEN 1 AND 10 ## x::numeric BETWEEN 1 AND 10
! x int ## x BETWEEN 1 AND 10 ## x BETWEEN 1 AND 9
! x int ## x BETWEEN 1 AND 10 ## x BETWEEN 0 AND 10
! x int ## x BETWEEN 1 AND 10 ## x > 1 AND x < 10
! x int ## x BETWEEN 18 AND 65 ## x BETWEEN 18 AND 67
= x int ## x BETWEEN 1 AND 10 ## x IN (1,2,3,4,5,6,7,8,9,10)
! x int ## x BETWEEN 1 AND 10 ## x IN (1,2,3,4,5,6,8,9,10)
= x int ## x % 2 = 0 ## mod(x, 2) = 0
= x int ## x % 2 = 0 ## x / 2 * 2 = x
! x int ## x % 2 = 0 ## x % 4 = 0
! x int ## x % 2 = 0 ## x % 2 = 1
! x int ## x <> 0 ## x > 0
= x int ## x <> 0 ## NOT x = 0
= x int ## x <> 0 ## x > 0 OR x < 0
! x int ## x IS NOT NULL ## x IS NOT NULL AND x > 0
= x int ## x IS NOT NULL ## NOT x IS NULL
= x int ## x > 0 AND x IS NOT NULL ## coalesce(x, 0) > 0
! x int ## x > 0 ## coalesce(x, 0) > 0
= x int ## x > 0 ## coalesce(x, 1) > 0
= x int ## x > 0 ## x IS NULL OR x > 0
! x int ## x > 0 ## x IS NOT NULL AND x > 0
= x int ## x > 0 ## (x > 0) IS NOT FALSE
! x int ## x > 0 ## (x > 0) IS TRUE
= x int ## x > 0 ## CASE WHEN x > 0 THEN true ELSE x IS NULL END
= x int ## x * x < 100 ## abs(x) < 10
! x int ## abs(x) < 10 ## abs(x) <= 10
! x int ## x < 10 ## abs(x) < 10
= x smallint ## x > 0 ## x::int > 0
= x bigint ## x < 5000000000 ## 5000000000 > x
! x bigint ## x < 5000000000 ## x < 5000000001
= x real ## x >= 0 AND x <= 1 ## x BETWEEN 0 AND 1
! x real ## x >= 0 AND x <= 1 ## x > 0 AND x < 1
= x float8 ## x > 0.5 ## NOT x <= 0.5
= s text ## s <> '' ## length(s) > 0
= s text ## s <> '' ## char_length(s) >= 1
= s text ## s <> '' ## octet_length(s) > 0
! s text ## s <> '' ## trim(s) <> ''
= s text ## trim(s) <> '' ## length(btrim(s)) > 0
= s text ## length(s) = 5 ## char_length(s) = 5
! s text ## length(s) = 5 ## octet_length(s) = 5
! s text ## length(s) = 5 ## length(s) = 6
! s text ## length(s) <= 50 ## length(s) < 50
= s text ## length(s) <= 50 ## length(s) < 51
! s text ## length(s) BETWEEN 3 AND 20 ## length(s) BETWEEN 3 AND 30
= s text ## s IN ('new', 'paid', 'sent') ## s = ANY (ARRAY['sent', 'paid', 'new'])
= s text ## s IN ('new', 'paid', 'sent') ## s = 'sent' OR s = 'new' OR s = 'paid'
= s varchar(10) ## s IN ('new', 'paid', 'sent') ## s = ANY ('{sent,paid,new}'::text[])
= s varchar(10) ## s IN ('new', 'paid', 'sent') ## s::text IN ('sent', 'new', 'paid', 'new')
= s text ## s IN ('new', 'paid', 'sent') ## s ~ '^(new|paid|sent)$'
! s text ## s IN ('new', 'paid', 'sent') ## s ~ '(new|paid|sent)'
! s text ## s IN ('new', 'paid', 'sent') ## s IN ('new', 'paid')
! s text ## s IN ('new', 'paid', 'sent') ## s IN ('new', 'paid', 'sent', 'lost')
! s text ## s IN ('new', 'paid', 'sent') ## s IN ('new', 'paid', 'Sent')
! s text ## s IN ('new', 'paid', 'sent') ## lower(s) IN ('new', 'paid', 'sent')
= s text ## s IN ('a') ## s = 'a'
= s text ## s NOT IN ('a', 'b') ## s <> 'a' AND s <> 'b'
= s text ## s NOT IN ('a', 'b') ## s <> ALL (ARRAY['b', 'a'])
! s text ## s NOT IN ('a', 'b') ## s <> 'a' OR s <> 'b'
= s char(3) ## s IN ('USD', 'EUR') ## s = 'EUR' OR s = 'USD'
! s char(3) ## s IN ('USD', 'EUR') ## s IN ('USD', 'GBP')
= s char(1) ## s IN ('M', 'F') ## s ~ '^[MF]$'
= s text ## s LIKE 'A%' ## s ~ '^A'
= s text ## s LIKE 'A%' ## left(s, 1) = 'A'
= s text ## s LIKE 'A%' ## starts_with(s, 'A')
= s text ## s LIKE 'A%' ## substr(s, 1, 1) = 'A'
! s text ## s LIKE 'A%' ## s ILIKE 'A%'
! s text ## s LIKE 'A%' ## s LIKE '%A'
! s text ## s LIKE 'A%' ## s LIKE 'A_%'
= s text ## s LIKE '%@%' ## position('@' in s) > 0
= s text ## s LIKE '%@%' ## strpos(s, '@') > 0
= s text ## s LIKE '%@%' ## s ~ '@'
! s text ## s LIKE '%@%' ## s LIKE '%@%.%'
! s text ## s LIKE '%@%' ## s LIKE '_%@%'
! s text ## s ~ '^[^@]+@[^@]+\.[a-z]{2,}$' ## s ~ '^[^@]+@[^@]+\.[a-z]{2,4}$'
! s text ## s ~ '^[^@]+@[^@]+\.[a-z]{2,}$' ## s ~* '^[^@]+@[^@]+\.[a-z]{2,}$'
! s text ## s ~ '^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+$' ## s ~ '^[A-Za-z0-9._%-]+@[A-Za-z0-9.-]+$'
= s text ## s ~ '^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+$' ## s ~* '^[a-z0-9._%+-]+@[a-z0-9.-]+$'
= s text ## s ~ '^[0-9]{5}$' ## s ~ '^\d{5}$'
= s text ## s ~ '^[0-9]{5}$' ## s SIMILAR TO '[0-9]{5}'
= s text ## s ~ '^[0-9]{5}$' ## s ~ '^[0-9]+$' AND length(s) = 5
! s text ## s ~ '^[0-9]{5}$' ## s ~ '^[0-9]{5}'
! s text ## s ~ '^[0-9]{5}$' ## s ~ '^[0-9]{4,5}$'
! s text ## s ~ '^[0-9]{5}$' ## s ~ '^[0-9]{6}$'
! s text ## s ~ '^[0-9]{5}$' ## s ~ '^[1-9][0-9]{4}$'
! s text ## s ~ '^[A-Z]{3}-[0-9]+$' ## s ~ '^[A-Z]{3}[0-9]+$'
! s text ## s ~ '^[A-Z]{3}-[0-9]+$' ## s ~ '^[A-Z]{2,3}-[0-9]+$'
! s text ## s ~ '^[A-Z]{3}-[0-9]+$' ## s ~ '^[A-Z]{3}-[0-9]*$'
= s text ## s ~ '^[A-Z]{3}-[0-9]+$' ## s ~ '^[A-Z][A-Z][A-Z]-\d+$'
= s text ## s = upper(s) ## upper(s) = s
! s text ## s = upper(s) ## s = lower(s)
= s text ## s !~ '\s' ## s !~ '[[:space:]]'
! s text ## s !~ '\s' ## s NOT LIKE '% %'
= a int, b int ## a < b ## b > a
! a int, b int ## a < b ## a <= b
! a int, b int ## a < b ## a > b
= a int, b int ## a + b <= 10 ## b + a <= 10
= a int, b int ## a + b <= 10 ## 10 - a >= b
! a int, b int ## a + b <= 10 ## a + b < 10
! a int, b int ## a + b <= 10 ## a - b <= 10
= a int, b int ## a IS NULL OR b IS NULL OR a < b ## a < b
= a int, b int ## num_nonnulls(a, b) = 1 ## (a IS NULL) <> (b IS NULL)
= a int, b int ## num_nonnulls(a, b) = 1 ## (a IS NULL AND b IS NOT NULL) OR (a IS NOT NULL AND b IS NULL)
! a int, b int ## num_nonnulls(a, b) = 1 ## num_nonnulls(a, b) >= 1
! a int, b int ## num_nonnulls(a, b) = 1 ## a IS NULL OR b IS NULL
= a int, b int ## a IS NULL OR b IS NOT NULL ## NOT (a IS NOT NULL AND b IS NULL)
= a int, b int ## a > 0 AND b > 0 ## b > 0 AND a > 0
= a int, b int ## a > 0 AND b > 0 ## least(a, b) > 0
! a int, b int ## a > 0 AND b > 0 ## greatest(a, b) > 0
! a int, b int ## a > 0 AND b > 0 ## a > 0 OR b > 0
! a int, b int ## a > 0 AND b > 0 ## a > 0
! a int, b int ## a = b ## a IS NOT DISTINCT FROM b
= a int, b int ## a IS NOT DISTINCT FROM b ## (a = b) IS TRUE OR (a IS NULL AND b IS NULL)
= a int, b int ## b <> 0 AND a / b > 1 ## a / b > 1 AND b <> 0
! a int, b int, c int ## a < b AND b < c ## a < b AND a < c
= a int, b int, c int ## a < b AND b < c ## c > b AND b > a
= a int, b int, c int ## (a > 0 AND b > 0) OR (a > 0 AND c > 0) ## a > 0 AND (b > 0 OR c > 0)
! a int, b int, c int ## a > 0 AND (b > 0 OR c > 0) ## (a > 0 AND b > 0) OR c > 0
= a int, b int, c int, d int ## a > 0 AND b > 10 AND c > 20 AND d > 30 ## d >= 31 AND c >= 21 AND b >= 11 AND a >= 1
! a int, b int, c int, d int ## a > 0 AND b > 10 AND c > 20 AND d > 30 ## a > 0 AND b > 10 AND c > 20 AND d >= 30
! a int, b int, c int, d int, e int, f text ## a > 0 AND b > 10 AND c > 20 AND d > 30 AND e < 7 AND f IN ('x', 'y') ## a > 0 AND b > 10 AND c > 20 AND d > 30 AND e < 7 AND f IN ('x', 'z')
= a int, b int, c int, d int, e int, f text ## a > 0 AND b > 10 AND c > 20 AND d > 30 AND e < 7 AND f IN ('x', 'y') ## a >= 1 AND b > 10 AND c > 20 AND d > 30 AND e <= 6 AND f ~ '^(x|y)$'
= price numeric(10,2), cost numeric(10,2) ## price >= cost ## price - cost >= 0
! price numeric(10,2), cost numeric(10,2) ## price >= cost ## price > cost
= price numeric(10,2), discount numeric(10,2) ## discount <= price * 0.5 ## discount * 2 <= price
! price numeric(10,2), discount numeric(10,2) ## discount <= price * 0.5 ## discount <= price * 0.6
! kind text, n int ## kind <> 'bulk' OR n >= 100 ## kind <> 'bulk' OR n > 100
= kind text, n int ## kind <> 'bulk' OR n >= 100 ## CASE WHEN kind = 'bulk' THEN n >= 100 ELSE true END
= kind text, n int ## kind <> 'bulk' OR n >= 100 ## NOT (kind = 'bulk' AND n < 100)
= d date ## d >= '2000-01-01' ## d > date '1999-12-31'
! d date ## d >= '2000-01-01' ## d > '2000-01-01'
! d date ## d >= '2000-01-01' ## d >= '2001-01-01'
= d date ## extract(year FROM d) >= 2000 ## d >= '2000-01-01'
= d date ## extract(year FROM d) >= 2000 ## date_part('year', d) >= 2000
! d date ## extract(year FROM d) >= 2000 ## extract(year FROM d) > 2000
= d date ## extract(isodow FROM d) < 6 ## extract(dow FROM d) NOT IN (0, 6)
! d date ## extract(isodow FROM d) < 6 ## extract(isodow FROM d) <= 6
= d date ## extract(month FROM d) IN (6, 7, 8) ## extract(month FROM d) BETWEEN 6 AND 8
! d date ## extract(month FROM d) IN (6, 7, 8) ## extract(month FROM d) IN (6, 7)
= d date ## d <= CURRENT_DATE ## d <= now()::date
= d date ## d <= CURRENT_DATE ## NOT d > CURRENT_DATE
= d date ## d <= CURRENT_DATE ## d < CURRENT_DATE + 1
! d date ## d <= CURRENT_DATE ## d < CURRENT_DATE
! d date ## d <= CURRENT_DATE ## d <= '2026-11-25'
! d date ## d <= CURRENT_DATE ## d <= (now() AT TIME ZONE 'UTC')::date
= d date ## d <= CURRENT_DATE - interval '18 years' ## d + interval '18 years' <= CURRENT_DATE
! d date ## d <= CURRENT_DATE - interval '18 years' ## d <= CURRENT_DATE - interval '17 years'
= a date, b date ## a <= b ## b >= a
! a date, b date ## a <= b ## a < b
= a date, b date ## b IS NULL OR b > a ## a < b
= a date, b date ## b <= a + 30 ## b - a <= 30
! a date, b date ## b <= a + 30 ## b - a < 30
! a date, b date ## b <= a + 30 ## b - a <= 31
= a date, b date ## b <= a + interval '30 days' ## b <= a + 30
! a date, b date ## b <= a + interval '1 month' ## b <= a + interval '30 days'
= a timestamp, b timestamp ## b - a <= interval '1 hour' ## b <= a + interval '60 minutes'
! a timestamp, b timestamp ## b - a <= interval '1 hour' ## b - a < interval '1 hour'
! a timestamp, b timestamp ## b - a <= interval '1 hour' ## b - a <= interval '2 hours'
= t time ## t >= '08:00' AND t < '18:00' ## extract(hour FROM t) BETWEEN 8 AND 17
! t time ## t >= '08:00' AND t < '18:00' ## t BETWEEN '08:00' AND '18:00'
= i interval ## i > interval '0' ## interval '0' < i
! i interval ## i > interval '1 hour' ## i > interval '2 hours'
= f boolean ## f ## f = true
= f boolean ## f ## f IS NOT FALSE
! f boolean ## f ## f IS TRUE
= f boolean, x int ## NOT f OR x > 0 ## CASE WHEN f THEN x > 0 ELSE true END
! f boolean, x int ## NOT f OR x > 0 ## f OR x > 0
= u uuid ## u <> '00000000-0000-0000-0000-000000000000' ## NOT u = '00000000-0000-0000-0000-000000000000'::uuid
= j jsonb ## j ? 'name' ## jsonb_exists(j, 'name')
! j jsonb ## j ? 'name' ## j ->> 'name' IS NOT NULL
= j jsonb ## jsonb_typeof(j) = 'object' ## jsonb_typeof(j) IN ('object')
! j jsonb ## jsonb_typeof(j) = 'object' ## jsonb_typeof(j) IN ('object', 'array')
! j jsonb ## (j ->> 'age')::int >= 18 ## (j ->> 'age')::int > 18
! j jsonb ## j @> '{"a": 1}' ## j @> '{"a": 2}'
! j jsonb ## j ?& ARRAY['a', 'b'] ## j ?| ARRAY['a', 'b']
= j jsonb ## j ?& ARRAY['a', 'b'] ## j ? 'a' AND j ? 'b'
= l int[] ## cardinality(l) <= 3 ## coalesce(array_length(l, 1), 0) <= 3 OR l IS NULL
! l int[] ## cardinality(l) <= 3 ## cardinality(l) < 3
! l int[] ## cardinality(l) > 0 ## array_length(l, 1) > 1
= l text[] ## 'a' = ANY (l) ## l @> ARRAY['a']
! l text[] ## 'a' = ANY (l) ## 'a' = ALL (l)
= l text[] ## l <@ ARRAY['a', 'b'] ## l <@ ARRAY['b', 'a', 'a']
! l text[] ## l <@ ARRAY['a', 'b'] ## l <@ ARRAY['a', 'b', 'c']
= r int4range ## NOT isempty(r) ## r <> 'empty'
! r int4range ## lower(r) >= 0 ## lower(r) > 0
= r int4range ## r <@ int4range(0, 100) ## (lower(r) >= 0 AND upper(r) <= 100 OR isempty(r)) IS TRUE OR r IS NULL
! r int4range ## r <@ int4range(0, 100) ## r <@ '[0,100]'::int4range
= p inet ## family(p) = 4 ## NOT family(p) <> 4
! p inet ## p << '10.0.0.0/8' ## p <<= '10.0.0.0/8'
= m money ## m > 0::money ## m >= '0.01'::money
= b bytea ## octet_length(b) > 0 ## length(b) > 0
= c mood ## c <> 'sad' ## c IN ('ok', 'happy')
! c mood ## c <> 'sad' ## c > 'ok'
= x positive ## x < 100 ## 100 > x
= s text ## s ~ '^[0-9]+$' AND length(s) = 5 ## length(s) = 5 AND s !~ '[^0-9]'
! s text ## s ~ '^[0-9]+$' AND length(s) = 5 ## s ~ '^[1-9]+$' AND length(s) = 5
= s text ## s ~ '^\+?[0-9 ]{7,15}$' ## s ~ '^[+]?[ 0-9]{7,15}$'
! s text ## s ~ '^\+?[0-9 ]{7,15}$' ## s ~ '^\+?[0-9 -]{7,15}$'
! s text ## s ~ '^\+?[0-9 ]{7,15}$' ## s ~ '^\+?[0-9 ]{7,16}$'
! s text ## s ~ '^\+?[0-9 ]{7,15}$' ## s ~ '^\+[0-9 ]{7,15}$'
= s text ## s ~ '^(97[89]-)?[0-9]{9}[0-9X]$' ## s ~ '^(978-|979-)?\d{9}(\d|X)$'
! s text ## s ~ '^(97[89]-)?[0-9]{9}[0-9X]$' ## s ~ '^(978-)?[0-9]{9}[0-9X]$'
! s text ## s ~ '^(97[89]-)?[0-9]{9}[0-9X]$' ## s ~ '^(97[89]-)?[0-9]{10}$'
= s text ## s ~ '^#[0-9a-fA-F]{6}$' ## s ~* '^#[0-9a-f]{6}$'
! s text ## s ~ '^#[0-9a-fA-F]{6}$' ## s ~ '^#[0-9a-f]{6}$'
! s text ## s ~ '^#[0-9a-fA-F]{6}$' ## s ~ '^#[0-9a-gA-F]{6}$'
! s text ## s ~ '^[A-Z][a-z]+( [A-Z][a-z]+)*$' ## s ~ '^[A-Z][a-z]+( [A-Z][a-z]+)?$'
! s text ## s ~ '^[A-Z][a-z]+( [A-Z][a-z]+)*$' ## s ~ '^[A-Z][a-z]+( [A-Z][a-z]+)+$'
= s text ## s ~ '^https?://' ## s LIKE 'http://%' OR s LIKE 'https://%'
! s text ## s ~ '^https?://' ## s LIKE 'http%'
! s text ## s LIKE 'a\_b%' ## s LIKE 'a_b%'
= s text ## s LIKE '___' ## length(s) = 3
! s text ## s LIKE '___' ## length(s) >= 3
= s text ## length(s) >= 8 AND s ~ '[0-9]' AND s ~ '[A-Z]' ## s ~ '[A-Z]' AND s ~ '\d' AND length(s) > 7
! s text ## length(s) >= 8 AND s ~ '[0-9]' AND s ~ '[A-Z]' ## length(s) >= 8 AND (s ~ '[0-9]' OR s ~ '[A-Z]')
! s text ## length(s) >= 8 AND s ~ '[0-9]' AND s ~ '[A-Z]' ## length(s) >= 8 AND s ~ '[0-8]' AND s ~ '[A-Z]'
! s text ## length(s) >= 8 AND s ~ '[0-9]' AND s ~ '[A-Z]' AND s ~ '[a-z]' ## length(s) >= 8 AND s ~ '[0-9]' AND s ~ '[A-Z]'
! s text ## length(s) >= 8 AND s ~ '[0-9]' AND s ~ '[A-Z]' AND s ~ '[a-z]' ## length(s) >= 8 AND s ~ '[0-9]' AND s ~ '[a-z]'
! s text ## length(s) >= 8 AND s ~ '[0-9]' AND s ~ '[A-Z]' AND s ~ '[a-z]' ## length(s) >= 9 AND s ~ '[0-9]' AND s ~ '[A-Z]' AND s ~ '[a-z]'
= s text ## length(s) >= 8 AND s ~ '[0-9]' AND s ~ '[A-Z]' AND s ~ '[a-z]' ## char_length(s) > 7 AND s ~ '\d' AND s <> lower(s) AND s ~ '[A-Z]' AND s ~ '[a-z]'
! j jsonb ## jsonb_array_length(j -> 'items') > 0 ## jsonb_array_length(j -> 'items') > 1
= s varchar(2) ## s = upper(s) AND length(s) = 2 ## length(s) = 2 AND NOT s <> upper(s)
= a text, b text ## a IS NOT NULL OR b IS NOT NULL ## coalesce(a, b) IS NOT NULL
! a text, b text ## a IS NOT NULL OR b IS NOT NULL ## a IS NOT NULL AND b IS NOT NULL
= a text, b text ## a <> b ## NOT a = b
! a text, b text ## a <> b ## a IS DISTINCT FROM b
= a text, b text ## lower(a) = lower(b) ## lower(b) = lower(a)
! a text, b text ## lower(a) = lower(b) ## a = b
= status text, paid date ## status <> 'paid' OR paid IS NOT NULL ## NOT (status = 'paid' AND paid IS NULL)
= status text, paid date ## (status = 'paid') = (paid IS NOT NULL) ## CASE WHEN status = 'paid' THEN paid IS NOT NULL WHEN status <> 'paid' THEN paid IS NULL END
! status text, paid date ## (status = 'paid') = (paid IS NOT NULL) ## status <> 'paid' OR paid IS NOT NULL
! status text, paid date ## status <> 'paid' OR paid IS NOT NULL ## status <> 'paid' OR paid IS NULL
! status text, paid date ## status <> 'paid' OR paid IS NOT NULL ## status <> 'open' OR paid IS NOT NULL
= lat numeric(9,6), lon numeric(9,6) ## lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180 ## abs(lat) <= 90 AND abs(lon) <= 180
! lat numeric(9,6), lon numeric(9,6) ## lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180 ## lon BETWEEN -90 AND 90 AND lat BETWEEN -180 AND 180
= rating int ## rating BETWEEN 1 AND 5 ## rating = ANY ('{1,2,3,4,5}')
! rating int ## rating BETWEEN 1 AND 5 ## rating BETWEEN 1 AND 5 OR rating IS NULL AND false OR rating = 0
= y int ## y >= 1900 AND y <= extract(year FROM CURRENT_DATE) ## y BETWEEN 1900 AND date_part('year', now())
! y int ## y >= 1900 AND y <= extract(year FROM CURRENT_DATE) ## y BETWEEN 1900 AND 2026
! y int ## y >= 1900 AND y <= extract(year FROM CURRENT_DATE) ## y BETWEEN 1900 AND extract(year FROM CURRENT_DATE) + 1
= y int ## y % 4 = 0 AND (y % 100 <> 0 OR y % 400 = 0) ## (y % 400 = 0 OR y % 100 <> 0) AND mod(y, 4) = 0
! y int ## y % 4 = 0 AND (y % 100 <> 0 OR y % 400 = 0) ## y % 4 = 0 AND y % 100 <> 0
! y int ## y % 4 = 0 AND (y % 100 <> 0 OR y % 400 = 0) ## y % 4 = 0
= d date ## date_trunc('month', d) = d ## extract(day FROM d) = 1
! d date ## date_trunc('month', d) = d ## extract(day FROM d) = 2
= d timestamp ## d::date = '2024-05-01' ## d >= '2024-05-01' AND d < '2024-05-02'
! d timestamp ## d::date = '2024-05-01' ## d BETWEEN '2024-05-01' AND '2024-05-02'
= d timestamptz ## d <= now() ## CURRENT_TIMESTAMP >= d
! d timestamptz ## d <= now() ## d <= clock_timestamp()
! d timestamptz ## d::date = '2024-05-01' ## d >= '2024-05-01' AND d < '2024-05-02'
= r daterange ## NOT isempty(r) AND lower(r) IS NOT NULL ## lower(r) IS NOT NULL
= r numrange ## lower(r) >= 0 ## NOT lower(r) < 0
= x xml ## x IS DOCUMENT ## NOT x IS NOT DOCUMENT
= x bit(4) ## x <> B'0000' ## NOT x = B'0000'
= x "char" ## x IN ('a', 'b') ## x = 'b' OR x = 'a'
= p point ## p <@ box '(0,0),(10,10)' ## box '(0,0),(10,10)' @> p
! p point ## p <@ box '(0,0),(10,10)' ## p <@ box '(0,0),(11,11)'
= j jsonb ## jsonb_array_length(j -> 'items') > 0 ## 0 < jsonb_array_length(j -> 'items')
! j jsonb ## j ->> 'kind' IN ('a', 'b') ## j ->> 'kind' IN ('a', 'c')
= j jsonb ## j ->> 'kind' IN ('a', 'b') ## (j ->> 'kind') = 'b' OR (j -> 'kind') = '"a"'
! j jsonb ## j #>> '{a,b}' = 'x' ## j #>> '{b,a}' = 'x'
= j jsonb ## j #>> '{a,b}' = 'x' ## j -> 'a' ->> 'b' = 'x'
= l int[] ## 0 < ALL (l) ## NOT 0 >= ANY (l)
= a int, b int, c int ## num_nulls(a, b, c) <= 1 ## (a IS NULL)::int + (b IS NULL)::int + (c IS NULL)::int < 2
! a int, b int, c int ## num_nulls(a, b, c) <= 1 ## num_nulls(a, b, c) <= 2
= a int, b int, c int ## a + b > c AND b + c > a AND a + c > b ## c < b + a AND a < c + b AND b < c + a
! a int, b int, c int ## a + b > c AND b + c > a AND a + c > b ## a + b > c AND b + c > a
= "Total" numeric, "select" int ## "Total" > "select" ## "select" < "Total"
! "Total" numeric, "select" int ## "Total" > "select" ## "Total" >= "select"
= c mood ## c IN ('ok', 'happy') ## c >= 'ok'
! c mood ## c IN ('ok', 'happy') ## c > 'ok'
= o pair ## (o).x > 0 ## 0 < (o).x
! o pair ## (o).x > 0 ## (o).y > 0
= x int ## x > 0 ## x > 0 AND true
= x int ## x = 1 OR x = 2 OR x = 3 ## x BETWEEN 1 AND 3
! x int ## x = 1 OR x = 2 OR x = 3 ## x BETWEEN 1 AND 4
= x int ## x IN (1, 3, 5) ## x = ANY (ARRAY[5, 3, 1]::int[])
= x int NOT NULL ## x > 0 ## x IS NOT NULL AND x > 0
! x int ## x * x < 400 ## x * x <= 400
= x int ## x * x < 400 ## abs(x) < 20
! x int ## x * x < 400 ## abs(x) < 21
! x numeric(8,2) ## x * 3 > 100 ## x > 33.34
= x numeric(8,2) ## x * 3 > 100 ## x > 33.33
! x numeric(8,2), y int ## x * y <= 5000 AND y > 0 ## x * y < 5000 AND y > 0
! w numeric(5,2), h numeric(3,2) ## w / (h * h) BETWEEN 10 AND 60 ## w / (h * h) BETWEEN 10 AND 61
= w numeric(5,2), h numeric(3,2) ## h > 0 AND w / (h * h) BETWEEN 10 AND 60 ## h > 0 AND w BETWEEN 10 * h * h AND 60 * h * h
! a text, b text ## length(a) + length(b) < 30 ## length(a) + length(b) <= 30
= a text, b text ## length(a) + length(b) < 30 ## length(a || b) <= 29
! d date ## extract(doy FROM d) <= 180 ## extract(doy FROM d) <= 181
! d timestamp ## extract(epoch FROM d) > 1000000000 ## extract(epoch FROM d) > 1000000001
! x int ## shop_ok(x) ## x > 0
! x int ## x > 0 ## shop_ok(x)
= x int ## shop_ok(x) AND x < 10 ## 10 > x AND shop_ok(x)
= x int ## shop_inline(x) ## x > 0
= x int ## x > 0 ## shop_inline(x)
! x int ## x > random() * 10 ## random() * 10 <= x
! x int ## x > 0 OR random() < 2 ## x >= 0 OR random() < 2
PAIRS

# what an index covers
my $predicates = <<'PAIRS';
= x int ## x > 0 ## 0 < x
= x int ## x > 0 ## x > 0 AND x IS NOT NULL
= x int ## x > 0 ## (x > 0) IS TRUE
= x int ## x > 0 ## x >= 1
! x int ## x > 0 ## x IS NULL OR x > 0
! x int ## x > 0 ## x >= 0
= s text ## s = 'open' ## s IN ('open')
= s text ## s <> 'closed' ## NOT s = 'closed'
! s text ## s <> 'closed' ## s IS DISTINCT FROM 'closed'
= f boolean ## f ## f IS TRUE
= f boolean ## NOT f ## f = false
! f boolean ## NOT f ## f IS NOT TRUE
= d timestamp ## d IS NULL ## NOT d IS NOT NULL
! d timestamp ## d IS NULL ## d IS NOT NULL
PAIRS

# a type instead of columns
my $defaults = <<'PAIRS';
= int ## 0 ## '0'
= int ## 0 ## 1 - 1
= int ## -1 ## '-1'
! int ## 0 ## 1
= int ## NULL ## NULL::int
= bigint ## 5 ## 5::smallint
= numeric ## 0 ## 0.00
= numeric(10,2) ## 1.5 ## 1.50
! numeric(10,2) ## 1.5 ## 1.51
= text ## 'abc' ## 'abc'::varchar
= text ## 'abc' ## 'a' || 'bc'
= varchar(20) ## 'abc' ## 'abc'::text
= varchar(20) ## 'abc' ## lower('ABC')
! varchar(20) ## 'abc' ## 'ABC'
! varchar(20) ## '' ## ' '
= char(5) ## 'a' ## 'a  '
= boolean ## false ## 'f'
= boolean ## false ## NOT true
! boolean ## false ## true
= timestamptz ## now() ## CURRENT_TIMESTAMP
= timestamptz ## now() ## transaction_timestamp()
! timestamptz ## now() ## clock_timestamp()
! timestamptz ## now() ## statement_timestamp()
! timestamptz ## now() ## '2026-11-25'
= timestamp ## now() ## LOCALTIMESTAMP
= timestamp ## LOCALTIMESTAMP ## CURRENT_TIMESTAMP::timestamp
! timestamp ## now() ## now() AT TIME ZONE 'UTC'
= timestamp ## now() AT TIME ZONE 'UTC' ## timezone('UTC', now())
= timestamptz(0) ## now() ## CURRENT_TIMESTAMP(0)
= date ## CURRENT_DATE ## now()
= date ## CURRENT_DATE ## now()::date
= date ## CURRENT_DATE ## CURRENT_TIMESTAMP::date
= date ## CURRENT_DATE + 14 ## (now() + interval '14 days')::date
= date ## CURRENT_DATE + 14 ## 14 + CURRENT_DATE
! date ## CURRENT_DATE + 14 ## CURRENT_DATE + 15
! date ## CURRENT_DATE ## '2026-11-25'
! date ## CURRENT_DATE ## CURRENT_DATE - 1
= time ## LOCALTIME ## CURRENT_TIME::time
= timestamptz ## now() + interval '1 day' ## CURRENT_TIMESTAMP + '1 day'::interval
! timestamptz ## now() + interval '1 day' ## now() + interval '24 hours'
= timestamptz ## now() + interval '7 days' ## now() + interval '1 week'
= interval ## '1 day' ## interval '1' day
! interval ## '1 day' ## '24 hours'
! interval ## '1 month' ## '30 days'
= interval ## '1 year' ## '12 months'
= interval ## '90 minutes' ## '1:30'
= text ## CURRENT_USER ## current_user::text
= text ## CURRENT_USER ## USER
! text ## CURRENT_USER ## SESSION_USER
= jsonb ## '{}' ## '{ }'::jsonb
= jsonb ## '{"a": 1, "b": 2}' ## '{"b":2,"a":1}'
= jsonb ## '{}' ## jsonb_build_object()
! jsonb ## '{}' ## '[]'
= json ## '{"a": 1, "b": [2]}' ## '{"b":[2], "a":1}'
! json ## '{"a": 1}' ## '{"a": "1"}'
= int[] ## '{}' ## ARRAY[]::int[]
= int[] ## '{1,2}' ## ARRAY[1, 2]
! int[] ## '{1,2}' ## '{2,1}'
= text[] ## '{}' ## ARRAY[]::varchar[]
= mood ## 'ok' ## 'ok'::mood
! mood ## 'ok' ## 'sad'
= uuid ## gen_random_uuid() ## pg_catalog.gen_random_uuid()
! uuid ## gen_random_uuid() ## '123e4567-e89b-12d3-a456-426614174000'
! float8 ## random() ## 0.5
= float8 ## 0.1 ## 1e-1
! float8 ## 0.1 ## 0.1000000000000001
= bytea ## '\x6162' ## 'ab'::bytea
= int4range ## '[1,5)' ## int4range(1, 4, '[]')
! int4range ## '[1,5)' ## '[1,5]'
= money ## 0 ## '0.00'
= bit(3) ## B'101' ## '101'
= inet ## '10.0.0.1' ## '10.0.0.1/32'::inet
= timestamptz ## '2024-01-01 00:00+00' ## '2024-01-01 02:00+02'
! timestamptz ## 'infinity' ## '-infinity'
= point ## '(1,2)' ## point(1, 2)
! point ## '(1,2)' ## '(2,1)'
= int ## extract(year FROM now())::int ## date_part('year', CURRENT_DATE)::int
! int ## extract(year FROM now())::int ## 2026
= positive ## 1 ## 1::positive
PAIRS

# columns, and the type of the generated one first
my $generated = <<'PAIRS';
= int: a int, b int ## a + b ## b + a
= int: a int, b int ## a * 2 + b ## b + a + a
= int: a int, b int ## (a + b) * 2 ## a * 2 + b * 2
! int: a int, b int ## a + b ## a - b
! int: a int, b int ## a + b ## coalesce(a, 0) + coalesce(b, 0)
! int: a int, b int ## a + b ## a + b + 1
= numeric: price numeric(10,2), n int ## price * n ## n * price
! numeric: price numeric(10,2), n int ## price * n ## price * (n + 1)
= numeric(12,2): price numeric(10,2), n int ## price * n * 1.2 ## n * 1.20 * price
! numeric(12,2): price numeric(10,2), n int ## price * n * 1.2 ## price * n * 1.19
! numeric(12,2): price numeric(10,2) ## round(price * 1.2, 1) ## round(price * 1.2, 2)
= text: a text, b text ## a || ' ' || b ## a || (' ' || b)
! text: a text, b text ## a || ' ' || b ## b || ' ' || a
! text: a text, b text ## a || ' ' || b ## a || b
! text: a text, b text ## a || ' ' || b ## coalesce(a, '') || ' ' || coalesce(b, '')
= text: a text ## lower(a) ## lower(a::varchar)
! text: a text ## lower(a) ## upper(a)
! text: a text ## initcap(a) ## lower(a)
= text: a text ## CASE WHEN a IS NULL THEN 'none' ELSE a END ## coalesce(a, 'none')
! text: a text ## coalesce(a, 'none') ## coalesce(a, 'null')
= text: a text ## nullif(a, '') ## CASE WHEN a <> '' THEN a END
= text: n int ## CASE WHEN n < 10 THEN 'low' WHEN n < 100 THEN 'mid' ELSE 'high' END ## CASE WHEN n >= 100 OR n IS NULL THEN 'high' WHEN n >= 10 THEN 'mid' ELSE 'low' END
! text: n int ## CASE WHEN n < 10 THEN 'low' WHEN n < 100 THEN 'mid' ELSE 'high' END ## CASE WHEN n <= 10 THEN 'low' WHEN n < 100 THEN 'mid' ELSE 'high' END
= boolean: n int ## n > 10 ## 10 < n
! boolean: n int ## n > 10 ## coalesce(n > 10, false)
= int: d date ## extract(year FROM d)::int ## date_part('year', d)::int
! int: d date ## extract(year FROM d)::int ## extract(month FROM d)::int
! int: d date ## extract(year FROM d)::int ## extract(isoyear FROM d)::int
= text: j jsonb ## j ->> 'name' ## jsonb_extract_path_text(j, 'name')
! text: j jsonb ## j ->> 'name' ## j ->> 'title'
= float8: x float8 ## x * 9 / 5 + 32 ## x * 9 / 5 + 32.0
! float8: x float8 ## x * 9 / 5 + 32 ## x * 9 / 5 + 30
! float8: a float8, b float8 ## a / b ## a / nullif(b, 0)
= int: l int[] ## coalesce(cardinality(l), 0) ## CASE WHEN l IS NULL THEN 0 ELSE cardinality(l) END
PAIRS

my $domains = <<'PAIRS';
= int ## VALUE > 0 ## 0 < VALUE
= int ## VALUE > 0 ## VALUE >= 1
! int ## VALUE > 0 ## VALUE >= 0
! int ## VALUE > 0 ## VALUE IS NOT NULL AND VALUE > 0
= text ## VALUE ~ '^[A-Z]{2}$' ## VALUE ~ '^[A-Z][A-Z]$'
! text ## VALUE ~ '^[A-Z]{2}$' ## VALUE ~ '^[A-Z]{3}$'
= text ## VALUE IN ('a', 'b') ## VALUE = 'b' OR VALUE = 'a'
= varchar(10) ## length(VALUE) >= 3 ## char_length(VALUE) > 2
! varchar(10) ## length(VALUE) >= 3 ## length(VALUE) > 3
= numeric(5,2) ## VALUE >= 0 AND VALUE <= 100 ## VALUE BETWEEN 0 AND 100
! numeric(5,2) ## VALUE >= 0 AND VALUE <= 100 ## VALUE BETWEEN 0 AND 100.01
PAIRS

my $policies = <<'PAIRS';
= owner name, x int ## owner = current_user ## current_user = owner
= owner text, x int ## owner = current_user ## owner = CURRENT_ROLE::text
= owner name, x int ## owner = current_user ## owner = (SELECT current_user)
! owner name, x int ## owner = current_user ## owner = session_user
! owner name, x int ## owner = current_user ## owner <> current_user
! owner name, x int ## owner = current_user ## true
= owner name, x int ## owner = current_user AND x > 0 ## x >= 1 AND owner = current_user
! owner name, x int ## owner = current_user AND x > 0 ## owner = current_user
= x int ## x > 0 ## (x > 0) IS TRUE
! x int ## x > 0 ## coalesce(x > 0, true)
= tenant int ## tenant = current_setting('app.tenant')::int ## current_setting('app.tenant')::int = tenant
! tenant int ## tenant = current_setting('app.tenant')::int ## tenant = current_setting('app.tenant', true)::int + 1
= x int ## x IN (SELECT n FROM allowed) ## EXISTS (SELECT FROM allowed a WHERE a.n = x)
= x int ## EXISTS (SELECT 1 FROM allowed WHERE n = x) ## EXISTS (SELECT * FROM allowed AS b WHERE b.n = x)
! x int ## x IN (SELECT n FROM allowed) ## x IN (SELECT n + 1 FROM allowed)
! x int ## x IN (SELECT n FROM allowed) ## x NOT IN (SELECT n FROM allowed)
PAIRS

# Whole objects: what the reference says, and another way to say it.  % is the object's name.
my $objects = <<'PAIRS';
= CREATE TABLE % (a int, b int, CHECK (a > 0 AND b > 0)) ## CREATE TABLE % (a int CHECK (a > 0), b int CHECK (b >= 1))
= CREATE TABLE % (a int CHECK (a > 0), b int CHECK (b > 0)) ## CREATE TABLE % (a int, b int, CHECK (b > 0 AND a > 0))
! CREATE TABLE % (a int, b int, CHECK (a > 0 AND b > 0)) ## CREATE TABLE % (a int CHECK (a > 0), b int CHECK (b >= 0))
! CREATE TABLE % (a int, b int, CHECK (a > 0 AND b > 0)) ## CREATE TABLE % (a int CHECK (a > 0), b int)
! CREATE TABLE % (a int CHECK (a > 0), b int CHECK (b > 0)) ## CREATE TABLE % (a int, b int, CHECK (b > 0 OR a > 0))
! CREATE TABLE % (a int CHECK (a > 0)) ## CREATE TABLE % (a int CHECK (a > 0) CHECK (a < 10))
= CREATE TABLE % (a int CHECK (a > 0)) ## CREATE TABLE % (a int CHECK (a > 0) CHECK (a >= 1))
= CREATE TABLE % (a int CHECK (a > 0) CHECK (a < 10)) ## CREATE TABLE % (a int CHECK (a BETWEEN 1 AND 9))
= CREATE TABLE % (a int CHECK (a BETWEEN 1 AND 9)) ## CREATE TABLE % (a int CHECK (a < 10), CHECK (NOT a <= 0))
! CREATE TABLE % (a int CHECK (a BETWEEN 1 AND 9)) ## CREATE TABLE % (a int CHECK (a < 9), CHECK (NOT a <= 0))
= CREATE TABLE % (a int, b int, c int, CHECK (a < b), CHECK (b < c)) ## CREATE TABLE % (a int, b int, c int, CHECK (a < b AND b < c))
! CREATE TABLE % (a int, b int, c int, CHECK (a < b), CHECK (b < c)) ## CREATE TABLE % (a int, b int, c int, CHECK (a < b AND b <= c))
! CREATE TABLE % (a int CHECK (a IS NOT NULL)) ## CREATE TABLE % (a int NOT NULL)
! CREATE TABLE % (a int NOT NULL) ## CREATE TABLE % (a int CHECK (a IS NOT NULL))
! CREATE TABLE % (a int); ALTER TABLE % ADD CHECK (a > 0) ## CREATE TABLE % (a int); ALTER TABLE % ADD CHECK (a > 0) NOT VALID
= CREATE TABLE % (a int DEFAULT NULL) ## CREATE TABLE % (a int)
= CREATE TABLE % (a int) ## CREATE TABLE % (a int DEFAULT NULL::int)
! CREATE TABLE % (a int) ## CREATE TABLE % (a int DEFAULT 0)
! CREATE TABLE % (a int DEFAULT 0) ## CREATE TABLE % (a int)
! CREATE TABLE % (a serial) ## CREATE TABLE % (a int GENERATED BY DEFAULT AS IDENTITY)
! CREATE TABLE % (a int GENERATED ALWAYS AS IDENTITY) ## CREATE TABLE % (a serial)
= CREATE DOMAIN % AS int CHECK (VALUE > 0) CHECK (VALUE < 10) ## CREATE DOMAIN % AS int CHECK (VALUE BETWEEN 1 AND 9)
! CREATE DOMAIN % AS int CHECK (VALUE > 0) CHECK (VALUE < 10) ## CREATE DOMAIN % AS int CHECK (VALUE BETWEEN 1 AND 10)
! CREATE DOMAIN % AS int CHECK (VALUE > 0) ## CREATE DOMAIN % AS int
= CREATE DOMAIN % AS int DEFAULT 5 ## CREATE DOMAIN % AS int DEFAULT '5'
! CREATE DOMAIN % AS int DEFAULT 5 ## CREATE DOMAIN % AS int DEFAULT 6
= CREATE TABLE % (x int); CREATE POLICY p ON % USING (x > 0) ## CREATE TABLE % (x int); CREATE POLICY p ON % FOR ALL TO PUBLIC USING (x > 0) WITH CHECK (x > 0)
= CREATE TABLE % (x int); CREATE POLICY p ON % USING (x > 0) ## CREATE TABLE % (x int); CREATE POLICY p ON % USING (0 < x) WITH CHECK (x >= 1)
! CREATE TABLE % (x int); CREATE POLICY p ON % USING (x > 0) ## CREATE TABLE % (x int); CREATE POLICY p ON % USING (x > 0) WITH CHECK (true)
! CREATE TABLE % (x int); CREATE POLICY p ON % USING (x > 0) ## CREATE TABLE % (x int); CREATE POLICY p ON % FOR SELECT USING (x > 0)
! CREATE TABLE % (x int); CREATE POLICY p ON % USING (x > 0) ## CREATE TABLE % (x int); CREATE POLICY p ON % AS RESTRICTIVE USING (x > 0)
= CREATE TABLE % (x int); CREATE POLICY p ON % USING (x > 0) ## CREATE TABLE % (x int); CREATE POLICY a ON % FOR SELECT USING (x > 0); CREATE POLICY b ON % FOR INSERT WITH CHECK (x > 0); CREATE POLICY c ON % FOR UPDATE USING (x > 0); CREATE POLICY d ON % FOR DELETE USING (x > 0)
! CREATE TABLE % (x int); CREATE POLICY p ON % USING (x > 0) ## CREATE TABLE % (x int); CREATE POLICY a ON % FOR SELECT USING (x > 0); CREATE POLICY b ON % FOR INSERT WITH CHECK (x > 0); CREATE POLICY c ON % FOR UPDATE USING (x > 0)
= CREATE TABLE % (x int); CREATE POLICY p ON % USING (x > 0 OR x < -10) ## CREATE TABLE % (x int); CREATE POLICY p ON % USING (x > 0); CREATE POLICY q ON % USING (x < -10)
= CREATE TABLE % (x int, y int); CREATE POLICY p ON % USING (x > 0 AND y > 0) ## CREATE TABLE % (x int, y int); CREATE POLICY p ON % USING (x > 0); CREATE POLICY q ON % AS RESTRICTIVE USING (y > 0)
! CREATE TABLE % (x int, y int); CREATE POLICY p ON % USING (x > 0 AND y > 0) ## CREATE TABLE % (x int, y int); CREATE POLICY p ON % USING (x > 0); CREATE POLICY q ON % USING (y > 0)
= CREATE TABLE % (x int, y int); CREATE TRIGGER t BEFORE UPDATE ON % FOR EACH ROW WHEN (OLD.x IS DISTINCT FROM NEW.x) EXECUTE FUNCTION touch() ## CREATE TABLE % (y int, x int); CREATE TRIGGER other BEFORE UPDATE ON % FOR EACH ROW WHEN (NEW.x IS DISTINCT FROM OLD.x) EXECUTE FUNCTION touch()
! CREATE TABLE % (x int, y int); CREATE TRIGGER t BEFORE UPDATE ON % FOR EACH ROW WHEN (OLD.x IS DISTINCT FROM NEW.x) EXECUTE FUNCTION touch() ## CREATE TABLE % (x int, y int); CREATE TRIGGER t BEFORE UPDATE ON % FOR EACH ROW WHEN (OLD.y IS DISTINCT FROM NEW.y) EXECUTE FUNCTION touch()
= CREATE TABLE % (x int, y int); CREATE TRIGGER t BEFORE INSERT ON % FOR EACH ROW WHEN (NEW.x IS NULL) EXECUTE FUNCTION touch() ## CREATE TABLE % (x int, y int); CREATE TRIGGER t BEFORE INSERT ON % FOR EACH ROW WHEN (NOT NEW.x IS NOT NULL) EXECUTE FUNCTION touch()
! CREATE TABLE % (x int, y int); CREATE TRIGGER t BEFORE INSERT ON % FOR EACH ROW WHEN (NEW.x IS NULL) EXECUTE FUNCTION touch() ## CREATE TABLE % (x int, y int); CREATE TRIGGER t BEFORE INSERT ON % FOR EACH ROW EXECUTE FUNCTION touch()
PAIRS

# Rows: each type's own equality.  A type, and two values.
my $values = <<'PAIRS';
= numeric ## 1.0 ## 1.000
! numeric ## 1.0 ## 1.0001
= numeric ## 'NaN' ## 'nan'
! numeric ## 'NaN' ## 'Infinity'
= float8 ## 0.0 ## '-0'
! float8 ## 0.1 ## 0.1 + 1e-17 * 10
= float8 ## 'NaN' ## 'nan'
! text ## '' ## NULL
! text ## 'a' ## 'a '
! text ## 'a' ## 'A'
= char(5) ## 'a' ## 'a  '
! varchar(5) ## 'a' ## 'a  '
= json ## '{"a": 1, "b": [1.0, null]}' ## '{"b":[1,null],"a":1.00}'
! json ## '{"a": 1}' ## '{"a": "1"}'
= json ## '"\u0000"' ## '"\u0000"'
= json ## '1e400' ## '1e400'
= jsonb ## '{"a": 1.0}' ## '{"a": 1}'
! jsonb ## '{}' ## '[]'
! jsonb ## '[[1]]' ## '[[[[1]]]]'
! jsonb ## '[1, 2]' ## '[2, 1]'
! jsonb ## '{"a": null}' ## '{}'
= interval ## '1 year' ## '12 months'
! interval ## '1 day' ## '24 hours'
! interval ## '1 month' ## '30 days'
= timestamptz ## '2024-01-01 00:00+00' ## '2024-01-01 03:00+03'
! timetz ## '10:00+00' ## '11:00+01'
= int[] ## '{1,NULL}' ## ARRAY[1, NULL]
! int[] ## '{1,2}' ## '{{1,2}}'
! int[] ## '{1,2}' ## '[0:1]={1,2}'
= numeric[] ## '{1.0}' ## '{1}'
= pair ## '(1,2)' ## ROW(1, 2)
! pair ## '(1,2)' ## '(1,)'
! pair ## '(,)' ## NULL
= pair[] ## ARRAY[ROW(1, 2)]::pair[] ## '{"(1,2)"}'
= mood ## 'ok' ## 'ok'::text::mood
! mood ## 'ok' ## 'sad'
= positive ## 1 ## 1.0::int
= int4range ## '[1,5)' ## '[1,4]'
= numrange ## '[1,5)' ## '[1.0,5.00)'
! numrange ## '[1,5)' ## '[1,5]'
= int4range ## 'empty' ## '[1,1)'
= int4multirange ## '{[1,3),[3,5)}' ## '{[1,5)}'
= nummultirange ## '{[1,2)}' ## '{[1.0,2.0)}'
! nummultirange ## '{[1,2)}' ## '{[1,2]}'
= bit(3) ## B'101' ## '101'
! varbit ## B'101' ## B'0101'
= point ## '(0,1)' ## '(-0,1)'
! point ## '(1,2)' ## '(1,2.0000001)'
! box ## '(1,4),(0,0)' ## '(2,2),(0,0)'
= bytea ## '\x6162' ## 'ab'
= inet ## '10.0.0.1' ## '10.0.0.1/32'
! inet ## '10.0.0.1/8' ## '10.0.0.1/32'
= uuid ## '123e4567-e89b-12d3-a456-426614174000' ## '123E4567E89B12D3A456426614174000'
= xml ## '<a>1</a>' ## '<a>1</a>'
! xml ## '<a>1</a>' ## '<a>2</a>'
= tsvector ## 'b a' ## 'a b'
= money ## 1 ## '1.00'
= regclass ## 'allowed' ## 'public.allowed'
! regclass ## 'allowed' ## 'pg_class'
= citext ## 'Ann' ## 'ann'
! citext ## 'Ann' ## 'Anna'
= citext[] ## '{Ann}' ## '{ANN}'
= hstore ## 'a=>1, b=>2' ## 'b=>2, a=>1'
! hstore ## 'a=>1' ## 'a=>NULL'
PAIRS

my $pieces = <<'SQL';
CREATE EXTENSION citext;
CREATE EXTENSION hstore;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE pair AS (x int, y int);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE FUNCTION shop_ok(n int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN n > 0; END';
CREATE FUNCTION shop_inline(n int) RETURNS boolean IMMUTABLE LANGUAGE sql RETURN n > 0;
CREATE TABLE allowed (n int);
INSERT INTO allowed VALUES (1), (3), (7);
SQL

# How a pair becomes a statement: name of the object, columns, expression.
my %made = (
	check => sub { "CREATE TABLE $_[0] ($_[1], CHECK ($_[2]))" },
	index => sub { my ($column) = $_[1] =~ /^(\w+)/; "CREATE TABLE $_[0] ($_[1]); CREATE INDEX ON $_[0] ($column) WHERE $_[2]" },
	default => sub { "CREATE TABLE $_[0] (v $_[1] DEFAULT ($_[2]))" },
	generated => sub {
		my ($type, $columns) = $_[1] =~ /^(.*?): (.*)$/;
		"CREATE TABLE $_[0] ($columns, v $type GENERATED ALWAYS AS ($_[2]) STORED)";
	},
	domain_check => sub { "CREATE DOMAIN $_[0] AS $_[1] CHECK ($_[2])" },
	policy => sub { "CREATE TABLE $_[0] ($_[1]); CREATE POLICY p ON $_[0] USING ($_[2])" });

$made{object} = sub { $_[2] =~ s/%/$_[0]/gr };
$made{rows} = sub { "CREATE TABLE $_[0] (v $_[1]); INSERT INTO $_[0] VALUES ($_[2])" };

my @pairs;

sub read_pairs
{
	my ($kind, $text) = @_;

	foreach my $line (split /\n/, $text)
	{
		my ($equal, @parts) = $line =~ /^([=!]) (?:(.*?) ## )?(.*?) ## (.*)$/ or die "no pair: $line";
		my ($columns, $expected, $found) = @parts;
		my $name = sprintf('%s_%03d', $kind, scalar @pairs);

		push @pairs, { kind => $kind, name => $name, equal => $equal eq '=', line => $line,
			expected => $made{$kind}->($name, $columns, $expected),
			found => $made{$kind}->($name, $columns, $found) };
	}
}

read_pairs('check', $checks);
read_pairs('index', $predicates);
read_pairs('default', $defaults);
read_pairs('generated', $generated);
read_pairs('domain_check', $domains);
read_pairs('policy', $policies);
read_pairs('object', $objects);
read_pairs('rows', $values);

my $node = lab_node('equal', 'labcreator.evaluation_timeout' => "'10min'", 'labcreator.check_timeout' => "'60s'");
make_reference($node, 'reference', $pieces . join('', map { "$_->{expected};\n" } @pairs));
create_lab($node, { lab => 'l', reference => 'reference', participants => ['ann'] });
$node->safe_psql('l_ann', $pieces . join('', map { "$_->{found};\n" } @pairs), extra_params => [ '-U', 'ann' ]);
lab_sql($node, "SELECT lab_evaluate('l', 'ann')");

# the check of each pair's kind, and whether anything of its object fails
my %results = map { my ($object, @rest) = split /\|/, $_, 3; ($object => \@rest) } split /\n/, lab_sql($node, q{
	SELECT substring(object FROM '\w+_\d{3}'), bool_and(status = 'pass'),
		string_agg(kind || ': ' || coalesce(detail, ''), '; ') FILTER (WHERE status <> 'pass')
	FROM lab_results('l', 'ann')
	WHERE object ~ '\w+_\d{3}'
	GROUP BY 1});

foreach my $pair (@pairs)
{
	my ($passed, $detail) = @{ $results{ $pair->{name} } // [ 'no result', '' ] };

	is($passed, $pair->{equal} ? 't' : 'f', "$pair->{kind}: $pair->{line}") or diag($detail);
}

$node->stop;
done_testing();
