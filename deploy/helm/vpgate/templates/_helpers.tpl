{{- define "vpgate.name" -}}
{{- if contains "vpgate" .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-vpgate" .Release.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "vpgate.selector" -}}
app.kubernetes.io/name: vpgate
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "vpgate.labels" -}}
{{ include "vpgate.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "vpgate.image" -}}
{{- if .Values.image.digest }}{{ .Values.image.repository }}@{{ .Values.image.digest }}{{ else }}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{/* "true" with SQLite. What one value says about another is refused here, with words. */}}
{{- define "vpgate.sqlite" -}}
{{- $sqlite := hasPrefix "sqlite:" .Values.storage.url }}
{{- if and $sqlite (gt (int .Values.replicas) 1) }}
{{- fail "replicas: a SQLite file belongs to one pod; use a PostgreSQL (storage.url: postgres://...) for more" }}
{{- end }}
{{- if and $sqlite (not (hasPrefix "sqlite:/var/lib/vpgate/" .Values.storage.url)) }}
{{- fail "storage.url: the volume is at /var/lib/vpgate, and nothing else can be written: sqlite:/var/lib/vpgate/vpgate.db" }}
{{- end }}
{{- if and (not $sqlite) (not .Values.keys.existingSecret) }}
{{- fail "keys.existingSecret: with a PostgreSQL all pods need the same keys, in a Secret; see docs/kubernetes.md" }}
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) }}
{{- fail "ingress.host: must be the host of publicUrl" }}
{{- end }}
{{- $sqlite }}
{{- end }}

{{- define "vpgate.toml" -}}
public_url = {{ .Values.publicUrl | quote }}
listen = "0.0.0.0:8080"

[http]
trusted_proxies = {{ .Values.trustedProxies | toJson }}

[operations]
listen = "0.0.0.0:9090"
drain = {{ .Values.drain | quote }}

[storage]
url = {{ .Values.storage.url | quote }}
{{- if .Values.storage.passwordSecret.name }}
password_file = {{ printf "/run/vpgate/database/%s" .Values.storage.passwordSecret.key | quote }}
{{- end }}
{{- with .Values.storage.extra }}
{{ . }}
{{- end }}

[keys]
{{- /* In the mount itself others may write, as Kubernetes has it; in the folder that this name leads to only root. */}}
directory = {{ ternary "/run/vpgate/keys/..data" "/var/lib/vpgate/keys" (ne .Values.keys.existingSecret "") | quote }}

{{ .Values.config }}
{{- end }}

{{- define "vpgate.files" -}}
vpgate.toml: |
  {{- include "vpgate.toml" . | nindent 2 }}
{{- range $name, $text := .Values.files }}
{{ $name | quote }}: {{ $text | quote }}
{{- end }}
{{- end }}

{{/* A pod: of the service, and of the hook that migrates. */}}
{{- define "vpgate.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  # Otherwise each start gives the group rights on the database, which is refused then.
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "vpgate.container" -}}
image: {{ include "vpgate.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- with .Values.env }}
env:
  {{- toYaml . | nindent 2 }}
{{- end }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
volumeMounts:
  - { name: config, mountPath: /etc/vpgate, readOnly: true }
  {{- if eq (include "vpgate.sqlite" .) "true" }}
  - { name: state, mountPath: /var/lib/vpgate }
  {{- end }}
  {{- if .Values.keys.existingSecret }}
  - { name: keys, mountPath: /run/vpgate/keys, readOnly: true }
  {{- end }}
  {{- if .Values.storage.passwordSecret.name }}
  - { name: database, mountPath: /run/vpgate/database, readOnly: true }
  {{- end }}
  {{- range .Values.secrets }}
  - { name: {{ printf "secret-%s" . | replace "." "-" | trunc 63 | trimSuffix "-" }}, mountPath: {{ printf "/run/vpgate/secrets/%s" . | quote }}, readOnly: true }
  {{- end }}
{{- end }}

{{/* Secrets belong to root and are read by the group of the pod (288 is octal 0440), which vpgate takes. */}}
{{- define "vpgate.secretVolumes" -}}
{{- with .Values.keys.existingSecret }}
- name: keys
  secret: { secretName: {{ . | quote }}, defaultMode: 288 }
{{- end }}
{{- with .Values.storage.passwordSecret.name }}
- name: database
  secret: { secretName: {{ . | quote }}, defaultMode: 288 }
{{- end }}
{{- range .Values.secrets }}
- name: {{ printf "secret-%s" . | replace "." "-" | trunc 63 | trimSuffix "-" }}
  secret: { secretName: {{ . | quote }}, defaultMode: 288 }
{{- end }}
{{- end }}
