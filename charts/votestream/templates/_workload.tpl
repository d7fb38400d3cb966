{{/*
The Deployment of a service: (dict "root" $ "component" "votes" "connections" (list ...) "settings" (dict ...)), with
`drainSeconds` where a stop has more to do than to finish calls.

A stop is announced by the service itself: from SIGTERM on it is unready and goes on accepting for DRAIN_DELAY_MS. A `preStop`
sleep would do half of that (the pod would not turn unready before it), and is on by default from Kubernetes 1.30 only.
*/}}
{{- define "votestream.workload" -}}
{{- $root := .root }}
{{- $values := index $root.Values .component }}
{{- $shutdown := $root.Values.shutdown }}
{{- $stopSeconds := add $shutdown.drainDelaySeconds $shutdown.graceSeconds (default 0 .drainSeconds) }}
{{- $own := dict
  "LOG_LEVEL" $root.Values.logLevel
  "OPS_PORT" "9090"
  "DRAIN_DELAY_MS" (mul $shutdown.drainDelaySeconds 1000)
  "SHUTDOWN_GRACE_MS" (mul $stopSeconds 1000) -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "votestream.metadata" . | nindent 2 }}
spec:
  {{- if ne $values.autoscaling.mode "hpa" }}
  replicas: {{ $values.replicas }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "votestream.selector" . | nindent 6 }}
  strategy:
    type: RollingUpdate
    rollingUpdate: { maxUnavailable: 0, maxSurge: 1 }
  template:
    metadata:
      labels:
        {{- include "votestream.podLabels" . | nindent 8 }}
        {{- with $values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with $values.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      {{- $rest := include "votestream.serving" . | fromYaml }}
      {{- $settings := mergeOverwrite $own (default dict .settings) $values.env }}
      {{- $spread := include "votestream.placement" . }}
      {{- $pod := dict "settings" $settings "rest" $rest "spread" $spread "graceSeconds" (add $stopSeconds 5) }}
      {{- include "votestream.pod" (merge $pod .) | nindent 6 }}
{{- end }}

{{/* Ports and probes. The kubelet cannot speak mutual TLS, so that with it everything is probed on the ops port. */}}
{{- define "votestream.serving" -}}
{{- $grpc := has .component (list "polls" "votes") -}}
ports:
  {{- if $grpc }}
  - { name: grpc, containerPort: 50051 }
  {{- else }}
  - { name: http, containerPort: {{ eq .component "gateway" | ternary 8080 8081 }} }
  {{- end }}
  - { name: ops, containerPort: 9090 }
{{- $native := and $grpc (not .root.Values.grpcTls.enabled) }}
{{- $alive := $native | ternary (dict "grpc" (dict "port" 50051 "service" "liveness")) (dict "httpGet" (dict "port" "ops" "path" "/livez")) }}
{{- $ready := $native | ternary (dict "grpc" (dict "port" 50051 "service" "readiness")) (dict "httpGet" (dict "port" "ops" "path" "/readyz")) }}
startupProbe:
  {{- toYaml $alive | nindent 2 }}
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 60
readinessProbe:
  {{- toYaml $ready | nindent 2 }}
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
livenessProbe:
  {{- toYaml $alive | nindent 2 }}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 4
{{- end }}

{{- define "votestream.placement" -}}
{{- $values := index .root.Values .component }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if $values.topologySpread.enabled }}
topologySpreadConstraints:
  {{- $context := . }}
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: {{ $values.topologySpread.whenUnsatisfiable }}
    labelSelector:
      matchLabels:
        {{- include "votestream.selector" $context | nindent 8 }}
    # Replicas of the revision that is being rolled out are spread among themselves.
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- end }}
{{- end }}
