{{/* The annotations that have Dapr put a sidecar into a Pod of the server. The app ids are those of dapr/'s scopes. */}}
{{- define "taskflow.sidecar" -}}
{{- $values := .root.Values -}}
dapr.io/enabled: "true"
dapr.io/app-id: {{ ternary "taskflow" (printf "taskflow-%s" .role) (eq .role "all") }}
dapr.io/app-port: "8000"
dapr.io/app-protocol: http
dapr.io/config: taskflow
dapr.io/app-token-secret: {{ include "taskflow.daprTokenSecret" .root }}
{{- with $values.dapr.apiTokenSecret }}
dapr.io/api-token-secret: {{ . }}
{{- end }}
dapr.io/log-level: {{ $values.dapr.logLevel }}
dapr.io/log-as-json: "true"
# The sidecar is told to stop when the app is only about to be: it takes no more events, and goes on to publish.
dapr.io/block-shutdown-duration: {{ printf "%ds" (add $values.termination.preStopSeconds 10 | int) }}
dapr.io/sidecar-seccomp-profile-type: RuntimeDefault
# Its own store of secrets would not start without the Pod's token for the cluster. Dapr's operator, which has one, puts
# into components what they refer to.
dapr.io/disable-builtin-k8s-secret-store: "true"
{{- with $values.dapr.resources }}
{{- with .requests }}
dapr.io/sidecar-cpu-request: {{ .cpu | quote }}
dapr.io/sidecar-memory-request: {{ .memory | quote }}
{{- end }}
{{- with .limits }}
{{- with .cpu }}
dapr.io/sidecar-cpu-limit: {{ . | quote }}
{{- end }}
dapr.io/sidecar-memory-limit: {{ .memory | quote }}
{{- end }}
{{- end }}
{{- with $values.dapr.annotations }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* How a component reaches the brokers, in the place of what dapr/ says for those of one host. */}}
{{- define "taskflow.brokers" -}}
{{- $kafka := .Values.kafka -}}
- name: brokers
  value: {{ $kafka.bootstrapServers | quote }}
{{- if hasPrefix "SASL_" $kafka.securityProtocol }}
- name: authType
  value: password
- name: saslMechanism
  value: {{ trimPrefix "SCRAM-" $kafka.saslMechanism }}
- name: saslUsername
  secretKeyRef:
    name: {{ include "taskflow.secretName" . }}
    key: KAFKA_SASL_USERNAME
- name: saslPassword
  secretKeyRef:
    name: {{ include "taskflow.secretName" . }}
    key: KAFKA_SASL_PASSWORD
{{- else }}
- name: authType
  # With `none` the component knows no TLS.
  value: {{ ternary "certificate" "none" (eq $kafka.securityProtocol "SSL") }}
{{- end }}
{{- if has $kafka.securityProtocol (list "PLAINTEXT" "SASL_PLAINTEXT") }}
- name: disableTls
  value: "true"
{{- end }}
{{- with $kafka.caSecret }}
- name: caCert
  secretKeyRef:
    name: {{ . }}
    key: ca.crt
{{- end }}
{{- end -}}

{{/*
A file of dapr/ as it is, but for the metadata in "instead", which take the place of those of the same names.
Called with (dict "root" . "file" "dapr/resources/x.yaml" "drop" (list names) "instead" yaml).
*/}}
{{- define "taskflow.component" -}}
{{- $component := .root.Files.Get .file | fromYaml -}}
{{- $metadata := .instead | fromYamlArray -}}
{{- range $component.spec.metadata -}}
{{- if not (has .name $.drop) -}}
{{- $metadata = append $metadata . -}}
{{- end -}}
{{- end -}}
{{- $_ := set $component.spec "metadata" $metadata -}}
{{- $_ := set $component.metadata "labels" (include "taskflow.labels" (list .root "dapr") | fromYaml) -}}
{{ toYaml $component }}
{{- end -}}
