-- needs: server 18
-- What PostgreSQL 18 adds.
-- not null of another name
ALTER TABLE hr.contracts_of RENAME CONSTRAINT pay_given TO some_pay;
-- not null made anew without a name
ALTER TABLE hr.contracts_of DROP CONSTRAINT pay_given;
ALTER TABLE hr.contracts_of ALTER pay SET NOT NULL;
-- virtual generated column in another spelling
ALTER TABLE hr.contracts_of DROP yearly;
ALTER TABLE hr.contracts_of ADD yearly numeric GENERATED ALWAYS AS (12 * pay);
-- temporal keys made anew
ALTER TABLE hr.bonuses DROP CONSTRAINT of_contract;
ALTER TABLE hr.contracts_of DROP CONSTRAINT contracts_of_pkey;
ALTER TABLE hr.contracts_of ADD CONSTRAINT whenever PRIMARY KEY (employee, valid WITHOUT OVERLAPS);
ALTER TABLE hr.bonuses ADD FOREIGN KEY (employee, PERIOD valid) REFERENCES hr.contracts_of;
-- check not enforced in another spelling
ALTER TABLE hr.contracts_of DROP CONSTRAINT contracts_of_hours_check, ADD CHECK (NOT hours > 40) NOT ENFORCED;
-- foreign key not enforced made anew
ALTER TABLE hr.bonuses DROP CONSTRAINT bonuses_desk_fkey, ADD CONSTRAINT d FOREIGN KEY (desk) REFERENCES hr.rooms (no) NOT ENFORCED;
-- returning old and new by a subquery
CREATE OR REPLACE FUNCTION lib.raise_pay(percent integer) RETURNS TABLE (before numeric, after numeric) LANGUAGE sql VOLATILE
AS 'WITH b AS (SELECT ctid AS t, pay FROM hr.contracts_of) UPDATE hr.contracts_of c SET pay = c.pay * (100 + percent) / 100 FROM b WHERE b.t = c.ctid RETURNING b.pay, c.pay';
