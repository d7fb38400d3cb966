// Original file: votestream/polls/v1/polls.proto

import type { Long } from '@grpc/proto-loader';

export interface Theme {
  'slug'?: (string);
  'name'?: (string);
  'description'?: (string);
  'color'?: (string);
  'icon'?: (string);
  'pollCount'?: (number | string | Long);
}

export interface Theme__Output {
  'slug': (string);
  'name': (string);
  'description': (string);
  'color': (string);
  'icon': (string);
  'pollCount': (number);
}
