/*
 * Places of calls that need not be told: they call what a global names, a Python function.
 *
 * A call of a Python function is no event of the recording, its start follows at once. It is
 * told all the same, as the next call there may be one of a C function. Where the place
 * calls what a global names, that cannot be unless the global changes: so it is switched off,
 * and all such places are switched on again before a global becomes anything else. Only on
 * 3.12 and newer with a GIL; elsewhere nothing is ever switched off.
 *
 * All with the GIL held. The pending exception is kept.
 */
#ifndef CG_SITES_H
#define CG_SITES_H
#include "compat.h"

/* A recording begins, and ends: from there on every place is to tell again. */
void cg_sites_begin(void);
void cg_sites_end(void);

/* The interpreter has ended: no Python any more. */
void cg_sites_abandon(void);

/* From here on to the end no place is switched off. */
void cg_sites_forbid(void);

/* The code object dies. */
void cg_sites_forget(const PyCodeObject *code);

#if CG_HAVE_SITES
enum {
	CG_SITES_DUE = 8, /* a place is judged when it has called a function so often */
	CG_SITES_SEEN = 1 << 14,
	CG_SITES_CODES = 1 << 11
};

/* How often places have called, by a hash of them; those alike are judged as one. */
extern CG_HIDDEN uint8_t cg_sites_seen[CG_SITES_SEEN];

/* Code in which places are switched off, at its hash, or NULL; the globals it has run with. */
extern CG_HIDDEN const PyCodeObject *cg_sites_codes[CG_SITES_CODES];
extern CG_HIDDEN const PyObject *cg_sites_globals[CG_SITES_CODES];

static inline size_t
cg_sites_code_hash(const PyCodeObject *code)
{
	return ((uintptr_t)code >> 6) % CG_SITES_CODES; /* no code object is smaller */
}

/* How often the place at that offset, or one with its hash, has called. */
static inline uint8_t *
cg_site_seen(const PyCodeObject *code, uint32_t offset)
{
	return &cg_sites_seen[(((uintptr_t)code >> 4) + (size_t)offset * 37) % CG_SITES_SEEN];
}

/* A Python function is called at `offset` of that code: is it time to judge the place? */
static inline bool
cg_site_is_due(const PyCodeObject *code, PyObject *offset)
{
	uint8_t *seen = cg_site_seen(code, cg_offset_bits(offset));

	if (*seen >= CG_SITES_DUE)
		return false;
	return ++*seen == CG_SITES_DUE;
}

/*
 * May the place be switched off, whose frame is on top and that calls that function now?
 * Then that is to be done.
 */
bool cg_site_may_rest(PyCodeObject *code, PyObject *offset, PyObject *callee);

/* Are places of that code switched off? Then whoever starts or resumes it is to check. */
static inline bool
cg_sites_rest_in(const PyCodeObject *code)
{
	return cg_sites_codes[cg_sites_code_hash(code)] == code;
}

/* Code that runs has other globals than before: all places tell again. */
void cg_sites_doubt(void);

/* A frame of such code is entered. */
static inline void
cg_sites_check(const PyCodeObject *code, const cg_frame *frame)
{
	if (cg_sites_globals[cg_sites_code_hash(code)] != cg_frame_globals(frame))
		cg_sites_doubt();
}
#else
static inline bool
cg_site_is_due(const PyCodeObject *code, PyObject *offset)
{
	(void)code;
	(void)offset;
	return false;
}

static inline bool
cg_site_may_rest(PyCodeObject *code, PyObject *offset, PyObject *callee)
{
	(void)code;
	(void)offset;
	(void)callee;
	return false;
}

static inline bool
cg_sites_rest_in(const PyCodeObject *code)
{
	(void)code;
	return false;
}

static inline void
cg_sites_check(const PyCodeObject *code, const cg_frame *frame)
{
	(void)code;
	(void)frame;
}
#endif
#endif
