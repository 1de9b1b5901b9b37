/*
 * Fuzz target: any bytes as a trace, all the way to the JSON report. Checksums would stop
 * nearly every mutation at the door, so the bytes are read twice: as they are, and with
 * every checksum put right.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "corograph.h"
#include "trace/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
count(void *arg, const char *text, size_t n)
{
	(void)text;
	*(size_t *)arg += n;
	return true;
}

static void
read_all(int fd, const uint8_t *data, size_t size)
{
	struct cg_graph *graph;
	struct cg_error error;
	char path[64];
	size_t written = 0;

	if (ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	cg_trace_verify(path, NULL, &error);
	for (unsigned flags = 0; flags <= CG_OPEN_SALVAGE; flags++) {
		if (cg_graph_open(&graph, path, flags, &error))
			continue;
		if (cg_graph_write_json(graph, count, &written) || !written)
			abort();
		cg_graph_free(graph);
	}
}

static void
put_crc(uint8_t *at, const uint8_t *from, size_t n)
{
	uint32_t crc = (uint32_t)crc32(0, from, (uInt)n);

	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(crc >> (8 * i));
}

static void
repair(uint8_t *data, size_t size)
{
	size_t at = CG_TRACE_HEADER_SIZE;

	if (size < at)
		return;
	memcpy(data, CG_TRACE_MAGIC, CG_TRACE_MAGIC_SIZE);
	put_crc(data + at - 4, data, at - 4);
	while (size - at >= CG_TRACE_CHUNK_SIZE) {
		uint8_t *head = data + at, *payload = head + CG_TRACE_CHUNK_SIZE;
		size_t stored = head[16] | head[17] << 8 | (size_t)head[18] << 16;

		if (stored > size - at - CG_TRACE_CHUNK_SIZE)
			return;
		put_crc(head + 20, payload, stored);
		put_crc(head + 24, head, 24);
		at += CG_TRACE_CHUNK_SIZE + stored;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	uint8_t *copy = malloc(size ? size : 1);

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (fd < 0 || !copy)
		abort();
	memcpy(copy, data, size);
	read_all(fd, copy, size);
	repair(copy, size);
	read_all(fd, copy, size);
	free(copy);
	return 0;
}
