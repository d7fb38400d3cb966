{{/*
What goes where, as regular expressions from the start of the path. Each is answered by problem+json, as everything is: a path
that nobody serves falls to the gateway, and /metrics, unless it is public, to realtime, which has none.
*/}}
{{- define "votestream.ingress.streams" -}}
/polls/[^/]+/(stream|events)$
{{- end }}

{{/* Health and the files of the page, which all have an extension or lie in assets/. */}}
{{- define "votestream.ingress.free" -}}
/(health|assets/.*|[^/]+\.[a-z0-9]+)?$
{{- end }}

{{/* (dict "root" $ "part" "api" "annotations" (dict ...)), then `votestream.ingress.spec`. */}}
{{- define "votestream.ingress.head" -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  {{- include "votestream.metadata" (dict "root" .root "component" (printf "ingress-%s" .part)) | nindent 2 }}
  {{- with .annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* (dict "root" $ "tls" true "paths" (list (dict "path" "/" "type" "Prefix" "component" "gateway"))). */}}
{{- define "votestream.ingress.spec" -}}
{{- $root := .root }}
{{- $ingress := $root.Values.ingress -}}
spec:
  {{- with $ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- if and .tls $ingress.tls.enabled }}
  tls:
    - hosts: [{{ $ingress.host | quote }}]
      {{- with $ingress.tls.secretName }}
      secretName: {{ . }}
      {{- end }}
  {{- end }}
  rules:
    {{- if .paths }}
    - {{ with $ingress.host }}host: {{ . | quote }}
      {{ end -}}
      http:
        paths:
          {{- range .paths }}
          - path: {{ .path | squote }}
            pathType: {{ .type }}
            backend:
              service:
                name: {{ include "votestream.name" (dict "root" $root "component" .component) }}
                port: { name: http }
          {{- end }}
    {{- else }}
    - host: {{ $ingress.host | quote }}
    {{- end }}
{{- end }}
