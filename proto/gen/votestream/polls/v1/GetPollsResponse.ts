// Original file: votestream/polls/v1/polls.proto

import type { Poll as _votestream_polls_v1_Poll, Poll__Output as _votestream_polls_v1_Poll__Output } from '../../../votestream/polls/v1/Poll.js';

export interface GetPollsResponse {
  'polls'?: (_votestream_polls_v1_Poll)[];
}

export interface GetPollsResponse__Output {
  'polls': (_votestream_polls_v1_Poll__Output)[];
}
