// Original file: votestream/votes/v1/votes.proto


export interface GetStatsRequest {
}

export interface GetStatsRequest__Output {
}
