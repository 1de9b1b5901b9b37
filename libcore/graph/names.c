/* The words of the JSON report for kinds of functions and edges. */
#include "corograph.h"

const char *
cg_kind_name(enum cg_kind kind)
{
	switch (kind) {
	case CG_KIND_FUNCTION:
		return "function";
	case CG_KIND_COROUTINE:
		return "coroutine";
	case CG_KIND_GENERATOR:
		return "generator";
	case CG_KIND_ASYNC_GENERATOR:
		return "async_generator";
	case CG_KIND_BUILTIN:
		return "builtin";
	}
	return "unknown";
}

const char *
cg_edge_kind_name(enum cg_edge_kind kind)
{
	switch (kind) {
	case CG_EDGE_CALL:
		return "call";
	case CG_EDGE_AWAIT:
		return "await";
	case CG_EDGE_SPAWN:
		return "spawn";
	}
	return "unknown";
}
