{{/* Names and labels. Arguments named `root` are the chart's top context. */}}

{{/* The four services, in the order in which a vote meets them. */}}
{{- define "votestream.components" -}}
gateway polls votes realtime
{{- end }}

{{/* At most 40 characters, so that every object's name, its longest suffix included, fits into a label of 63. */}}
{{- define "votestream.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* The name of a component's objects: (dict "root" $ "component" "votes"). */}}
{{- define "votestream.name" -}}
{{ include "votestream.fullname" .root }}-{{ .component }}
{{- end }}

{{/* What selects the pods of this release; with a component, its pods alone. Never changes, as selectors cannot. */}}
{{- define "votestream.selector" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{/* The labels of a pod. */}}
{{- define "votestream.podLabels" -}}
{{ include "votestream.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: votestream
{{- end }}

{{/* The labels of every other object. */}}
{{- define "votestream.labels" -}}
{{ include "votestream.podLabels" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{/* Name, namespace and labels of an object: (dict "root" $ "component" "votes"). */}}
{{- define "votestream.metadata" -}}
name: {{ include "votestream.name" . }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "votestream.labels" . | nindent 2 }}
{{- end }}

{{/* The image of a component: a digest wins over a tag, the component's tag over the one of all. */}}
{{- define "votestream.image" -}}
{{- $image := (index .root.Values .component).image }}
{{- $tag := coalesce $image.tag .root.Values.image.tag .root.Chart.AppVersion }}
{{- with .root.Values.image.registry }}{{ trimSuffix "/" . }}/{{ end }}
{{- $image.repository }}{{ if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $tag }}{{ end }}
{{- end }}

{{/* The full name of a headless Service, which gRPC clients resolve to every ready pod. */}}
{{- define "votestream.grpcAddress" -}}
dns:///{{ include "votestream.name" . }}.{{ .root.Release.Namespace }}.svc.{{ .root.Values.clusterDomain }}:50051
{{- end }}
