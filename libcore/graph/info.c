/* What a trace says about itself, and the strings of all that follows. */
#include "base/alloc.h"
#include "graph/build.h"
#include "trace/sources.h"

#include <string.h>

static uint64_t
text_size(const struct cg_records *r)
{
	uint64_t size = 0;

	for (uint32_t i = 0; i < r->string_count; i++)
		size += (uint64_t)r->strings[i].length + 1;
	return size;
}

static enum cg_status
copy_strings(struct cg_build *b)
{
	const struct cg_records *r = b->records;
	char *text = b->store->text = cg_zalloc(text_size(r), 1);

	b->strings = cg_zalloc(r->string_count, sizeof *b->strings);
	if (!text || !b->strings)
		return CG_NOMEM;
	for (uint32_t i = 0; i < r->string_count; i++) {
		b->strings[i] = text;
		if (r->strings[i].length)
			memcpy(text, r->strings[i].bytes, r->strings[i].length);
		text += r->strings[i].length + 1;
	}
	return CG_OK;
}

static enum cg_status
copy_command(struct cg_build *b)
{
	const struct cg_records *r = b->records;
	const char **command = cg_zalloc(r->command_count, sizeof *command);

	if (!command)
		return CG_NOMEM;
	for (uint32_t i = 0; i < r->command_count; i++)
		command[i] = b->strings[r->command[i]];
	b->store->command = command;
	b->store->info.command = command;
	b->store->info.command_count = r->command_count;
	return CG_OK;
}

/* What packing added, if the trace is an archive. */
static enum cg_status
copy_pack(struct cg_build *b)
{
	const struct cg_records *r = b->records;
	struct cg_trace_info *info = &b->store->info;
	struct cg_source_file *sources;

	if (!r->pack_count)
		return CG_OK;
	sources = b->store->sources = cg_zalloc(r->source_count, sizeof *sources);
	if (!sources)
		return CG_NOMEM;
	for (uint32_t i = 0; i < r->source_count; i++) {
		sources[i].file = b->strings[r->sources[i].file];
		sources[i].packed = (enum cg_source_state)r->sources[i].state;
		cg_sources_digest(&r->sources[i], sources[i].sha256);
	}
	info->sources = sources;
	info->source_count = r->source_count;
	info->packed_host = b->strings[r->packs->host];
	info->packed_by = b->strings[r->packs->corograph];
	return CG_OK;
}

static void
fill_info(struct cg_trace_info *info, const struct cg_build *b)
{
	const struct cg_records *r = b->records;

	info->complete = r->complete;
	info->live = r->live;
	info->killed = r->killed;
	info->python = b->strings[r->python];
	info->executable = b->strings[r->executable];
	info->platform = b->strings[r->platform];
	info->clock_wall = cg_clock_name((enum cg_clock_kind)r->clock_kind);
	info->coarse = r->clock_kind == CG_CLOCK_COARSE;
	info->clock_cpu = "thread_cputime_gap";
	info->pid = r->pid;
	info->parent_pid = r->parent_pid;
	info->parent_trace = b->strings[r->parent_trace];
	info->include = b->strings[r->include];
	info->exclude = b->strings[r->exclude];
	info->start_unix_ns = r->start.real_ns;
	if (r->end.tick > r->start.tick)
		info->elapsed_ns = cg_records_ns(r, r->end.tick - r->start.tick);
	info->lost_events = r->lost_events;
	info->takeovers = r->takeovers;
	info->stop_status = (enum cg_status)r->stop_status;
	info->folds = r->folds;
	info->forks = r->forks;
	info->builtins = r->builtins != 0;
	for (uint32_t i = 0; i < r->thread_count; i++) {
		info->dropped = cg_add(info->dropped, r->threads[i].dropped);
		info->unwound = cg_add(info->unwound, r->threads[i].unwound);
	}
}

/* What recording cost, a tick being so many nanoseconds. */
static void
fill_costs(struct cg_trace_info *info, const struct cg_records *r)
{
	static const struct cg_tick_costs none;
	const struct cg_tick_costs *ticks = &r->costs;
	const uint64_t million = 1000 * 1000;
	double each = (double)cg_records_ns(r, million) / (double)million / CG_COSTS_OF;
	const struct {
		struct cg_own_cost *to;
		struct cg_tick_cost from;
	} all[] = {
		{&info->costs.call, ticks->call},   {&info->costs.c_call, ticks->c_call},
		{&info->costs.start, ticks->start}, {&info->costs.step, ticks->step},
		{&info->costs.link, ticks->link},
	};

	info->costs_known = memcmp(ticks, &none, sizeof none) != 0;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		all[i].to->inner_ns = all[i].from.inner * each;
		all[i].to->outer_ns = all[i].from.outer * each;
	}
}

enum cg_status
cg_build_strings(struct cg_build *b)
{
	if (copy_strings(b) || copy_command(b) || copy_pack(b))
		return CG_NOMEM;
	fill_info(&b->store->info, b);
	fill_costs(&b->store->info, b->records);
	return CG_OK;
}
