/* Two digits that matter are enough for a sentence. */
#include "human.h"

#include <stdio.h>
#include <string.h>

char *
cg_human_count(char out[CG_HUMAN_MAX], uint64_t count)
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)count);
	char *to = out;

	for (int i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			*to++ = ' ';
		*to++ = digits[i];
	}
	*to = '\0';
	return out;
}

/* Scale a value by steps until it is written in less than a step; one decimal below ten. */
static char *
scaled(char out[CG_HUMAN_MAX], double value, double step, const char *const *units)
{
	while (value >= step - 0.5 && units[1]) {
		value /= step;
		units++;
	}
	snprintf(out, CG_HUMAN_MAX, "%.*f %s", value < 9.95 ? 1 : 0, value, *units);
	return out;
}

char *
cg_human_time(char out[CG_HUMAN_MAX], uint64_t ns)
{
	static const char *const units[] = {"ns", "us", "ms", "s", NULL};

	if (ns < 1000)
		snprintf(out, CG_HUMAN_MAX, "%llu ns", (unsigned long long)ns);
	else
		scaled(out, (double)ns, 1000.0, units);
	return out;
}

char *
cg_human_size(char out[CG_HUMAN_MAX], uint64_t bytes)
{
	static const char *const units[] = {"bytes", "KB", "MB", "GB", NULL};

	if (bytes < 1024)
		snprintf(out, CG_HUMAN_MAX, "%llu bytes", (unsigned long long)bytes);
	else
		scaled(out, (double)bytes, 1024.0, units);
	return out;
}
