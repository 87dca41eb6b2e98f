-- needs: server 17
-- What PostgreSQL 17 adds.
CREATE FUNCTION lib.upsert_stock(at text, what integer, more integer)
RETURNS TABLE (action text, total integer) LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
	RETURN QUERY
	MERGE INTO shop.stock s USING (VALUES (at, what, more)) AS v (depot, product, amount)
		ON s.depot = v.depot AND s.product = v.product
	WHEN MATCHED THEN UPDATE SET amount = s.amount + v.amount
	WHEN NOT MATCHED THEN INSERT VALUES (v.depot, v.product, v.amount)
	RETURNING merge_action(), s.amount;
END
$$;
CREATE VIEW shop.details AS
	SELECT p.id, t.colour, t.gears
	FROM shop.products p, JSON_TABLE(p.details, '$' COLUMNS (colour text PATH '$.colour', gears integer PATH '$.gears')) AS t;
CREATE TABLE hr.shifts (
	id integer GENERATED ALWAYS AS IDENTITY,
	started date NOT NULL,
	hours integer
) PARTITION BY RANGE (started);
CREATE TABLE hr.shifts_2026 PARTITION OF hr.shifts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
GRANT MAINTAIN ON shop.audit TO clerk;
