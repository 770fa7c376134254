/* Latencies of several client processes in one shared run of memory, and the line both sides of a comparison print. */
#ifndef BENCH_SAMPLES_H
#define BENCH_SAMPLES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define SAMPLES 200000

struct samples {
	uint32_t n; /* all that were done; the first SAMPLES are kept */
	uint32_t us[SAMPLES];
};

/* Shared with children forked later. */
static inline struct samples *samples_new(void)
{
	return mmap(NULL, sizeof(struct samples), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static inline int64_t micros(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static inline void sample_since(struct samples *s, int64_t began)
{
	uint32_t at = __atomic_fetch_add(&s->n, 1, __ATOMIC_RELAXED);

	if (at < SAMPLES)
		s->us[at] = (uint32_t)(micros() - began);
}

static inline int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Prints: a second, p50 and p99 in milliseconds; answers the exit status. */
static inline int samples_print(struct samples *s, double seconds)
{
	uint32_t n = s->n < SAMPLES ? s->n : SAMPLES;

	if (!n)
		return 1;
	qsort(s->us, n, sizeof *s->us, ascending);
	printf("%.0f %.2f %.2f\n", s->n / seconds, s->us[n / 2] / 1000.0, s->us[n * 99ull / 100] / 1000.0);
	return 0;
}

#endif
