// Original file: votestream/polls/v1/polls.proto


export interface GetStatsRequest {
}

export interface GetStatsRequest__Output {
}
