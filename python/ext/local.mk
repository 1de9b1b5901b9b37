python__corograph_la_SOURCES += \
	%D%/boot.c %D%/boot.h \
	%D%/calibrate.c %D%/calibrate.h \
	%D%/callbacks.c %D%/callbacks.h \
	%D%/callee.c %D%/callee.h \
	%D%/closed.c %D%/closed.h \
	%D%/codes.c %D%/codes.h \
	%D%/compat.h %D%/compat_code.h %D%/compat_frames.h %D%/compat_old.h \
	%D%/entry.c %D%/entry.h \
	%D%/events.c %D%/events.h \
	%D%/failure.c %D%/failure.h \
	%D%/filter.c %D%/filter.h \
	%D%/fork.c %D%/fork.h \
	%D%/greenlets.c %D%/greenlets.h \
	%D%/hooks.h \
	%D%/lookup.c %D%/lookup.h \
	%D%/meta.c %D%/meta.h \
	%D%/module.c \
	%D%/monitoring.c \
	%D%/names.c %D%/names.h \
	%D%/origins.c %D%/origins.h \
	%D%/package.c %D%/package.h \
	%D%/prefill.c %D%/prefill.h \
	%D%/processes.c %D%/processes.h \
	%D%/profile.c %D%/profile.h \
	%D%/qualnames.c %D%/qualnames.h \
	%D%/recorder.c %D%/recorder.h \
	%D%/session.c %D%/session.h \
	%D%/setprofile.c \
	%D%/sites.c %D%/sites.h \
	%D%/takeover.c %D%/takeover.h \
	%D%/tasks.c %D%/tasks.h \
	%D%/texts.c %D%/texts.h \
	%D%/thread_names.c %D%/thread_names.h \
	%D%/world.c %D%/world.h
