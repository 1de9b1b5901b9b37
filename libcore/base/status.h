/* What a call can end with: enum cg_status and cg_status_text, shared with the public. */
#ifndef CG_BASE_STATUS_H
#define CG_BASE_STATUS_H
#include "corograph.h"
#endif
