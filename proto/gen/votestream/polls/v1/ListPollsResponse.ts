// Original file: votestream/polls/v1/polls.proto

import type { Poll as _votestream_polls_v1_Poll, Poll__Output as _votestream_polls_v1_Poll__Output } from '../../../votestream/polls/v1/Poll.js';
import type { Long } from '@grpc/proto-loader';

export interface ListPollsResponse {
  'polls'?: (_votestream_polls_v1_Poll)[];
  /**
   * The after_id of the next page; 0 when this is the last one.
   */
  'nextAfterId'?: (number | string | Long);
}

export interface ListPollsResponse__Output {
  'polls': (_votestream_polls_v1_Poll__Output)[];
  /**
   * The after_id of the next page; 0 when this is the last one.
   */
  'nextAfterId': (number);
}
