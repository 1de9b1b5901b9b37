/* Numbers as people read them. Each function writes into `out` and returns it. */
#ifndef CG_CLI_HUMAN_H
#define CG_CLI_HUMAN_H
#include <stdint.h>

enum { CG_HUMAN_MAX = 40 };

/* 12345 as "12 345". */
char *cg_human_count(char out[CG_HUMAN_MAX], uint64_t count);

/* Nanoseconds as "4.0 s", "310 ms", "2.1 us" or "80 ns". */
char *cg_human_time(char out[CG_HUMAN_MAX], uint64_t ns);

/* Bytes as "31 KB", powers of 1024. */
char *cg_human_size(char out[CG_HUMAN_MAX], uint64_t bytes);

#endif
