CREATE INDEX ON shop.items (product_id);
CREATE INDEX ON shop.orders (ordered DESC) WHERE status = 'new';
CREATE UNIQUE INDEX ON shop.customers (lower(email));
