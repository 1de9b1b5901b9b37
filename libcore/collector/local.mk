libcore_libcgcore_la_SOURCES += %D%/activation.c %D%/activation.h %D%/collector.c \
	%D%/chain.c %D%/chain.h %D%/collector.h %D%/creator.c %D%/creator.h %D%/flow.c %D%/frames.c \
	%D%/frames.h %D%/function.c %D%/hold.c %D%/hold.h %D%/map.c %D%/map.h \
	%D%/place.c %D%/place.h %D%/slowest.c %D%/slowest.h %D%/stack.c %D%/stack.h %D%/step.c %D%/task.c %D%/task.h \
	%D%/thread.c %D%/thread.h %D%/hot.h
