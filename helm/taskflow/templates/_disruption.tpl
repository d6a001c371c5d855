{{/* Drains of nodes take one Pod at a time, and one that is not ready at any. Called with (list . "api" .Values.api). */}}
{{- define "taskflow.disruption" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- if (index . 2).podDisruptionBudget.enabled }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "taskflow.fullname" $root }}-{{ $component }}
  labels:
    {{- include "taskflow.labels" (list $root $component) | nindent 4 }}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "taskflow.selector" (list $root $component) | nindent 6 }}
{{- end }}
{{- end -}}
