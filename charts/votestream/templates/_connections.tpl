{{/*
What a pod needs to reach something: `settings` (environment), `secrets` (environment from Secrets: name -> {secret, key}) and
`files` (Secrets mounted at /etc/votestream/<name>: name -> {secret, keys}). Each takes (dict "root" $ "role" "polls").
*/}}

{{- define "votestream.connection.postgres" -}}
{{- $postgres := .root.Values.postgres }}
settings:
  DATABASE_URL: {{ include "votestream.postgresUrl" (dict "root" .root "user" (printf "votestream_%s" .role) "database" $postgres.database) }}
  {{- include "votestream.caSetting" (dict "tls" $postgres.tls "variable" "DATABASE_CA_FILE" "name" "postgres") | nindent 2 }}
secrets:
  DATABASE_PASSWORD: { secret: {{ $postgres.existingSecret | quote }}, key: {{ .role }}-password }
{{ include "votestream.caFile" (dict "tls" $postgres.tls "name" "postgres") }}
{{- end }}

{{/* Without a CA of its own, the server's certificate is verified against those that Node.js knows. */}}
{{- define "votestream.postgresUrl" -}}
{{- $postgres := .root.Values.postgres -}}
postgres://{{ .user }}@{{ $postgres.host }}:{{ $postgres.port }}/{{ .database }}
{{- if and $postgres.tls.enabled (not $postgres.tls.caSecret) }}?sslmode=verify-full{{ end }}
{{- end }}

{{- define "votestream.connection.redis" -}}
{{- $redis := .root.Values.redis }}
settings:
  REDIS_URL: redis{{ if $redis.tls.enabled }}s{{ end }}://{{ with $redis.username }}{{ . }}@{{ end }}{{ $redis.host }}:{{ $redis.port }}/{{ $redis.database }}
  {{- with $redis.prefix }}
  REDIS_PREFIX: {{ . | quote }}
  {{- end }}
  {{- include "votestream.caSetting" (dict "tls" $redis.tls "variable" "REDIS_CA_FILE" "name" "redis") | nindent 2 }}
{{- with $redis.existingSecret }}
secrets:
  REDIS_PASSWORD: { secret: {{ . | quote }}, key: password }
{{- end }}
{{ include "votestream.caFile" (dict "tls" $redis.tls "name" "redis") }}
{{- end }}

{{- define "votestream.connection.kafka" -}}
{{- $kafka := .root.Values.kafka }}
settings:
  KAFKA_BROKERS: {{ join "," $kafka.brokers | quote }}
  KAFKA_TOPIC: {{ $kafka.topic | quote }}
  KAFKA_PARTITIONS: {{ $kafka.partitions | int | quote }}
  {{- if $kafka.tls.enabled }}
  KAFKA_TLS: 'true'
  {{- end }}
  {{- if $kafka.sasl.mechanism }}
  KAFKA_SASL_MECHANISM: {{ $kafka.sasl.mechanism }}
  KAFKA_SASL_USERNAME: {{ $kafka.sasl.username | quote }}
  {{- end }}
  {{- include "votestream.caSetting" (dict "tls" $kafka.tls "variable" "KAFKA_CA_FILE" "name" "kafka") | nindent 2 }}
{{- if $kafka.sasl.mechanism }}
secrets:
  KAFKA_SASL_PASSWORD: { secret: {{ $kafka.sasl.existingSecret | quote }}, key: password }
{{- end }}
{{ include "votestream.caFile" (dict "tls" $kafka.tls "name" "kafka") }}
{{- end }}

{{/* Mutual TLS between the services. */}}
{{- define "votestream.connection.grpc" -}}
{{- if .root.Values.grpcTls.enabled }}
settings:
  GRPC_TLS_CERT_FILE: /etc/votestream/grpc/tls.crt
  GRPC_TLS_KEY_FILE: /etc/votestream/grpc/tls.key
  GRPC_TLS_CA_FILE: /etc/votestream/grpc/ca.crt
files:
  grpc: { secret: {{ .root.Values.grpcTls.existingSecret | quote }}, keys: [tls.crt, tls.key, ca.crt] }
{{- end }}
{{- end }}

{{/* What the owners' manage tokens are derived from. */}}
{{- define "votestream.connection.owners" -}}
secrets:
  MANAGE_SECRET: { secret: {{ .root.Values.polls.existingSecret | quote }}, key: manage-secret }
{{- end }}

{{/* Where the services find each other. */}}
{{- define "votestream.connection.services" -}}
settings:
  {{- if ne .role "polls" }}
  POLLS_ADDRESS: {{ include "votestream.grpcAddress" (dict "root" .root "component" "polls") }}
  {{- end }}
  {{- if ne .role "votes" }}
  VOTES_ADDRESS: {{ include "votestream.grpcAddress" (dict "root" .root "component" "votes") }}
  {{- end }}
{{- end }}

{{- define "votestream.caSetting" -}}
{{- if and .tls.enabled .tls.caSecret -}}
{{ .variable }}: /etc/votestream/{{ .name }}/{{ .tls.caKey }}
{{- end }}
{{- end }}

{{- define "votestream.caFile" -}}
{{- if and .tls.enabled .tls.caSecret -}}
files:
  {{ .name }}: { secret: {{ .tls.caSecret | quote }}, keys: [{{ .tls.caKey | quote }}] }
{{- end }}
{{- end }}
