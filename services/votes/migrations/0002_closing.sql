-- In which partitions of the log the poll's end has been folded, in rising order; NULL before the first. All of them: `closed`, for ever.
ALTER TABLE votes.results ADD COLUMN closed_partitions integer[];

-- Where voters are limited the key is the voter's, and a vote is asked for by its id. Other votes cost nothing here.
CREATE INDEX votes_by_id ON votes.votes (poll_id, vote_id) WHERE ballot_key <> vote_id;
