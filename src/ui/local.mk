libsignalbox_a_SOURCES += \
	%D%/action.c %D%/action.h \
	%D%/board.c %D%/board.h \
	%D%/board-draw.c %D%/board-runs.c \
	%D%/card.c %D%/card.h \
	%D%/chart.c %D%/chart.h \
	%D%/coverage.c \
	%D%/dialog.c %D%/dialog-draw.c %D%/dialog.h \
	%D%/dialogs.c \
	%D%/dialogs-run.c \
	%D%/draft.c %D%/draft.h \
	%D%/draw.c %D%/draw.h \
	%D%/events.c \
	%D%/finding.c \
	%D%/format.c %D%/format.h \
	%D%/gate.c %D%/gate-body.c %D%/gate-body.h %D%/gate-people.c \
	%D%/glyph.c %D%/glyph.h \
	%D%/grid.c %D%/grid.h \
	%D%/header.c \
	%D%/hints.c \
	%D%/input.h \
	%D%/keys.c %D%/keys.h \
	%D%/layout.c %D%/layout.h \
	%D%/meter.c %D%/meter.h \
	%D%/off.c \
	%D%/palette.c %D%/palette.h %D%/palette-run.c \
	%D%/plain.c %D%/plain.h %D%/plain-session.h \
	%D%/plain-ask.c %D%/plain-board.c %D%/plain-hear.c \
	%D%/plain-menu.c %D%/plain-say.c \
	%D%/past-runs.c %D%/pipeline.c %D%/playback.c %D%/playback.h \
	%D%/rescue.c %D%/rescue.h \
	%D%/screen.c %D%/screen.h \
	%D%/security.c \
	%D%/shipment.c %D%/shipment.h \
	%D%/ships.c %D%/ships.h \
	%D%/table.c %D%/table.h \
	%D%/table-data.c %D%/table-data.h \
	%D%/table-draw.c \
	%D%/table-rows.c %D%/table-rows.h \
	%D%/ships-draw.c %D%/ships-items.c \
	%D%/ships-page.c \
	%D%/ships-work.c %D%/ships-work.h \
	%D%/since.c %D%/since.h \
	%D%/speak.c %D%/speak.h \
	%D%/spoken-evidence.c \
	%D%/spoken.c %D%/spoken.h %D%/spoken-more.c %D%/spoken-state.c \
	%D%/spoken-table.c \
	%D%/summary.c \
	%D%/tests-list.c \
	%D%/traffic.c %D%/traffic-table.c %D%/traffic-table.h \
	%D%/ui.c %D%/ui.h %D%/ui-internal.h \
	%D%/ui-feed.c %D%/ui-wishes.c \
	%D%/view.c %D%/view.h
# What the terminal takes.
libsignalbox_a_SOURCES += \
	%D%/notice.c %D%/notice.h \
	%D%/painter.c %D%/painter.h \
	%D%/reset.c %D%/reset.h \
	%D%/pointer.c \
	%D%/preview.c %D%/preview.h \
	%D%/theme.c %D%/theme-file.c %D%/theme.h \
	%D%/tint.c %D%/tint.h
# The log.
libsignalbox_a_SOURCES += \
	%D%/log.c %D%/logkeys.c %D%/logpanel.h \
	%D%/logcopy.c %D%/logfail.c \
	%D%/outside.c %D%/outside.h \
	%D%/logfile.c %D%/logfile.h \
	%D%/logfold.c %D%/logfold.h \
	%D%/logline.c %D%/logline.h \
	%D%/logview.c %D%/logseek.c %D%/logview.h \
	%D%/matcher.c %D%/matcher.h \
	%D%/pattern.c %D%/pattern.h \
	%D%/search.c %D%/search.h \
	%D%/testline.c %D%/testline.h
