-- needs: server 18
-- What PostgreSQL 18 adds.
CREATE TABLE hr.contracts_of (
	employee int4range NOT NULL,
	valid daterange NOT NULL,
	pay numeric(8,2) CONSTRAINT pay_given NOT NULL,
	yearly numeric GENERATED ALWAYS AS (pay * 12) VIRTUAL,
	hours smallint CHECK (hours <= 40) NOT ENFORCED,
	PRIMARY KEY (employee, valid WITHOUT OVERLAPS)
);
CREATE TABLE hr.bonuses (
	id integer PRIMARY KEY,
	employee int4range,
	valid daterange,
	amount integer,
	CONSTRAINT of_contract FOREIGN KEY (employee, PERIOD valid) REFERENCES hr.contracts_of (employee, PERIOD valid),
	desk integer REFERENCES hr.rooms NOT ENFORCED
);
ALTER TABLE hr.bonuses ADD CONSTRAINT amount_given NOT NULL amount NOT VALID;
CREATE TABLE hr.badges (owner int4range, valid daterange, UNIQUE (owner, valid WITHOUT OVERLAPS));
INSERT INTO hr.contracts_of (employee, valid, pay, hours) VALUES
	('[1,2)', '[2026-01-01,2026-07-01)', 3000, 40), ('[1,2)', '[2026-07-01,)', 3500.50, 20), ('[2,3)', '[2026-01-01,)', 2800, NULL);
INSERT INTO hr.bonuses VALUES (1, '[1,2)', '[2026-03-01,2026-09-01)', 100, 1);
CREATE FUNCTION lib.raise_pay(percent integer)
RETURNS TABLE (before numeric, after numeric) LANGUAGE sql VOLATILE
AS 'UPDATE hr.contracts_of SET pay = pay * (100 + percent) / 100 RETURNING old.pay, new.pay';
