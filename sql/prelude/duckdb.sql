-- What the engines spell differently, in one place. Run first, once per connection; another engine gets a file of its own.

-- An integer wide enough for products of money, rates and counts.
CREATE OR REPLACE TEMP MACRO wide(n) AS CAST(n AS HUGEINT);

-- n / d for wide integers, rounded half away from zero; NULL where the denominator is 0. d is never negative here.
CREATE OR REPLACE TEMP MACRO div_round(n, d) AS
  CASE
    WHEN d = 0 THEN NULL
    WHEN n < 0 THEN CAST(-((2 * -CAST(n AS HUGEINT) + CAST(d AS HUGEINT)) // (2 * CAST(d AS HUGEINT))) AS BIGINT)
    ELSE CAST((2 * CAST(n AS HUGEINT) + CAST(d AS HUGEINT)) // (2 * CAST(d AS HUGEINT)) AS BIGINT)
  END;

-- n / d for wide integers, both not negative, rounded down; NULL where the denominator is 0.
CREATE OR REPLACE TEMP MACRO div_floor(n, d) AS
  CASE WHEN d = 0 THEN NULL ELSE CAST(CAST(n AS HUGEINT) // CAST(d AS HUGEINT) AS BIGINT) END;

-- A floating number rounded half away from zero to an integer.
CREATE OR REPLACE TEMP MACRO round_half_away(x) AS
  CAST(CASE WHEN x < 0 THEN -FLOOR(-x + 0.5e0) ELSE FLOOR(x + 0.5e0) END AS BIGINT);

-- A decimal of scale 8 as its exact integer number of 1/100 000 000.
CREATE OR REPLACE TEMP MACRO units8(amount) AS CAST(amount * 100000000 AS HUGEINT);

-- Ticks in the reporting currency, at `rate` units of 1/100 000 000.
CREATE OR REPLACE TEMP MACRO convert(ticks, rate) AS
  CASE WHEN rate = 100000000 THEN ticks ELSE div_round(CAST(ticks AS HUGEINT) * rate, 100000000) END;

-- Ticks (1/10 000) as published money, exactly: decimal division would pass through a float.
CREATE OR REPLACE TEMP MACRO money(ticks) AS
  CAST(CAST(ticks AS DECIMAL(18, 0)) * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(18, 4));
