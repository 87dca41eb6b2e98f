-- needs: server 17
-- What PostgreSQL 17 adds.
-- merge as insert or update
CREATE OR REPLACE FUNCTION lib.upsert_stock(at text, what integer, more integer) RETURNS TABLE (action text, total integer) LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
	RETURN QUERY UPDATE shop.stock s SET amount = s.amount + more WHERE s.depot = at AND s.product = what RETURNING 'UPDATE', s.amount;
	IF NOT FOUND THEN
		RETURN QUERY INSERT INTO shop.stock VALUES (at, what, more) RETURNING 'INSERT', amount;
	END IF;
END
$$;
-- json operators instead of json_table
CREATE OR REPLACE VIEW shop.details AS SELECT id, details ->> 'colour' AS colour, (details ->> 'gears')::integer AS gears FROM shop.products;
-- maintain given twice
GRANT MAINTAIN ON TABLE shop.audit TO clerk;
