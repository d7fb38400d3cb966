/** What `-X` flags set: without them, a Helm 3 that is built this way takes every cluster for Kubernetes 1.20. */
const HELM3_KUBERNETES = ['chartutil', 'lint/rules'].flatMap((name) => [
  `-X helm.sh/helm/v3/pkg/${name}.k8sVersionMajor=1`,
  `-X helm.sh/helm/v3/pkg/${name}.k8sVersionMinor=37`,
])

/** The tools that are built from published Go modules: `go install PACKAGE@VERSION`. */
export const GO_TOOLS = {
  helm: { package: 'helm.sh/helm/v4/cmd/helm', version: 'v4.3.1' },
  helm3: { package: 'helm.sh/helm/v3/cmd/helm', version: 'v3.22.0', ldflags: HELM3_KUBERNETES },
  kubeconform: { package: 'github.com/yannh/kubeconform/cmd/kubeconform', version: 'v0.7.0' },
  // `go install` refuses a module that replaces others: these are built by one that repeats what theirs says.
  'helm-unittest': {
    package: 'github.com/helm-unittest/helm-unittest/cmd/helm-unittest',
    version: 'v1.1.2',
    wrapped: 'github.com/helm-unittest/helm-unittest',
  },
  kustomize: { package: 'sigs.k8s.io/kustomize/kustomize/v5', version: 'v5.8.1' },
  skaffold: {
    package: 'github.com/GoogleContainerTools/skaffold/v2/cmd/skaffold',
    version: 'v2.24.0',
    wrapped: 'github.com/GoogleContainerTools/skaffold/v2',
  },
}

/** From Debian's package, where they are not on the PATH. */
export const DEBIAN_TOOLS = { promtool: 'prometheus', prometheus: 'prometheus' }

/** What the checks need; the others are got when they are asked for by name. */
export const NEEDED_TOOLS = [
  'helm',
  'helm3',
  'kubeconform',
  'helm-unittest',
  'kustomize',
  'promtool',
  'prometheus',
]

/** The oldest Kubernetes that the chart is for, one between, and the newest: in Go module k8s.io/kubernetes. */
export const KUBERNETES = ['v1.29.6', 'v1.33.13', 'v1.37.2']

/** Whose custom resources the chart makes. */
export const PROMETHEUS_OPERATOR = 'v0.85.0'
