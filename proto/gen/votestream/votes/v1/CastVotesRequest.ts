// Original file: votestream/votes/v1/votes.proto

import type { Ballot as _votestream_votes_v1_Ballot, Ballot__Output as _votestream_votes_v1_Ballot__Output } from '../../../votestream/votes/v1/Ballot.js';

export interface CastVotesRequest {
  'ballots'?: (_votestream_votes_v1_Ballot)[];
}

export interface CastVotesRequest__Output {
  'ballots': (_votestream_votes_v1_Ballot__Output)[];
}
