// Original file: votestream/polls/v1/polls.proto

import type { Poll as _votestream_polls_v1_Poll, Poll__Output as _votestream_polls_v1_Poll__Output } from '../../../votestream/polls/v1/Poll.js';

export interface CreatePollResponse {
  'poll'?: (_votestream_polls_v1_Poll | null);
  /**
   * Proves that its holder owns the poll: `vsm_` and 43 characters of base64url. The same for a retry with the same idempotency key.
   */
  'manageToken'?: (string);
}

export interface CreatePollResponse__Output {
  'poll': (_votestream_polls_v1_Poll__Output | null);
  /**
   * Proves that its holder owns the poll: `vsm_` and 43 characters of base64url. The same for a retry with the same idempotency key.
   */
  'manageToken': (string);
}
