// Original file: votestream/polls/v1/polls.proto

import type { Long } from '@grpc/proto-loader';

export interface Theme {
  /**
   * The name in URLs, such as on-trend.
   */
  'slug'?: (string);
  'name'?: (string);
  'description'?: (string);
  /**
   * As in CSS, such as #e4572e.
   */
  'color'?: (string);
  /**
   * One emoji.
   */
  'icon'?: (string);
  'pollCount'?: (number | string | Long);
  /**
   * What a poll's `theme` says, such as OnTrend.
   */
  'key'?: (string);
}

export interface Theme__Output {
  /**
   * The name in URLs, such as on-trend.
   */
  'slug': (string);
  'name': (string);
  'description': (string);
  /**
   * As in CSS, such as #e4572e.
   */
  'color': (string);
  /**
   * One emoji.
   */
  'icon': (string);
  'pollCount': (number);
  /**
   * What a poll's `theme` says, such as OnTrend.
   */
  'key': (string);
}
