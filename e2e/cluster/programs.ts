/** What drives a cluster, as `npm run e2e:cluster` found it. */
export const KUBECTL = process.env.VOTESTREAM_TEST_KUBECTL ?? 'kubectl'
export const HELM = process.env.VOTESTREAM_TEST_HELM ?? 'helm'
