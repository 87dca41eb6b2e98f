-- needs: server 18
-- What PostgreSQL 18 adds.
-- virtual generated column of another expression | hr.contracts_of.yearly
ALTER TABLE hr.contracts_of DROP yearly;
ALTER TABLE hr.contracts_of ADD yearly numeric GENERATED ALWAYS AS (pay * 13);
-- virtual generated column is stored | hr.contracts_of.yearly
ALTER TABLE hr.contracts_of DROP yearly;
ALTER TABLE hr.contracts_of ADD yearly numeric GENERATED ALWAYS AS (pay * 12) STORED;
-- named not null lost | hr.contracts_of.pay
ALTER TABLE hr.contracts_of DROP CONSTRAINT pay_given;
-- not null valid where the reference's is not | hr.bonuses.amount
ALTER TABLE hr.bonuses VALIDATE CONSTRAINT amount_given;
-- not null of not valid lost | hr.bonuses.amount
ALTER TABLE hr.bonuses DROP CONSTRAINT amount_given;
-- key that overlaps | hr.contracts_of*employee
ALTER TABLE hr.bonuses DROP CONSTRAINT of_contract;
ALTER TABLE hr.contracts_of DROP CONSTRAINT contracts_of_pkey, ADD PRIMARY KEY (employee, valid);
-- unique without overlaps is a plain one | hr.badges*owner
ALTER TABLE hr.badges DROP CONSTRAINT badges_owner_valid_key, ADD UNIQUE (owner, valid);
-- foreign key of a period missing | hr.bonuses*employee
ALTER TABLE hr.bonuses DROP CONSTRAINT of_contract;
-- foreign key enforced | hr.bonuses*desk
ALTER TABLE hr.bonuses DROP CONSTRAINT bonuses_desk_fkey, ADD FOREIGN KEY (desk) REFERENCES hr.rooms;
-- check enforced | hr.contracts_of*hours
ALTER TABLE hr.contracts_of DROP CONSTRAINT contracts_of_hours_check, ADD CHECK (hours <= 40);
-- check not enforced of another bound | hr.contracts_of*hours
ALTER TABLE hr.contracts_of DROP CONSTRAINT contracts_of_hours_check, ADD CHECK (hours < 40) NOT ENFORCED;
-- returning old and new swapped | lib.raise_pay
CREATE OR REPLACE FUNCTION lib.raise_pay(percent integer) RETURNS TABLE (before numeric, after numeric) LANGUAGE sql VOLATILE
AS 'UPDATE hr.contracts_of SET pay = pay * (100 + percent) / 100 RETURNING new.pay, old.pay';
