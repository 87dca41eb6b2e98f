-- needs: server 17
-- What PostgreSQL 17 adds.
-- merge of another action | lib.upsert_stock
CREATE OR REPLACE FUNCTION lib.upsert_stock(at text, what integer, more integer) RETURNS TABLE (action text, total integer) LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
	RETURN QUERY
	MERGE INTO shop.stock s USING (VALUES (at, what, more)) AS v (depot, product, amount) ON s.depot = v.depot AND s.product = v.product
	WHEN MATCHED THEN UPDATE SET amount = v.amount
	WHEN NOT MATCHED THEN INSERT VALUES (v.depot, v.product, v.amount)
	RETURNING merge_action(), s.amount;
END
$$;
-- merge without insert | lib.upsert_stock
CREATE OR REPLACE FUNCTION lib.upsert_stock(at text, what integer, more integer) RETURNS TABLE (action text, total integer) LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
	RETURN QUERY
	MERGE INTO shop.stock s USING (VALUES (at, what, more)) AS v (depot, product, amount) ON s.depot = v.depot AND s.product = v.product
	WHEN MATCHED THEN UPDATE SET amount = s.amount + v.amount
	RETURNING merge_action(), s.amount;
END
$$;
-- json_table with another path | shop.details
CREATE OR REPLACE VIEW shop.details AS
	SELECT p.id, t.colour, t.gears FROM shop.products p, JSON_TABLE(p.details, '$' COLUMNS (colour text PATH '$.color', gears integer PATH '$.gears')) AS t;
-- identity of a partitioned table lost | hr.shifts.id
ALTER TABLE hr.shifts ALTER id DROP IDENTITY;
-- maintain missing | shop.audit
REVOKE MAINTAIN ON shop.audit FROM clerk;
