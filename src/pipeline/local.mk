libsignalbox_a_SOURCES += \
	%D%/check-ports.c \
	%D%/document.c %D%/document.h \
	%D%/evidence-config.h \
	%D%/name-index.c %D%/name-index.h \
	%D%/node-json.c \
	%D%/pipeline-free.c \
	%D%/pipeline-names.c \
	%D%/pipeline.c %D%/pipeline.h \
	%D%/read-analysis.c \
	%D%/read-deploy.c \
	%D%/read-environment.c \
	%D%/read-exception.c \
	%D%/read-execution.c \
	%D%/read-gate.c \
	%D%/read-haproxy.c \
	%D%/read-licences.c \
	%D%/read-metrics.c \
	%D%/read-nginx.c \
	%D%/read-notify.c \
	%D%/read-people.c \
	%D%/read-preview.c \
	%D%/read-reports.c \
	%D%/read-scan.c \
	%D%/read-request.c \
	%D%/read-require.c \
	%D%/read-reviewers.c \
	%D%/read-services.c \
	%D%/read-stage.c \
	%D%/read-strategy.c \
	%D%/read-target.c \
	%D%/read-traffic-exec.c \
	%D%/read-url.c %D%/read-windows.c \
	%D%/read-values.c \
	%D%/reader.c %D%/reader.h \
	%D%/resolve-needs.c \
	%D%/sections.h \
	%D%/template.c %D%/template.h
