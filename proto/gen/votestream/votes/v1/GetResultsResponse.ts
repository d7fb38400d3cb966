// Original file: votestream/votes/v1/votes.proto

import type { PollResults as _votestream_votes_v1_PollResults, PollResults__Output as _votestream_votes_v1_PollResults__Output } from '../../../votestream/votes/v1/PollResults.js';

export interface GetResultsResponse {
  /**
   * In the order asked for, one for each poll id.
   */
  'results'?: (_votestream_votes_v1_PollResults)[];
}

export interface GetResultsResponse__Output {
  /**
   * In the order asked for, one for each poll id.
   */
  'results': (_votestream_votes_v1_PollResults__Output)[];
}
