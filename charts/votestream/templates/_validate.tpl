{{/*
Combinations that the schema cannot judge. All of them are told at once, each with its remedy. `helm lint` goes on without them.
*/}}
{{- define "votestream.validate" -}}
{{- $faults := list }}
{{- range list "missing" "connections" "scaling" "ingress" "environment" }}
{{- $told := include (printf "votestream.validate.%s" .) $ | trim }}
{{- if $told }}{{ $faults = append $faults (printf "  %s" $told) }}{{ end }}
{{- end }}
{{- if $faults }}
{{- printf "\n\nthese values cannot work:\n%s\n" (join "\n" $faults) | fail }}
{{- end }}
{{- end }}

{{- define "votestream.validate.missing" -}}
{{- if not .Values.postgres.host }}
  postgres.host is empty: set it to the host of an external PostgreSQL
{{- end }}
{{- if not .Values.postgres.existingSecret }}
  postgres.existingSecret is empty: create a Secret with owner-password, polls-password and votes-password, and set its name
{{- end }}
{{- if not .Values.polls.existingSecret }}
  polls.existingSecret is empty: create a Secret with manage-secret, 32 characters or more that nobody can guess, and set its name
{{- end }}
{{- if not .Values.redis.host }}
  redis.host is empty: set it to the host of an external Redis or Valkey
{{- end }}
{{- if not .Values.kafka.brokers }}
  kafka.brokers is empty: list an external Kafka's brokers as host:port
{{- end }}
{{- end }}

{{- define "votestream.validate.connections" -}}
{{- range $engine := list "postgres" "redis" "kafka" }}
{{- $tls := (index $.Values $engine).tls }}
{{- if and $tls.caSecret (not $tls.enabled) }}
  {{ $engine }}.tls.caSecret is set but TLS is off: set {{ $engine }}.tls.enabled, or leave the CA out
{{- end }}
{{- end }}
{{- if and .Values.redis.username (not .Values.redis.existingSecret) }}
  redis.username is set without a password: set redis.existingSecret to a Secret with password
{{- end }}
{{- $sasl := .Values.kafka.sasl }}
{{- if and $sasl.mechanism (not (and $sasl.username $sasl.existingSecret)) }}
  kafka.sasl.mechanism is {{ $sasl.mechanism }}: set kafka.sasl.username and kafka.sasl.existingSecret (a Secret with password)
{{- end }}
{{- if and (not $sasl.mechanism) (or $sasl.username $sasl.existingSecret) }}
  kafka.sasl has a user or a Secret but no mechanism: set kafka.sasl.mechanism to plain, scram-sha-256 or scram-sha-512
{{- end }}
{{- if and .Values.grpcTls.enabled (not .Values.grpcTls.existingSecret) }}
  grpcTls.existingSecret is empty: create a Secret with tls.crt, tls.key and ca.crt for mutual TLS, and set its name
{{- end }}
{{- if and .Values.grpcTls.existingSecret (not .Values.grpcTls.enabled) }}
  grpcTls.existingSecret is set but mutual TLS is off: set grpcTls.enabled, or leave the Secret out
{{- end }}
{{- if and .Values.migrations.createRoles (not .Values.postgres.adminUser) }}
  postgres.adminUser is empty: migrations.createRoles needs a role that may create roles, and its admin-password in the Secret
{{- end }}
{{- if and .Values.postgres.adminUser (not .Values.migrations.createRoles) }}
  postgres.adminUser is set but nobody uses it: set migrations.createRoles, or leave the administrator out
{{- end }}
{{- if and .Values.migrations.createRoles (eq .Values.migrations.mode "none") }}
  migrations.createRoles does nothing with migrations.mode none: use hook or job, or create the roles yourself
{{- end }}
{{- end }}

{{- define "votestream.validate.scaling" -}}
{{- range $component := include "votestream.components" . | splitList " " }}
{{- $values := index $.Values $component }}
{{- $autoscaling := $values.autoscaling }}
{{- if and (eq $autoscaling.mode "hpa") (not (($values.resources).requests).cpu) }}
  {{ $component }}.resources.requests.cpu is empty: the autoscaler's percentage is of it. Set it, or {{ $component }}.autoscaling.mode to none
{{- end }}
{{- if gt (int $autoscaling.minReplicas) (int $autoscaling.maxReplicas) }}
  {{ $component }}.autoscaling.minReplicas is {{ $autoscaling.minReplicas }} and above maxReplicas ({{ $autoscaling.maxReplicas }}): lower it, or raise maxReplicas
{{- end }}
{{- end }}
{{- $partitions := int .Values.kafka.partitions }}
{{- $votes := .Values.votes }}
{{- if and (ne $votes.autoscaling.mode "hpa") (gt (int $votes.replicas) $partitions) }}
  votes.replicas is {{ $votes.replicas }} but kafka.partitions is {{ $partitions }}: a further replica would have nothing to count. Lower votes.replicas to {{ $partitions }}, or begin with a topic of more partitions
{{- end }}
{{- if and (eq $votes.autoscaling.mode "hpa") (gt (int $votes.autoscaling.maxReplicas) $partitions) }}
  votes.autoscaling.maxReplicas is {{ $votes.autoscaling.maxReplicas }} but kafka.partitions is {{ $partitions }}: a further replica would have nothing to count. Lower votes.autoscaling.maxReplicas to {{ $partitions }}, or begin with a topic of more partitions
{{- end }}
{{- if and .Values.realtime.autoscaling.connections.enabled (ne .Values.realtime.autoscaling.mode "hpa") }}
  realtime.autoscaling.connections.enabled does nothing without an autoscaler: set realtime.autoscaling.mode to hpa
{{- end }}
{{- if gt (int .Values.realtime.autoscaling.connections.perPod) (int .Values.realtime.maxConnections) }}
  realtime.autoscaling.connections.perPod is above realtime.maxConnections ({{ int .Values.realtime.maxConnections }}): replicas would refuse streams before there are more of them. Lower perPod
{{- end }}
{{- end }}

{{- define "votestream.validate.ingress" -}}
{{- $ingress := .Values.ingress }}
{{- if $ingress.enabled }}
{{- if and (not $ingress.host) (eq $ingress.flavor "nginx-inc") }}
  ingress.host is empty: the flavor nginx-inc needs a host name
{{- end }}
{{- if and (not $ingress.host) $ingress.tls.enabled }}
  ingress.tls.enabled needs ingress.host: set the host name that the certificate is for
{{- end }}
{{- if and (not .Values.gateway.trustedProxies) (gt (int .Values.gateway.rateLimitPerMinute) 0) }}
  gateway.trustedProxies is empty while ingress.enabled: all clients would share the ingress controller's limit of {{ int .Values.gateway.rateLimitPerMinute }} requests a minute. Set it to the networks of the controller's pods, such as [10.0.0.0/8], or gateway.rateLimitPerMinute to 0
{{- end }}
{{- if not .Values.realtime.trustedProxies }}
  realtime.trustedProxies is empty while ingress.enabled: the streams of all clients would count as those of one address.
  {{- if eq $ingress.flavor "generic" }} Set it to the networks of the controller's pods and of the gateway's, which pipes the streams, such as [10.0.0.0/8]
  {{- else }} Set it to the networks of the controller's pods, such as [10.0.0.0/8]
  {{- end }}
{{- end }}
{{- end }}
{{- if and $ingress.tls.secretName (not $ingress.tls.enabled) }}
  ingress.tls.secretName is set but TLS is off: set ingress.tls.enabled, or leave the Secret out
{{- end }}
{{- end }}

{{/* What the chart sets cannot come from `env` as well: it would differ from what Services, probes and policies are made of. */}}
{{- define "votestream.validate.environment" -}}
{{- $taken := include "votestream.validate.taken" . | fromYaml }}
{{- range $component := include "votestream.components" . | splitList " " }}
{{- range $name, $_ := (index $.Values $component).env }}
{{- if hasKey $taken $name }}
  {{ $component }}.env.{{ $name }} is {{ index $taken $name }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Every name that templates/ sets in the pod of a service, and HOST: what it is, and the value to use instead. */}}
{{- define "votestream.validate.taken" -}}
{{- range list "PORT" "OPS_PORT" "GRPC_PORT" }}
{{ . }}: "fixed, as Services, probes and network policies name the port: leave it out"
{{- end }}
HOST: "fixed, as Services and probes reach a pod at its own address: leave it out"
{{- range list "POLLS_ADDRESS" "VOTES_ADDRESS" "REALTIME_ADDRESS" }}
{{ . }}: "made of the release's names: set fullnameOverride or clusterDomain"
{{- end }}
{{- range list "DATABASE_PASSWORD" "REDIS_PASSWORD" "KAFKA_SASL_PASSWORD" }}
{{ . }}: "a secret: put it into the existingSecret of its engine"
{{- end }}
MANAGE_SECRET: "a secret: put it into polls.existingSecret"
{{- range $name, $values := dict
  "LOG_LEVEL" "logLevel"
  "DRAIN_DELAY_MS" "shutdown.drainDelaySeconds"
  "SHUTDOWN_GRACE_MS" "shutdown.graceSeconds"
  "DATABASE_URL" "postgres.host, postgres.port and postgres.database"
  "DATABASE_CA_FILE" "postgres.tls.caSecret"
  "REDIS_URL" "redis.host, redis.port, redis.database and redis.username"
  "REDIS_PREFIX" "redis.prefix"
  "REDIS_CA_FILE" "redis.tls.caSecret"
  "KAFKA_BROKERS" "kafka.brokers"
  "KAFKA_TOPIC" "kafka.topic"
  "KAFKA_PARTITIONS" "kafka.partitions"
  "KAFKA_TLS" "kafka.tls.enabled"
  "KAFKA_CA_FILE" "kafka.tls.caSecret"
  "KAFKA_SASL_MECHANISM" "kafka.sasl.mechanism"
  "KAFKA_SASL_USERNAME" "kafka.sasl.username"
  "GRPC_TLS_CERT_FILE" "grpcTls.existingSecret"
  "GRPC_TLS_KEY_FILE" "grpcTls.existingSecret"
  "GRPC_TLS_CA_FILE" "grpcTls.existingSecret"
  "TRUSTED_PROXIES" "gateway.trustedProxies or realtime.trustedProxies"
  "RATE_LIMIT_PER_MINUTE" "gateway.rateLimitPerMinute"
  "MAX_CONNECTIONS" "realtime.maxConnections"
  "DRAIN_SECONDS" "realtime.drainSeconds"
  "ALLOWED_ORIGINS" "realtime.allowedOrigins"
}}
{{ $name }}: "set by the chart: set {{ $values }}"
{{- end }}
{{- end }}
