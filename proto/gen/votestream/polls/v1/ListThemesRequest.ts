// Original file: votestream/polls/v1/polls.proto


export interface ListThemesRequest {
}

export interface ListThemesRequest__Output {
}
