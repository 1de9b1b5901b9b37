/* What a function is called, for the collector: describing a key at its first sight. */
#ifndef CG_NAMES_H
#define CG_NAMES_H
#include "collector/collector.h"

/* For cg_ops: the function of a key whose event is being handled. */
bool cg_names_describe(void *arg, uint64_t key, struct cg_function_info *info);
#endif
