// Original file: votestream/polls/v1/polls.proto


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
}
