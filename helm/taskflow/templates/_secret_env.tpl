{{/* One variable from a key of its name. Called with (list "the-secret" "JWT_SECRET" "demanded" or ""). */}}
{{- define "taskflow.fromSecret" -}}
- name: {{ index . 1 }}
  valueFrom:
    secretKeyRef:
      name: {{ index . 0 }}
      key: {{ index . 1 }}
      {{- if not (index . 2) }}
      optional: true
      {{- end }}
{{- end -}}

{{/* The settings that are secrets. What is demanded keeps a Pod from starting where it is missing. */}}
{{- define "taskflow.secretEnv" -}}
{{- $secret := include "taskflow.secretName" . -}}
{{- $keys := or .Values.secret.signWithPrivateKeys .Values.secret.values.JWT_PRIVATE_KEYS | not | not -}}
{{ include "taskflow.fromSecret" (list $secret "JWT_SECRET" (ternary "" "demanded" $keys)) }}
{{ include "taskflow.fromSecret" (list $secret "JWT_OTHER_SECRETS" "") }}
{{ include "taskflow.fromSecret" (list $secret "JWT_PRIVATE_KEYS" (ternary "demanded" "" $keys)) }}
{{- if eq .Values.database "postgresql" }}
{{ include "taskflow.fromSecret" (list $secret "DATABASE_URL" "demanded") }}
{{- end }}
{{- if hasPrefix "SASL_" .Values.kafka.securityProtocol }}
{{ include "taskflow.fromSecret" (list $secret "KAFKA_SASL_USERNAME" "demanded") }}
{{ include "taskflow.fromSecret" (list $secret "KAFKA_SASL_PASSWORD" "demanded") }}
{{- end }}
{{- if eq .Values.redis "internal" }}
{{ include "taskflow.fromSecret" (list $secret "REDIS_PASSWORD" "demanded") }}
- name: REDIS_URL
  value: redis://:$(REDIS_PASSWORD)@{{ include "taskflow.fullname" . }}-redis:6379/0
{{- else if eq .Values.redis "external" }}
{{ include "taskflow.fromSecret" (list $secret "REDIS_URL" "demanded") }}
{{- end }}
{{- if eq .Values.bus "dapr" }}
- name: APP_API_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ include "taskflow.daprTokenSecret" . }}
      key: token
{{- with .Values.dapr.apiTokenSecret }}
- name: DAPR_API_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: token
{{- end }}
{{- end }}
{{ include "taskflow.fromSecret" (list $secret "VAPID_PRIVATE_KEY" "") }}
{{ include "taskflow.fromSecret" (list $secret "SMTP_URL" "") }}
{{ include "taskflow.fromSecret" (list $secret "METRICS_TOKEN" "") }}
{{ include "taskflow.fromSecret" (list $secret "TICK_TOKEN" "") }}
{{ include "taskflow.fromSecret" (list $secret "OTEL_EXPORTER_OTLP_HEADERS" "") }}
{{- end -}}
