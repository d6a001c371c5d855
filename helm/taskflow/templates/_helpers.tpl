{{- define "taskflow.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What a Service or a policy finds Pods by. Called with (list . "api"). */}}
{{- define "taskflow.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ default $root.Chart.Name $root.Values.nameOverride }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* Called with (list . "api"). */}}
{{- define "taskflow.labels" -}}
{{- $root := index . 0 -}}
{{ include "taskflow.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: taskflow
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{- end -}}

{{/* Called with (list . .Values.image). */}}
{{- define "taskflow.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ default $root.Chart.AppVersion $image.tag }}
{{- end -}}
{{- end -}}

{{- define "taskflow.secretName" -}}
{{- default (include "taskflow.fullname" .) .Values.secret.existingSecret -}}
{{- end -}}

{{- define "taskflow.daprTokenSecret" -}}
{{- default (printf "%s-dapr" (include "taskflow.fullname" .)) .Values.dapr.tokenSecret -}}
{{- end -}}

{{/* A rule of a NetworkPolicy. */}}
{{- define "taskflow.readersOfMetrics" -}}
{{- with .Values.networkPolicy.metricsFrom }}
- ports:
    - {port: http}
    {{- if eq $.Values.bus "dapr" }}
    - {port: 9090}
    {{- end }}
  from:
    {{- toYaml . | nindent 4 }}
{{- end }}
{{- end -}}

{{- define "taskflow.publicUrl" -}}
{{- if .Values.settings.PUBLIC_URL -}}
{{- .Values.settings.PUBLIC_URL -}}
{{- else if .Values.ingress.enabled -}}
{{- printf "%s://%s" (ternary "https" "http" (not (empty .Values.ingress.tlsSecret))) .Values.ingress.host -}}
{{- end -}}
{{- end -}}

{{- define "taskflow.topic" -}}
{{- default "tasks.events" .Values.settings.KAFKA_TOPIC -}}
{{- end -}}

{{/* One process alone, whatever the reason: a second one must not start before the first has ended. */}}
{{- define "taskflow.isAlone" -}}
{{- if or (eq .Values.database "sqlite") (eq .Values.bus "memory") -}}yes{{- end -}}
{{- end -}}
