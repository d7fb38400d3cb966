// Original file: votestream/votes/v1/votes.proto

import type { Outcome as _votestream_votes_v1_Outcome, Outcome__Output as _votestream_votes_v1_Outcome__Output } from '../../../votestream/votes/v1/Outcome.js';

export interface CastVotesResponse {
  'outcomes'?: (_votestream_votes_v1_Outcome)[];
}

export interface CastVotesResponse__Output {
  'outcomes': (_votestream_votes_v1_Outcome__Output)[];
}
