{{/*
What a Pod of the server is, whichever its role. Called with
(dict "root" . "component" "api" "role" "all" "workers" 1 "values" .Values.api).
*/}}
{{- define "taskflow.server" -}}
{{- $root := .root -}}
{{- $values := $root.Values -}}
metadata:
  labels:
    {{- include "taskflow.labels" (list $root .component) | nindent 4 }}
  annotations:
    # New settings take new processes.
    checksum/settings: {{ include (print $root.Template.BasePath "/configmap.yaml") $root | sha256sum }}
    checksum/secrets: {{ include (print $root.Template.BasePath "/secret.yaml") $root | sha256sum }}
    {{- if eq $values.bus "dapr" }}
    {{- include "taskflow.sidecar" . | nindent 4 }}
    {{- end }}
    {{- with .values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "taskflow.fullname" $root }}
  automountServiceAccountToken: false
  # Else there would be a variable for each Service of the namespace, some of them named like settings.
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ $values.termination.gracePeriodSeconds }}
  {{- include "taskflow.pullSecrets" $root | nindent 2 }}
  securityContext:
    {{- toYaml $values.podSecurityContext | nindent 4 }}
  containers:
    - name: {{ .component }}
      image: {{ include "taskflow.image" (list $root $values.image) }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      args: [serve]
      envFrom:
        - configMapRef:
            name: {{ include "taskflow.fullname" $root }}
      env:
        - name: ROLE
          value: {{ .role }}
        - name: WORKERS
          value: {{ .workers | quote }}
        {{- include "taskflow.secretEnv" $root | nindent 8 }}
      ports:
        - name: http
          containerPort: 8000
      # The process answers: it was started, and goes on. What is down around it is no reason to end it. SQLite is migrated
      # before it answers at all, which may take its minutes.
      startupProbe:
        httpGet: {path: /livez, port: http}
        periodSeconds: 2
        timeoutSeconds: 5
        failureThreshold: 300
      livenessProbe:
        httpGet: {path: /livez, port: http}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      # It can serve: not without its database, nor before the migrations, nor once it is stopping.
      readinessProbe:
        httpGet: {path: /readyz, port: http}
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: 2
      lifecycle:
        preStop:
          sleep:
            seconds: {{ $values.termination.preStopSeconds }}
      securityContext:
        {{- toYaml $values.securityContext | nindent 8 }}
      resources:
        {{- toYaml .values.resources | nindent 8 }}
      volumeMounts:
        - {name: data, mountPath: /data}
        - {name: tmp, mountPath: /tmp}
        {{- if $values.kafka.caSecret }}
        - {name: kafka-ca, mountPath: /etc/taskflow/kafka-ca, readOnly: true}
        {{- end }}
  volumes:
    - name: data
      {{- if eq $values.database "sqlite" }}
      persistentVolumeClaim:
        claimName: {{ default (include "taskflow.fullname" $root) $values.sqlite.existingClaim }}
      {{- else }}
      emptyDir: {}
      {{- end }}
    - name: tmp
      emptyDir: {}
    {{- if $values.kafka.caSecret }}
    - name: kafka-ca
      secret:
        secretName: {{ $values.kafka.caSecret }}
        items: [{key: ca.crt, path: ca.crt}]
    {{- end }}
  {{- include "taskflow.placement" (list $root .component .values) | nindent 2 }}
{{- end -}}

{{/* Where Pods go: not all of them onto one node, if it can be had. Called with (list . "api" .Values.api). */}}
{{- define "taskflow.placement" -}}
{{- $values := index . 2 -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "taskflow.selector" (list (index . 0) (index . 1)) | nindent 8 }}
{{- include "taskflow.nodes" $values }}
{{- end -}}

{{/* Which nodes. Called with .Values.api and its like. */}}
{{- define "taskflow.nodes" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "taskflow.pullSecrets" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}
