// Original file: votestream/polls/v1/polls.proto

import type { Long } from '@grpc/proto-loader';

export interface CreatePollRequest {
  'question'?: (string);
  /**
   * A theme's key; empty for no theme.
   */
  'theme'?: (string);
  'options'?: (string)[];
  /**
   * Empty for none.
   */
  'idempotencyKey'?: (string);
  /**
   * As in Poll. closes_at must lie in the future, and behind opens_at.
   */
  'opensAtUs'?: (number | string | Long);
  'closesAtUs'?: (number | string | Long);
}

export interface CreatePollRequest__Output {
  'question': (string);
  /**
   * A theme's key; empty for no theme.
   */
  'theme': (string);
  'options': (string)[];
  /**
   * Empty for none.
   */
  'idempotencyKey': (string);
  /**
   * As in Poll. closes_at must lie in the future, and behind opens_at.
   */
  'opensAtUs': (number);
  'closesAtUs': (number);
}
