{{/* The receiver's pod: the same with Kafka, spool and journal but for the volume of /data. */}}
{{- define "hubcast.pod" -}}
{{- $store := include "hubcast.store" . -}}
metadata:
  labels:
    {{- include "hubcast.selector" . | nindent 4 }}
    app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/config: {{ include (print $.Template.BasePath "/configmap.yaml") . | sha256sum }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "hubcast.serviceAccount" . }}
  automountServiceAccountToken: false
  # Variables that Kubernetes makes of other Services look like settings.
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ include "hubcast.terminationSeconds" . }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: { type: RuntimeDefault }
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  containers:
    - name: hubcast
      image: {{ include "hubcast.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args: [serve]
      envFrom:
        - configMapRef: { name: {{ include "hubcast.fullname" . }} }
      env:
        {{- range $name := keys .Values.secrets | sortAlpha }}
        - { name: {{ $name }}_FILE, value: /run/secrets/hubcast/{{ $name }} }
        {{- end }}
      ports:
        - { name: webhook, containerPort: 8080, protocol: TCP }
        - { name: internal, containerPort: 8081, protocol: TCP }
      startupProbe:
        httpGet: { path: /live, port: internal }
        periodSeconds: 1
        timeoutSeconds: 2
        failureThreshold: 60
      # Alive, whatever the store does: a restart mends no broker.
      livenessProbe:
        httpGet: { path: /live, port: internal }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 3
      readinessProbe:
        httpGet: { path: /ready, port: internal }
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: 2
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      volumeMounts:
        - { name: secrets, mountPath: /run/secrets/hubcast, readOnly: true }
        - { name: tmp, mountPath: /tmp }
        {{- if ne $store "kafka" }}
        - { name: data, mountPath: /data }
        {{- end }}
  volumes:
    - name: secrets
      projected:
        defaultMode: 0440
        sources:
          {{- range $name := keys .Values.secrets | sortAlpha }}
          {{- $secret := index $.Values.secrets $name }}
          - secret:
              name: {{ default $.Values.existingSecret $secret.name }}
              items:
                - { key: {{ default $name $secret.key }}, path: {{ $name }} }
          {{- end }}
    - name: tmp
      emptyDir: { sizeLimit: 64Mi }
  {{- if and .Values.topologySpread.enabled (ne $store "journal") }}
  topologySpreadConstraints:
    {{- range .Values.topologySpread.topologyKeys }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: {{ $.Values.topologySpread.whenUnsatisfiable }}
      labelSelector:
        matchLabels:
          {{- include "hubcast.selector" $ | nindent 10 }}
      # Each roll-out by itself: replicas that are about to go do not count.
      matchLabelKeys: [{{ if eq $store "kafka" }}pod-template-hash{{ else }}controller-revision-hash{{ end }}]
    {{- end }}
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
