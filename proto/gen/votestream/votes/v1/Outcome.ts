// Original file: votestream/votes/v1/votes.proto

import type { OutcomeStatus as _votestream_votes_v1_OutcomeStatus, OutcomeStatus__Output as _votestream_votes_v1_OutcomeStatus__Output } from '../../../votestream/votes/v1/OutcomeStatus.js';
import type { Long } from '@grpc/proto-loader';

export interface Outcome {
  /**
   * The ballot's position in the request.
   */
  'index'?: (number);
  'status'?: (_votestream_votes_v1_OutcomeStatus);
  /**
   * A stable SCREAMING_SNAKE word for REJECTED and REFUSED, otherwise empty.
   */
  'reason'?: (string);
  /**
   * For COUNTED: a version of the poll's results that includes the vote.
   */
  'version'?: (number | string | Long);
  /**
   * For REFUSED: how long to wait before a retry; 0 when a retry is no use.
   */
  'retryAfterMs'?: (number);
}

export interface Outcome__Output {
  /**
   * The ballot's position in the request.
   */
  'index': (number);
  'status': (_votestream_votes_v1_OutcomeStatus__Output);
  /**
   * A stable SCREAMING_SNAKE word for REJECTED and REFUSED, otherwise empty.
   */
  'reason': (string);
  /**
   * For COUNTED: a version of the poll's results that includes the vote.
   */
  'version': (number);
  /**
   * For REFUSED: how long to wait before a retry; 0 when a retry is no use.
   */
  'retryAfterMs': (number);
}
