// Original file: votestream/votes/v1/votes.proto

import type { OutcomeStatus as _votestream_votes_v1_OutcomeStatus, OutcomeStatus__Output as _votestream_votes_v1_OutcomeStatus__Output } from '../../../votestream/votes/v1/OutcomeStatus.js';

export interface GetVoteResponse {
  /**
   * COUNTED, PENDING or REJECTED.
   */
  'status'?: (_votestream_votes_v1_OutcomeStatus);
  'reason'?: (string);
}

export interface GetVoteResponse__Output {
  /**
   * COUNTED, PENDING or REJECTED.
   */
  'status': (_votestream_votes_v1_OutcomeStatus__Output);
  'reason': (string);
}
