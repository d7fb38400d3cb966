CREATE SCHEMA IF NOT EXISTS polls;

CREATE TABLE polls.themes (
  key         text     PRIMARY KEY,
  slug        text     NOT NULL UNIQUE,
  name        text     NOT NULL,
  description text     NOT NULL,
  color       text     NOT NULL,
  icon        text     NOT NULL,
  position    smallint NOT NULL UNIQUE
);

INSERT INTO polls.themes (key, slug, name, description, color, icon, position) VALUES
  ('OnTrend', 'on-trend', 'On Trend', 'What everybody is talking about right now.', '#e4572e', '🔥', 1),
  ('MoralDilemmas', 'moral-dilemmas', 'Moral Dilemmas', 'Questions without an easy answer.', '#6a4c93', '🤔', 2),
  ('Sports', 'sports', 'Sports', 'Games, players and predictions.', '#2a9d8f', '🏆', 3);

-- Question and options never change: other services keep them without expiry. char_length counts code points.
CREATE TABLE polls.polls (
  id                   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  question             text        NOT NULL CHECK (char_length(question) BETWEEN 1 AND 300),
  theme                text        REFERENCES polls.themes (key),
  status               text        NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closing', 'closed')),
  options              text[]      NOT NULL CHECK (cardinality(options) BETWEEN 2 AND 20),
  created_at           timestamptz NOT NULL DEFAULT now(),
  -- SHA-256 of the key: the key itself is the client's own business.
  idempotency_key_hash bytea       UNIQUE CHECK (octet_length(idempotency_key_hash) = 32)
);

-- Pages are read by id, newest first: the primary key serves the list of all.
CREATE INDEX polls_by_theme ON polls.polls (theme, id DESC);
CREATE INDEX polls_by_status ON polls.polls (status, id DESC);

-- How many polls each theme has, '' for those without one: counting rows would cost more with every poll.
CREATE TABLE polls.poll_counts (
  theme      text   PRIMARY KEY,
  poll_count bigint NOT NULL DEFAULT 0
);

INSERT INTO polls.poll_counts (theme) SELECT key FROM polls.themes UNION ALL SELECT '';

GRANT USAGE ON SCHEMA polls TO votestream_polls;
GRANT SELECT ON polls.themes, polls.polls, polls.poll_counts TO votestream_polls;
GRANT INSERT (question, theme, options, idempotency_key_hash) ON polls.polls TO votestream_polls;
GRANT UPDATE (poll_count) ON polls.poll_counts TO votestream_polls;
