/* What a recording says about its program: the texts of the image's meta table. */
#ifndef CG_META_H
#define CG_META_H
#include "collector/collector.h"
#include "session.h"

/* Fill the table. What cannot be found out is left out. */
void cg_meta_fill(struct cg_collector *collector,
                  const struct cg_session_options *options);
#endif
