CREATE SCHEMA IF NOT EXISTS votes;

-- Which log this store was folded from. One row: a store belongs to one log.
CREATE TABLE votes.log (
  singleton  boolean     PRIMARY KEY DEFAULT true CHECK (singleton),
  kind       text        NOT NULL CHECK (kind IN ('direct', 'kafka')),
  log_id     uuid        NOT NULL,
  partitions integer     NOT NULL CHECK (partitions > 0),
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Up to where each partition is folded; moved in the fold's own transaction. Rewritten at every fold, hence the room on the page.
CREATE TABLE votes.bookmarks (
  log_id      uuid    NOT NULL,
  partition   integer NOT NULL,
  next_offset bigint  NOT NULL,
  PRIMARY KEY (log_id, partition)
) WITH (fillfactor = 10);

-- One row for each counted vote. The key is what makes counting idempotent: one vote for each poll and ballot key.
-- MAX_OPTIONS of polls is 20; a choice beyond it is refused here and ends in quarantine.
CREATE TABLE votes.votes (
  poll_id    bigint   NOT NULL CHECK (poll_id > 0),
  ballot_key uuid     NOT NULL,
  vote_id    uuid     NOT NULL,
  choice     smallint NOT NULL CHECK (choice BETWEEN 0 AND 19),
  PRIMARY KEY (poll_id, ballot_key)
);

-- One row for each poll that has votes: every version is one exact state. Rewritten at every fold that touches the poll, hence the
-- room on the page (fillfactor 50 and 10 were measured best for results and bookmarks on PostgreSQL 18).
CREATE TABLE votes.results (
  poll_id     bigint   PRIMARY KEY,
  version     bigint   NOT NULL,
  total_votes bigint   NOT NULL,
  counts      bigint[] NOT NULL,
  status      text     NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closing', 'closed'))
) WITH (fillfactor = 50);

-- Votes that the log decided against, remembered for a day.
CREATE TABLE votes.rejections (
  poll_id     bigint      NOT NULL,
  vote_id     uuid        NOT NULL,
  reason      text        NOT NULL,
  rejected_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (poll_id, vote_id)
);
CREATE INDEX rejections_by_age ON votes.rejections (rejected_at);

-- Records that the database refused, kept for a person to look at; the partition goes on behind them.
CREATE TABLE votes.quarantine (
  log_id         uuid        NOT NULL,
  partition      integer     NOT NULL,
  log_offset     bigint      NOT NULL,
  record         jsonb       NOT NULL,
  error          text        NOT NULL,
  quarantined_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (log_id, partition, log_offset)
);

GRANT USAGE ON SCHEMA votes TO votestream_votes;
GRANT SELECT, INSERT ON votes.log, votes.votes, votes.quarantine TO votestream_votes;
GRANT SELECT, INSERT, UPDATE ON votes.bookmarks, votes.results TO votestream_votes;
GRANT SELECT, INSERT, DELETE ON votes.rejections TO votestream_votes;
