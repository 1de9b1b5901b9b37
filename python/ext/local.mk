python__corograph_la_SOURCES += %D%/module.c
