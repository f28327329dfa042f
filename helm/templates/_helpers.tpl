{{- define "hubcast.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" -}}
{{- end }}

{{- define "hubcast.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains (include "hubcast.name" .) .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "hubcast.name" .) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{/* Which pods are meant: those that take webhooks, those that look after the numbers, or both by their internal listener. */}}
{{- define "hubcast.selector" -}}
{{ include "hubcast.selectorOf" (list . "receiver") }}
{{- end }}

{{/* Takes (list $ "receiver") or (list $ "numbers"). */}}
{{- define "hubcast.selectorOf" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "hubcast.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "hubcast.internalSelector" -}}
app.kubernetes.io/name: {{ include "hubcast.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
hubcast/internal: "true"
{{- end }}

{{/* "true" where the numbers have a Deployment of their own: with Kafka and an access token. A journal has one process. */}}
{{- define "hubcast.separateNumbers" -}}
{{- $token := or (hasKey .Values.secrets "META_ACCESS_TOKEN") (hasKey .Values.secrets "META_APPS") -}}
{{- if and (eq (include "hubcast.store" .) "kafka") .Values.numbers.separate $token }}true{{ end -}}
{{- end }}

{{- define "hubcast.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/name: {{ include "hubcast.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: hubcast
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "hubcast.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "hubcast.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end }}

{{- define "hubcast.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end }}

{{/* "kafka", "spool" or "journal": the rule by which hubcast itself decides. */}}
{{- define "hubcast.store" -}}
{{- if not .Values.settings.KAFKA_BROKERS }}journal
{{- else if has (.Values.settings.SPOOL | toString | lower) (list "true" "on") }}spool
{{- else }}kafka
{{- end -}}
{{- end }}

{{/* Numbers of a values file arrive as floats, and 10737418240 would be written 1.073741824e+10. */}}
{{- define "hubcast.text" -}}
{{- if kindIs "float64" . }}{{ int64 . }}{{ else }}{{ . }}{{ end -}}
{{- end }}

{{/* A setting's value as text: the one given, else hubcast's own default. Takes (list $ "NAME"). */}}
{{- define "hubcast.setting" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $defaults := $root.Files.Get "setting-defaults.json" | fromJson -}}
{{- $given := index $root.Values.settings $name -}}
{{- if kindIs "invalid" $given }}{{ index $defaults $name }}{{ else }}{{ include "hubcast.text" $given }}{{ end -}}
{{- end }}

{{/* What a stop can take at most, in seconds: the delay, the requests under way, a write that fails and is tried again, and forwarding what is in the spool. */}}
{{- define "hubcast.terminationSeconds" -}}
{{- $delay := include "hubcast.setting" (list . "SHUTDOWN_DELAY_MS") | int64 -}}
{{- $requests := include "hubcast.setting" (list . "SHUTDOWN_TIMEOUT_MS") | int64 -}}
{{- $write := include "hubcast.setting" (list . "WRITE_TIMEOUT_MS") | int64 -}}
{{- $drain := 0 -}}
{{- if eq (include "hubcast.store" .) "spool" -}}
{{- $drain = include "hubcast.setting" (list . "SPOOL_DRAIN_TIMEOUT_MS") | int64 -}}
{{- end -}}
{{- div (add $delay $requests (mul 2 $write) $drain 999) 1000 -}}
{{- end }}

{{/* Bytes of a Kubernetes quantity such as 12Gi, 500M or 1.5Ti. */}}
{{- define "hubcast.bytes" -}}
{{- $unit := regexFind "[A-Za-z]*$" . -}}
{{- $factors := dict "" 1.0 "K" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 "Pi" 1125899906842624.0 -}}
{{- mulf (trimSuffix $unit . | float64) (get $factors $unit) | int64 -}}
{{- end }}

{{/* What no schema can say. */}}
{{- define "hubcast.check" -}}
{{- $several := hasKey .Values.secrets "META_APPS" -}}
{{- range $name := list "META_APP_SECRET" "META_VERIFY_TOKEN" -}}
{{- $given := hasKey $.Values.secrets $name -}}
{{- if and $several $given -}}
{{- fail (printf "secrets.%s stands beside secrets.META_APPS, which says it for each app. Set it to null." $name) -}}
{{- end -}}
{{- if not (or $several $given) -}}
{{- fail (printf "secrets.%s is missing: hubcast does not start without it." $name) -}}
{{- end -}}
{{- end -}}
{{- $host := include "hubcast.setting" (list . "INTERNAL_HOST") -}}
{{- if or (hasPrefix "127." $host) (has $host (list "localhost" "::1")) -}}
{{- fail (printf "settings.INTERNAL_HOST is %s: the kubelet's probes do not reach it. Leave it at 0.0.0.0, or :: for IPv6." $host) -}}
{{- end -}}
{{- if not (hasKey .Values.secrets "API_TOKENS") -}}
{{- fail "secrets.API_TOKENS is missing: the internal listener is reachable in the cluster and needs tokens." -}}
{{- end -}}
{{- range $name, $_ := .Values.settings -}}
{{- if hasKey $.Values.secrets $name -}}
{{- fail (printf "%s stands in settings and in secrets; keep one of them." $name) -}}
{{- end -}}
{{- end -}}
{{- $store := include "hubcast.store" . -}}
{{- if ne $store "kafka" -}}
{{- $bound := eq $store "spool" | ternary "SPOOL_MAX_BYTES" "JOURNAL_MAX_BYTES" -}}
{{- $bytes := include "hubcast.setting" (list . $bound) -}}
{{- if lt (include "hubcast.bytes" .Values.persistence.size | int64) ($bytes | int64) -}}
{{- fail (printf "persistence.size is %s, less than settings.%s (%s bytes): the disk would be full before the bound is reached. Enlarge the volume, or lower settings.%s." .Values.persistence.size $bound $bytes $bound) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (eq (include "hubcast.store" .) "spool") -}}
{{- fail "autoscaling.enabled does not go with settings.SPOOL: a replica that leaves while Kafka is away keeps its events on its volume until it comes back." -}}
{{- end -}}
{{- if and (eq (include "hubcast.store" .) "journal") (has (.Values.settings.SPOOL | toString | lower) (list "true" "on")) -}}
{{- fail "settings.SPOOL needs settings.KAFKA_BROKERS: what is in the spool goes to Kafka." -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (eq (include "hubcast.store" .) "journal") -}}
{{- fail "autoscaling.enabled needs settings.KAFKA_BROKERS: the journal has one writer." -}}
{{- end -}}
{{- if and .Values.monitoring.serviceMonitor.enabled .Values.networkPolicy.enabled (not .Values.networkPolicy.internalFrom) -}}
{{- fail "monitoring.serviceMonitor.enabled needs networkPolicy.internalFrom: else Prometheus does not reach /metrics. Name its namespace, for example [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]." -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) -}}
{{- fail "ingress.enabled needs ingress.host: the host of the callback URL in the Meta app." -}}
{{- end -}}
{{- end }}
