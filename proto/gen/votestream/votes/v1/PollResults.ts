// Original file: votestream/votes/v1/votes.proto

import type { PollStatus as _votestream_polls_v1_PollStatus, PollStatus__Output as _votestream_polls_v1_PollStatus__Output } from '../../../votestream/polls/v1/PollStatus.js';
import type { Long } from '@grpc/proto-loader';

export interface PollResults {
  'pollId'?: (number | string | Long);
  'version'?: (number | string | Long);
  /**
   * Votes by choice; may be shorter than the poll's options, the rest is 0.
   */
  'counts'?: (number | string | Long)[];
  'status'?: (_votestream_polls_v1_PollStatus);
  /**
   * The database's clock when this was read; microseconds since 1970-01-01T00:00:00Z.
   */
  'asOfUs'?: (number | string | Long);
  /**
   * True when this is the live view's copy, which may be old: the record of votes could not be read.
   */
  'stale'?: (boolean);
  /**
   * True when nothing can be said of this poll now: the record of votes cannot be read and the live view has no copy. Everything else but
   * poll_id is then empty and means nothing; it is not a poll without votes.
   */
  'unknown'?: (boolean);
}

export interface PollResults__Output {
  'pollId': (number);
  'version': (number);
  /**
   * Votes by choice; may be shorter than the poll's options, the rest is 0.
   */
  'counts': (number)[];
  'status': (_votestream_polls_v1_PollStatus__Output);
  /**
   * The database's clock when this was read; microseconds since 1970-01-01T00:00:00Z.
   */
  'asOfUs': (number);
  /**
   * True when this is the live view's copy, which may be old: the record of votes could not be read.
   */
  'stale': (boolean);
  /**
   * True when nothing can be said of this poll now: the record of votes cannot be read and the live view has no copy. Everything else but
   * poll_id is then empty and means nothing; it is not a poll without votes.
   */
  'unknown': (boolean);
}
