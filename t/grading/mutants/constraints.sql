-- Keys, foreign keys, checks, exclusion constraints.
-- primary key missing | shop.returns (id)
ALTER TABLE shop.returns DROP CONSTRAINT returns_pkey;
-- primary key is unique | hr.sessions (token)
ALTER TABLE hr.sessions DROP CONSTRAINT sessions_pkey, ADD UNIQUE (token);
-- primary key of another column | primary_key*Order*select
ALTER TABLE "Odd Names"."Order" DROP CONSTRAINT "Order_pkey", ADD PRIMARY KEY ("Größe");
-- primary key with a column more | primary_key shop.order_lines
ALTER TABLE shop.returns DROP CONSTRAINT returns_order_id_line_fkey;
ALTER TABLE shop.order_lines DROP CONSTRAINT order_lines_pkey, ADD PRIMARY KEY (order_id, line, product);
-- primary key deferrable | shop.returns (id)
ALTER TABLE shop.returns DROP CONSTRAINT returns_pkey, ADD PRIMARY KEY (id) DEFERRABLE;
-- unique missing | shop.customers (email)
ALTER TABLE shop.customers DROP CONSTRAINT customers_email_key;
-- unique is an index | shop.customers (email)
ALTER TABLE shop.customers DROP CONSTRAINT customers_email_key;
CREATE INDEX ON shop.customers (email);
-- unique is partial | shop.customers (email)
ALTER TABLE shop.customers DROP CONSTRAINT customers_email_key;
CREATE UNIQUE INDEX ON shop.customers (email) WHERE email <> '';
-- unique in another case of letters | shop.customers (email)
ALTER TABLE shop.customers DROP CONSTRAINT customers_email_key;
CREATE UNIQUE INDEX ON shop.customers (lower(email));
-- unique with nulls distinct | shop.categories*name
ALTER TABLE shop.categories DROP CONSTRAINT categories_parent_name_key, ADD UNIQUE (parent, name);
-- unique with nulls not distinct | shop.customers (email)
DELETE FROM shop.customers WHERE id = 4;
ALTER TABLE shop.customers DROP CONSTRAINT customers_email_key, ADD UNIQUE NULLS NOT DISTINCT (email);
-- unique not deferrable | hr.departments (title)
ALTER TABLE hr.departments DROP CONSTRAINT departments_title_key, ADD UNIQUE (title);
-- unique initially immediate | hr.departments (title)
ALTER TABLE hr.departments DROP CONSTRAINT departments_title_key, ADD UNIQUE (title) DEFERRABLE;
-- unique of one column of two | hr.employees*department
ALTER TABLE hr.employees DROP CONSTRAINT "employees_department_Full Name_key", ADD UNIQUE ("Full Name");
-- unique with a column more | hr.employees*department
ALTER TABLE hr.employees DROP CONSTRAINT "employees_department_Full Name_key", ADD UNIQUE (department, "Full Name", boss);
-- foreign key missing | shop.orders (customer)
ALTER TABLE shop.orders DROP CONSTRAINT orders_customer_fkey;
-- foreign key without cascade | shop.orders (customer)
ALTER TABLE shop.orders DROP CONSTRAINT orders_customer_fkey, ADD FOREIGN KEY (customer) REFERENCES shop.customers;
-- foreign key set null instead of cascade | shop.orders (customer)
ALTER TABLE shop.orders DROP CONSTRAINT orders_customer_fkey, ADD FOREIGN KEY (customer) REFERENCES shop.customers ON DELETE SET NULL;
-- foreign key with an update action too many | shop.orders (customer)
ALTER TABLE shop.orders DROP CONSTRAINT orders_customer_fkey, ADD FOREIGN KEY (customer) REFERENCES shop.customers ON DELETE CASCADE ON UPDATE CASCADE;
-- foreign key with an update action too few | shop.order_lines (order_id)
ALTER TABLE shop.order_lines DROP CONSTRAINT order_lines_order_id_fkey, ADD FOREIGN KEY (order_id) REFERENCES shop.orders ON DELETE CASCADE;
-- foreign key restrict is no action | shop.products (category)
ALTER TABLE shop.products DROP CONSTRAINT products_category_fkey, ADD FOREIGN KEY (category) REFERENCES shop.categories ON UPDATE CASCADE;
-- foreign key no action is restrict | hr.bookings (employee)
ALTER TABLE hr.bookings DROP CONSTRAINT bookings_employee_fkey, ADD FOREIGN KEY (employee) REFERENCES hr.employees ON DELETE RESTRICT;
-- foreign key set default is set null | hr.employees (department)
ALTER TABLE hr.employees DROP CONSTRAINT employees_department_fkey, ADD FOREIGN KEY (department) REFERENCES hr.departments ON DELETE SET NULL ON UPDATE SET NULL;
-- foreign key set null is set default on update | hr.employees (department)
ALTER TABLE hr.employees DROP CONSTRAINT employees_department_fkey, ADD FOREIGN KEY (department) REFERENCES hr.departments ON DELETE SET DEFAULT ON UPDATE SET DEFAULT;
-- foreign key set default is cascade | hr.employees (department)
ALTER TABLE hr.employees DROP CONSTRAINT employees_department_fkey, ADD FOREIGN KEY (department) REFERENCES hr.departments ON DELETE CASCADE ON UPDATE SET NULL;
-- foreign key set null of one of two columns | foreign_key shop.returns
ALTER TABLE shop.returns DROP CONSTRAINT returns_order_id_line_fkey, ADD FOREIGN KEY (order_id, line) REFERENCES shop.order_lines MATCH FULL ON DELETE SET NULL (line);
-- foreign key match simple | foreign_key shop.returns
ALTER TABLE shop.returns DROP CONSTRAINT returns_order_id_line_fkey, ADD FOREIGN KEY (order_id, line) REFERENCES shop.order_lines ON DELETE SET NULL;
-- foreign key of one column of two | foreign_key shop.returns
ALTER TABLE shop.returns DROP CONSTRAINT returns_order_id_line_fkey, ADD FOREIGN KEY (order_id) REFERENCES shop.orders ON DELETE SET NULL;
-- foreign key not deferrable | shop.order_lines (product)
ALTER TABLE shop.order_lines ALTER CONSTRAINT order_lines_product_fkey NOT DEFERRABLE;
-- foreign key initially immediate | shop.order_lines (product)
ALTER TABLE shop.order_lines ALTER CONSTRAINT order_lines_product_fkey DEFERRABLE INITIALLY IMMEDIATE;
-- foreign key deferrable | shop.orders (customer)
ALTER TABLE shop.orders ALTER CONSTRAINT orders_customer_fkey DEFERRABLE;
-- foreign key initially deferred | hr.employees (boss)
ALTER TABLE hr.employees ALTER CONSTRAINT employees_boss_fkey DEFERRABLE INITIALLY DEFERRED;
-- foreign key not valid | shop.orders (customer)
ALTER TABLE shop.orders DROP CONSTRAINT orders_customer_fkey, ADD FOREIGN KEY (customer) REFERENCES shop.customers ON DELETE CASCADE NOT VALID;
-- foreign key to another table | hr.bookings (room)
CREATE TABLE hr.halls (no integer PRIMARY KEY);
INSERT INTO hr.halls SELECT no FROM hr.rooms;
ALTER TABLE hr.bookings DROP CONSTRAINT bookings_room_fkey, ADD FOREIGN KEY (room) REFERENCES hr.halls;
-- foreign key to another table by mistake | hr.employees (boss)
ALTER TABLE hr.employees DROP CONSTRAINT employees_boss_fkey, ADD FOREIGN KEY (boss) REFERENCES hr.rooms (no) NOT VALID;
-- foreign key of another column | shop.orders (customer)
ALTER TABLE shop.orders DROP CONSTRAINT orders_customer_fkey, ADD FOREIGN KEY (id) REFERENCES shop.customers (id) ON DELETE CASCADE NOT VALID;
-- self reference lost | shop.categories (parent)
ALTER TABLE shop.categories DROP CONSTRAINT categories_parent_fkey;
-- self reference cascades | shop.categories (parent)
ALTER TABLE shop.categories DROP CONSTRAINT categories_parent_fkey, ADD FOREIGN KEY (parent) REFERENCES shop.categories ON DELETE CASCADE;
-- check missing | shop.products*cost
ALTER TABLE shop.products DROP CONSTRAINT no_loss;
-- check is strict | shop.products*cost
UPDATE shop.products SET cost = NULL WHERE price = 0;
ALTER TABLE shop.products DROP CONSTRAINT no_loss, ADD CHECK (cost < price);
-- check is lax | shop.order_lines*quantity
ALTER TABLE shop.order_lines DROP CONSTRAINT order_lines_quantity_check, ADD CHECK (quantity >= 0);
-- check refuses NULL | shop.products*cost
UPDATE shop.products SET cost = 0 WHERE cost IS NULL;
ALTER TABLE shop.products DROP CONSTRAINT no_loss, ADD CHECK (coalesce(cost <= price, false));
-- check bound of two, lower | shop.products*weight
ALTER TABLE shop.products DROP CONSTRAINT products_weight_check, ADD CHECK (weight >= 0 AND weight < 1000);
-- check bound of two, upper | shop.products*weight
ALTER TABLE shop.products DROP CONSTRAINT products_weight_check, ADD CHECK (weight > 0 AND weight <= 1000);
-- check one side only | shop.products*weight
ALTER TABLE shop.products DROP CONSTRAINT products_weight_check, ADD CHECK (weight > 0);
-- check or instead of and | shop.products*weight
ALTER TABLE shop.products DROP CONSTRAINT products_weight_check, ADD CHECK (weight > 0 OR weight < 1000);
-- check between of another bound | hr.employees*salary
ALTER TABLE hr.employees DROP CONSTRAINT employees_salary_check, ADD CHECK (salary BETWEEN 1000 AND 99999);
-- check list with a value more | hr.rooms*seats
ALTER TABLE hr.rooms DROP CONSTRAINT rooms_seats_check, ADD CHECK (seats IN (2, 4, 8, 16, 32));
-- check list with a value less | hr.rooms*seats
DELETE FROM hr.rooms WHERE seats = 16;
ALTER TABLE hr.rooms DROP CONSTRAINT rooms_seats_check, ADD CHECK (seats IN (2, 4, 8));
-- check not equal another value | hr.rooms (no)
ALTER TABLE hr.rooms DROP CONSTRAINT rooms_no_check, ADD CHECK (no <> 14) NOT VALID;
-- check negated | Order*quo
ALTER TABLE "Odd Names"."Order" DROP CONSTRAINT "Order_quo""te_check", ADD CHECK ("quo""te" % 2 <> 1);
-- check of upper as lower | hr.departments (code)
ALTER TABLE hr.departments DROP CONSTRAINT departments_code_check, ADD CHECK (code = lower(code)) NOT VALID;
-- check without trimming | shop.customers (name)
ALTER TABLE shop.customers DROP CONSTRAINT name_given, ADD CHECK (length(name) > 0);
-- check of a year off by a day | shop.customers (born)
ALTER TABLE shop.customers DROP CONSTRAINT customers_born_check, ADD CHECK (born >= '1900-01-01');
-- check compares other columns | shop.orders*shipped
ALTER TABLE shop.orders DROP CONSTRAINT orders_check, ADD CHECK (shipped IS NULL OR shipped > placed - interval '1 second');
-- check not valid | hr.employees*salary
ALTER TABLE hr.employees DROP CONSTRAINT employees_salary_check, ADD CHECK (salary BETWEEN 1000 AND 99999.99) NOT VALID;
-- check no inherit | hr.documents (title)
ALTER TABLE hr.documents DROP CONSTRAINT documents_title_check, ADD CHECK (title <> '') NO INHERIT;
-- check always true | hr.bookings*during
ALTER TABLE hr.bookings DROP CONSTRAINT bookings_during_check, ADD CHECK (isempty(during) IS NOT NULL);
-- check of a partitioned table missing | shop.stock*amount
ALTER TABLE shop.stock DROP CONSTRAINT stock_amount_check;
-- exclusion constraint missing | hr.bookings
ALTER TABLE hr.bookings DROP CONSTRAINT no_double_booking;
-- exclusion constraint without predicate | exclusion*hr.bookings
DELETE FROM hr.bookings WHERE cancelled;
ALTER TABLE hr.bookings DROP CONSTRAINT no_double_booking, ADD EXCLUDE USING gist (int4range(room, room, '[]') WITH =, during WITH &&);
-- exclusion constraint with another operator | exclusion*hr.bookings
ALTER TABLE hr.bookings DROP CONSTRAINT no_double_booking, ADD EXCLUDE USING gist (int4range(room, room, '[]') WITH =, during WITH =) WHERE (NOT cancelled);
-- exclusion constraint of one element | exclusion*hr.bookings
UPDATE hr.bookings SET cancelled = true WHERE room = 2;
ALTER TABLE hr.bookings DROP CONSTRAINT no_double_booking, ADD EXCLUDE USING gist (during WITH &&) WHERE (NOT cancelled);
-- exclusion constraint deferrable | exclusion*hr.bookings
ALTER TABLE hr.bookings DROP CONSTRAINT no_double_booking, ADD EXCLUDE USING gist (int4range(room, room, '[]') WITH =, during WITH &&) WHERE (NOT cancelled) DEFERRABLE;
-- key of a partitioned table missing | shop.events*id
ALTER TABLE shop.events DROP CONSTRAINT events_pkey;
