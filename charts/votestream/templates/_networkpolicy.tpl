{{/*
What a component may hear and say; all else is denied to the release's pods.
  serves   who reaches its port: (dict "port" 8080 "from" (list "tests") "peers" <peers of values.yaml>)
  calls    components it calls: (dict "polls" 50051)
  engines  of postgres, redis, kafka
  hook     annotations that make it a hook
*/}}
{{- define "votestream.networkPolicy" -}}
{{- if .root.Values.networkPolicy.enabled }}
{{- $root := .root }}
{{- $policy := $root.Values.networkPolicy -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "votestream.metadata" . | nindent 2 }}
  {{- with .hook }}
  {{- trim . | nindent 2 }}
  {{- end }}
spec:
  podSelector:
    matchLabels:
      {{- include "votestream.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  {{- with .serves }}
  ingress:
    - ports: [{ port: {{ .port }}, protocol: TCP }]
      from:
        {{- include "votestream.podPeers" (dict "root" $root "components" .from) | trim | nindent 8 }}
        {{- with .peers }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- with $policy.monitoring }}
    - ports: [{ port: 9090, protocol: TCP }]
      from:
        {{- toYaml . | nindent 8 }}
    {{- end }}
  {{- end }}
  egress:
    - ports: [{ port: 53, protocol: UDP }, { port: 53, protocol: TCP }]
      {{- with $policy.dns }}
      to:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    {{- range $component, $port := .calls }}
    - ports: [{ port: {{ $port }}, protocol: TCP }]
      to:
        {{- include "votestream.podPeers" (dict "root" $root "components" (list $component)) | trim | nindent 8 }}
    {{- end }}
    {{- range .engines }}
    - ports: [{{ include "votestream.enginePorts" (dict "root" $root "engine" .) }}]
      {{- with index $policy . }}
      to:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    {{- end }}
{{- end }}
{{- end }}

{{/* The pods of components of this release. */}}
{{- define "votestream.podPeers" -}}
{{- range .components }}
- podSelector:
    matchLabels:
      {{- include "votestream.selector" (dict "root" $.root "component" .) | nindent 6 }}
{{- end }}
{{- end }}

{{/* As many as the brokers have, one of the others. */}}
{{- define "votestream.enginePorts" -}}
{{- $ports := list }}
{{- if eq .engine "kafka" }}
{{- range .root.Values.kafka.brokers }}{{ $ports = append $ports (splitList ":" . | last) }}{{ end }}
{{- else }}
{{- $ports = list (index .root.Values .engine).port }}
{{- end }}
{{- $rules := list }}
{{- range $ports | uniq }}{{ $rules = append $rules (printf "{ port: %v, protocol: TCP }" .) }}{{ end }}
{{- join ", " $rules }}
{{- end }}
