// Original file: votestream/polls/v1/polls.proto

import type { Poll as _votestream_polls_v1_Poll, Poll__Output as _votestream_polls_v1_Poll__Output } from '../../../votestream/polls/v1/Poll.js';

export interface ClosePollResponse {
  'poll'?: (_votestream_polls_v1_Poll | null);
}

export interface ClosePollResponse__Output {
  'poll': (_votestream_polls_v1_Poll__Output | null);
}
