{{/* What `helm test` makes: it prints the output of each test, and leaves nothing when they succeed. */}}
{{- define "votestream.tests.hook" -}}
helm.sh/hook: test
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
helm.sh/hook-output-log-policy: hook-succeeded,hook-failed
{{- end }}
