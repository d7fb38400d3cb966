// Original file: votestream/votes/v1/votes.proto


export interface ClosePollResponse {
  'final'?: (boolean);
}

export interface ClosePollResponse__Output {
  'final': (boolean);
}
