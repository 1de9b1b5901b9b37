/*
 * The trace format: constants and limits. doc/trace-format.md is the authority; a test
 * compares the two.
 */
#ifndef CG_TRACE_FORMAT_H
#define CG_TRACE_FORMAT_H
#include <stdint.h>

#define CG_TRACE_MAGIC \
	"\x89"             \
	"CGT\r\n\x1a\n"

enum {
	CG_TRACE_MAGIC_SIZE = 8,
	CG_TRACE_MAJOR = 1,
	CG_TRACE_MINOR = 0,
	CG_TRACE_HEADER_SIZE = 32,
	CG_TRACE_CHUNK_SIZE = 28, /* head of a chunk */
	CG_TRACE_END_SIZE = 56    /* payload of the END chunk */
};

/* Limits: more than this is refused before any memory is taken for it. */
enum {
	CG_TRACE_RAW_MAX = 16 << 20,    /* bytes of a payload, inflated */
	CG_TRACE_STORED_MAX = 17 << 20, /* bytes of a payload as stored */
	CG_TRACE_ROWS_MAX = 65536,      /* rows of one chunk */
	CG_TRACE_COLUMNS_MAX = 256,     /* columns of one chunk */
	CG_TRACE_STRING_MAX = 65535,    /* bytes of one string */
	CG_TRACE_STRINGS_MAX = 1 << 24, /* rows of each table, all chunks together */
	CG_TRACE_FUNCTIONS_MAX = 1 << 24,
	CG_TRACE_THREADS_MAX = 1 << 20,
	CG_TRACE_NODES_MAX = 1 << 27,
	CG_TRACE_SPAWNS_MAX = 1 << 24,
	CG_TRACE_TASKS_MAX = 1 << 24,
	CG_TRACE_ARGUMENTS_MAX = 65536,
	CG_TRACE_SOURCES_MAX = 1 << 20,
	CG_TRACE_DEFLATE_MOST = 1032 /* deflate cannot shrink more than this many times */
};

/* Four letters as they stand in the file. */
#define CG_TRACE_TYPE(a, b, c, d) \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)
#define CG_TRACE_STRS CG_TRACE_TYPE('S', 'T', 'R', 'S')
#define CG_TRACE_META CG_TRACE_TYPE('M', 'E', 'T', 'A')
#define CG_TRACE_ARGV CG_TRACE_TYPE('A', 'R', 'G', 'V')
#define CG_TRACE_FUNC CG_TRACE_TYPE('F', 'U', 'N', 'C')
#define CG_TRACE_THRD CG_TRACE_TYPE('T', 'H', 'R', 'D')
#define CG_TRACE_NODE CG_TRACE_TYPE('N', 'O', 'D', 'E')
#define CG_TRACE_SPWN CG_TRACE_TYPE('S', 'P', 'W', 'N')
#define CG_TRACE_TASK CG_TRACE_TYPE('T', 'A', 'S', 'K')
#define CG_TRACE_HOLD CG_TRACE_TYPE('H', 'O', 'L', 'D')
#define CG_TRACE_PACK CG_TRACE_TYPE('P', 'A', 'C', 'K')
#define CG_TRACE_SRCS CG_TRACE_TYPE('S', 'R', 'C', 'S')
#define CG_TRACE_GRUP CG_TRACE_TYPE('G', 'R', 'U', 'P')
#define CG_TRACE_INDX CG_TRACE_TYPE('I', 'N', 'D', 'X')
#define CG_TRACE_END CG_TRACE_TYPE('E', 'N', 'D', ' ')

/* Flags of a chunk. */
enum {
	CG_TRACE_DEFLATED = 1, /* the payload is a zlib stream */
	CG_TRACE_REQUIRED = 2, /* who does not know the type must refuse the file */
	CG_TRACE_FLAGS = 3     /* all that there are */
};

/* How the values of a column are written. */
enum cg_trace_coding {
	CG_TRACE_DENSE,  /* a varint a row */
	CG_TRACE_SPARSE, /* only what is not zero: rows skipped before each, then planes */
	CG_TRACE_PLANES, /* lengths, then the lowest bytes of all, the second ones, ... */
	CG_TRACE_BYTES,  /* bytes that another column divides */
	CG_TRACE_WHERE, /* planes, for the rows in which an earlier column is above a limit */
	CG_TRACE_CODINGS
};
#endif
