-- Words: “é”.
/* At length. */

CREATE SCHEMA words;

-- The counters.
CREATE TABLE IF NOT EXISTS words.counter (
    id SERIAL PRIMARY KEY, -- its key
    name VARCHAR(20) NOT NULL DEFAULT 'é',
    total INT REFERENCES other (id)
);

CREATE UNIQUE INDEX counter_name ON counter (name);

-- The large ones.
CREATE OR REPLACE VIEW large AS
SELECT c.id, upper(c.name) AS title, count(*) FROM counter c
JOIN other o ON o.id = c.id WHERE c.total > 10;

CREATE TYPE colour AS ENUM ('red', 'green');

/* Adds. */
CREATE OR REPLACE FUNCTION add(a INTEGER, b INTEGER) RETURNS INTEGER AS $$
BEGIN
  RETURN a + helper(b);
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER audit AFTER INSERT ON counter FOR EACH ROW EXECUTE FUNCTION log_it();
CREATE SEQUENCE counter_seq;
INSERT INTO counter (name) VALUES ('y');
