{{/* The pod of the Job. As an administrator it makes database and roles first; then it migrates as their owner. */}}
{{- define "votestream.migrations.template" -}}
{{- $context := dict "root" . "component" "migrations" }}
{{- $settings := dict "LOG_LEVEL" .Values.logLevel }}
{{- $secrets := dict }}
{{- if .Values.migrations.createRoles }}
{{- $url := include "votestream.postgresUrl" (dict "root" . "user" .Values.postgres.adminUser "database" "postgres") }}
{{- $settings = set $settings "ADMIN_DATABASE_URL" $url }}
{{- range $variable, $key := dict "ADMIN_DATABASE_PASSWORD" "admin" "POLLS_PASSWORD" "polls" "VOTES_PASSWORD" "votes" }}
{{- $secrets = set $secrets $variable (dict "secret" $.Values.postgres.existingSecret "key" (printf "%s-password" $key)) }}
{{- end }}
{{- end -}}
metadata:
  labels:
    {{- include "votestream.podLabels" $context | nindent 4 }}
spec:
  {{- include "votestream.pod" (merge (dict
    "role" "owner"
    "connections" (list "postgres")
    "settings" $settings
    "secrets" $secrets
    "restartPolicy" "Never"
  ) $context) | nindent 2 }}
{{- end }}

{{/* A Job cannot be changed, so that a Job beside the rest is named for what it runs: another pod is another Job. */}}
{{- define "votestream.migrations.name" -}}
{{ include "votestream.name" (dict "root" . "component" "migrations") }}
{{- if eq .Values.migrations.mode "job" }}-{{ include "votestream.migrations.template" . | sha256sum | trunc 8 }}{{ end }}
{{- end }}

{{/* A hook runs before anything else of the release is there, its account and its network policy included; they go when it has succeeded. */}}
{{- define "votestream.migrations.hook" -}}
{{- if eq .root.Values.migrations.mode "hook" }}
annotations:
  helm.sh/hook: pre-install,pre-upgrade
  helm.sh/hook-weight: {{ .weight | quote }}
  helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}
{{- end }}
