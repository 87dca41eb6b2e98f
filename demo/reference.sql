-- The finished lab of the demo: a bike shop.
\ir starter.sql
\ir solution/1-orders.sql
\ir solution/2-items.sql
\ir solution/3-repairs.sql
\ir solution/4-indexes.sql
\ir solution/5-views.sql
