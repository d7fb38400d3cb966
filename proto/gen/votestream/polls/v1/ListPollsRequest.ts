// Original file: votestream/polls/v1/polls.proto

import type { PollStatus as _votestream_polls_v1_PollStatus, PollStatus__Output as _votestream_polls_v1_PollStatus__Output } from '../../../votestream/polls/v1/PollStatus.js';
import type { Long } from '@grpc/proto-loader';

export interface ListPollsRequest {
  /**
   * A theme's key or slug; empty for every theme.
   */
  'theme'?: (string);
  /**
   * POLL_STATUS_UNSPECIFIED for every status.
   */
  'status'?: (_votestream_polls_v1_PollStatus);
  /**
   * 1 to 200; 0 means 100.
   */
  'limit'?: (number);
  /**
   * Only polls with a smaller id; 0 for the first page.
   */
  'afterId'?: (number | string | Long);
}

export interface ListPollsRequest__Output {
  /**
   * A theme's key or slug; empty for every theme.
   */
  'theme': (string);
  /**
   * POLL_STATUS_UNSPECIFIED for every status.
   */
  'status': (_votestream_polls_v1_PollStatus__Output);
  /**
   * 1 to 200; 0 means 100.
   */
  'limit': (number);
  /**
   * Only polls with a smaller id; 0 for the first page.
   */
  'afterId': (number);
}
