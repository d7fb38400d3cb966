// Original file: votestream/polls/v1/polls.proto

import type { PollStatus as _votestream_polls_v1_PollStatus, PollStatus__Output as _votestream_polls_v1_PollStatus__Output } from '../../../votestream/polls/v1/PollStatus.js';
import type { Long } from '@grpc/proto-loader';

export interface Poll {
  'id'?: (number | string | Long);
  'question'?: (string);
  /**
   * The theme's key; empty when the poll has no theme.
   */
  'theme'?: (string);
  'status'?: (_votestream_polls_v1_PollStatus);
  /**
   * The texts of the options; a choice is a position in this list.
   */
  'options'?: (string)[];
  /**
   * Microseconds since 1970-01-01T00:00:00Z.
   */
  'createdAtUs'?: (number | string | Long);
  /**
   * No vote is taken before; microseconds since 1970-01-01T00:00:00Z, 0 for none.
   */
  'opensAtUs'?: (number | string | Long);
  /**
   * When the poll begins to close by itself; as above.
   */
  'closesAtUs'?: (number | string | Long);
  /**
   * When the results became final; as above, 0 before.
   */
  'closedAtUs'?: (number | string | Long);
}

export interface Poll__Output {
  'id': (number);
  'question': (string);
  /**
   * The theme's key; empty when the poll has no theme.
   */
  'theme': (string);
  'status': (_votestream_polls_v1_PollStatus__Output);
  /**
   * The texts of the options; a choice is a position in this list.
   */
  'options': (string)[];
  /**
   * Microseconds since 1970-01-01T00:00:00Z.
   */
  'createdAtUs': (number);
  /**
   * No vote is taken before; microseconds since 1970-01-01T00:00:00Z, 0 for none.
   */
  'opensAtUs': (number);
  /**
   * When the poll begins to close by itself; as above.
   */
  'closesAtUs': (number);
  /**
   * When the results became final; as above, 0 before.
   */
  'closedAtUs': (number);
}
