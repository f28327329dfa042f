{{/*
A pod: of the receivers, the same with Kafka, spool and journal but for the volume of /data, or of the numbers.
Takes (list $ "receiver") or (list $ "numbers").
*/}}
{{- define "hubcast.pod" -}}
{{- $component := index . 1 -}}
{{- with index . 0 -}}
{{- $store := include "hubcast.store" . -}}
{{- $separate := include "hubcast.separateNumbers" . -}}
{{- $secrets := .Values.secrets -}}
{{- if and $separate (eq $component "receiver") }}{{ $secrets = omit $secrets "META_ACCESS_TOKEN" }}{{ end -}}
metadata:
  labels:
    {{- include "hubcast.selectorOf" (list . $component) | nindent 4 }}
    hubcast/internal: "true"
    app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/config: {{ include (print .Template.BasePath "/configmap.yaml") . | sha256sum }}
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
        {{- if $separate }}
        # Who faces Meta holds no access token of Graph.
        - { name: ROLES, value: {{ if eq $component "numbers" }}numbers{{ else }}receive{{ end }} }
        {{- end }}
        {{- range $name := keys $secrets | sortAlpha }}
        - { name: {{ $name }}_FILE, value: /run/secrets/hubcast/{{ $name }} }
        {{- end }}
      ports:
        {{- if eq $component "receiver" }}
        - { name: webhook, containerPort: 8080, protocol: TCP }
        {{- end }}
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
        {{- toYaml (eq $component "numbers" | ternary .Values.numbers.resources .Values.resources) | nindent 8 }}
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
          {{- $existingSecret := .Values.existingSecret }}
          {{- range $name := keys $secrets | sortAlpha }}
          {{- $secret := index $secrets $name }}
          - secret:
              name: {{ default $existingSecret $secret.name }}
              items:
                - { key: {{ default $name $secret.key }}, path: {{ $name }} }
          {{- end }}
    - name: tmp
      emptyDir: { sizeLimit: 64Mi }
  {{- if and .Values.topologySpread.enabled (ne $store "journal") (eq $component "receiver") }}
  topologySpreadConstraints:
    {{- $root := . }}
    {{- range .Values.topologySpread.topologyKeys }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: {{ $root.Values.topologySpread.whenUnsatisfiable }}
      labelSelector:
        matchLabels:
          {{- include "hubcast.selector" $root | nindent 10 }}
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
{{- end }}
