// Original file: votestream/polls/v1/polls.proto

import type { Theme as _votestream_polls_v1_Theme, Theme__Output as _votestream_polls_v1_Theme__Output } from '../../../votestream/polls/v1/Theme.js';

export interface ListThemesResponse {
  'themes'?: (_votestream_polls_v1_Theme)[];
}

export interface ListThemesResponse__Output {
  'themes': (_votestream_polls_v1_Theme__Output)[];
}
