{{/*
The spec of every pod of this chart, restricted as the Pod Security Standard of that name asks.
  root, component   whose image, resources and placement in values.yaml
  container         the container's name; the component where it is not given
  role              whose connections; the component where it is not given
  serviceAccount    the component where it is not given
  settings          environment: name -> value
  secrets           environment from Secrets: name -> {secret, key}
  connections       names of templates/_connections.tpl
  rest              further fields of the container, as a dict
  scripts           a ConfigMap to mount at /scripts
  graceSeconds, deadlineSeconds, restartPolicy, spread: where they are given
*/}}
{{- define "votestream.pod" -}}
{{- $root := .root }}
{{- $values := index $root.Values .component }}
{{- $role := default .component .role }}
{{- $settings := dict }}
{{- $secrets := dict }}
{{- $files := dict }}
{{- range .connections }}
{{- $connection := include (printf "votestream.connection.%s" .) (dict "root" $root "role" $role) | fromYaml }}
{{- $settings = merge $settings (default dict $connection.settings) }}
{{- $secrets = merge $secrets (default dict $connection.secrets) }}
{{- $files = merge $files (default dict $connection.files) }}
{{- end }}
{{- $settings = mergeOverwrite $settings (default dict .settings) }}
{{- $secrets = mergeOverwrite $secrets (default dict .secrets) -}}
serviceAccountName: {{ include "votestream.name" (dict "root" $root "component" (default .component .serviceAccount)) }}
automountServiceAccountToken: false
# A Service named `redis` would put REDIS_PORT=tcp://... into the environment.
enableServiceLinks: false
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .restartPolicy }}
restartPolicy: {{ . }}
{{- end }}
{{- with .deadlineSeconds }}
activeDeadlineSeconds: {{ . }}
{{- end }}
{{- with .graceSeconds }}
terminationGracePeriodSeconds: {{ . }}
{{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: { type: RuntimeDefault }
containers:
  - name: {{ default .component .container }}
    image: {{ include "votestream.image" (dict "root" $root "component" .component) }}
    imagePullPolicy: {{ $root.Values.image.pullPolicy }}
    {{- with .rest }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- if or $settings $secrets }}
    env:
      {{- range $name, $value := $settings }}
      - { name: {{ $name }}, value: {{ $value | toString | quote }} }
      {{- end }}
      {{- range $name, $from := $secrets }}
      - name: {{ $name }}
        valueFrom: { secretKeyRef: { name: {{ $from.secret | quote }}, key: {{ $from.key }} } }
      {{- end }}
    {{- end }}
    resources:
      {{- toYaml $values.resources | nindent 6 }}
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: {{ ne (toString $values.readOnlyRootFilesystem) "false" }}
      capabilities: { drop: [ALL] }
    {{- if or $files .scripts }}
    volumeMounts:
      {{- range $name, $_ := $files }}
      - { name: {{ $name }}-tls, mountPath: /etc/votestream/{{ $name }}, readOnly: true }
      {{- end }}
      {{- with .scripts }}
      - { name: scripts, mountPath: /scripts, readOnly: true }
      {{- end }}
    {{- end }}
{{- if or $files .scripts }}
volumes:
  {{- range $name, $file := $files }}
  - name: {{ $name }}-tls
    secret:
      secretName: {{ $file.secret | quote }}
      defaultMode: 0440
      items:
        {{- range $file.keys }}
        - { key: {{ . }}, path: {{ . }} }
        {{- end }}
  {{- end }}
  {{- with .scripts }}
  - name: scripts
    configMap: { name: {{ . }} }
  {{- end }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .spread }}
{{- trim . | nindent 0 }}
{{- end }}
{{- end }}
