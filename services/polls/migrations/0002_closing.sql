ALTER TABLE polls.polls
  ADD COLUMN opens_at  timestamptz,
  ADD COLUMN closes_at timestamptz CHECK (closes_at > opens_at),
  ADD COLUMN closed_at timestamptz,
  -- Names the closing in the log of votes; set once, when it begins.
  ADD COLUMN close_id  uuid,
  -- A replica is at it until then; after it any other one goes on.
  ADD COLUMN close_leased_until timestamptz;

-- Asked every second by every replica: the few polls that have to be closed, however many there are.
CREATE INDEX polls_to_close ON polls.polls (closes_at) WHERE status = 'open' AND closes_at IS NOT NULL;
CREATE INDEX polls_closing ON polls.polls (id) WHERE status = 'closing';

GRANT INSERT (opens_at, closes_at) ON polls.polls TO votestream_polls;
GRANT UPDATE (status, closed_at, close_id, close_leased_until) ON polls.polls TO votestream_polls;
