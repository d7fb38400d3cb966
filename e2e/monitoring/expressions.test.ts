import { expect, test } from '@jest/globals'
import { metricsIn } from './expressions.js'

test.each([
  [
    'sum by (namespace) (rate(a_total{route="/x/{id}",b="c_d"}[5m])) / on (pod) b:c > 0.1',
    ['a_total', 'b:c'],
  ],
  [
    'histogram_quantile(0.99, sum by (le) (rate(a_bucket[5m]))) and time() - max(b) or vector(0)',
    ['a_bucket', 'b'],
  ],
  ['14.4 * 0.001 < ALERTS{alertname=~"X.*"}', ['ALERTS']],
])('%s reads %j', (expr, names) => {
  expect(metricsIn(expr)).toEqual(names)
})
