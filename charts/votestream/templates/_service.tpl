{{/* (dict "root" $ "component" "gateway" "port" 8080): one address, balanced by the cluster or the ingress controller. */}}
{{- define "votestream.service.http" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "votestream.metadata" . | nindent 2 }}
spec:
  type: ClusterIP
  ports:
    - { name: http, port: {{ .port }}, targetPort: http }
  selector:
    {{- include "votestream.selector" . | nindent 4 }}
{{- end }}

{{/* Headless: one virtual address would pin each HTTP/2 connection, and all its calls, to one pod. */}}
{{- define "votestream.service.grpc" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "votestream.metadata" . | nindent 2 }}
spec:
  type: ClusterIP
  clusterIP: None
  publishNotReadyAddresses: false
  ports:
    - { name: grpc, port: 50051, targetPort: grpc }
  selector:
    {{- include "votestream.selector" . | nindent 4 }}
{{- end }}
