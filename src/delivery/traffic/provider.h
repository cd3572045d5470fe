/* SPDX-License-Identifier: MIT */
/* What a traffic provider implements: for those in traffic/, and for fakes. */
#ifndef SIGNALBOX_DELIVERY_TRAFFIC_PROVIDER_H
#define SIGNALBOX_DELIVERY_TRAFFIC_PROVIDER_H

#include "delivery/traffic/traffic.h"

/* Every member is required but those that may be NULL; each promises what its
 * namesake in traffic.h does. A provider's own struct begins with a struct
 * traffic. */
struct traffic_ops {
	const char *name; /* the key below `traffic:` */
	/* NULL for a fake, as is lock_path. */
	bool (*serves)(const struct environment_config *environment);
	struct traffic *(*open)(const struct traffic_options *options,
				struct error *err);
	void (*close)(struct traffic *traffic);
	void (*ensure)(struct traffic *traffic, struct traffic_split initial,
		       traffic_done *done, void *data);
	void (*inspect)(struct traffic *traffic, traffic_known *done,
			void *data);
	struct traffic_capabilities (*capabilities)(
		const struct traffic *traffic);
	void (*set)(struct traffic *traffic,
		    const struct traffic_change *change, traffic_shifted *done,
		    void *data);
	void (*sample)(struct traffic *traffic, traffic_sampled *done,
		       void *data);
	void (*mark)(struct traffic *traffic);
	/* NULL: it does not time single requests. */
	void (*slower)(const struct traffic *traffic, enum colour colour,
		       double ms, int64_t *timed, int64_t *slow);
	int64_t (*last_begun_us)(const struct traffic *traffic,
				 enum colour colour);
	void (*settle)(struct traffic *traffic, traffic_done *done, void *data);
	void (*cut)(struct traffic *traffic, enum colour colour,
		    traffic_done *done, void *data);
	void (*stop)(struct traffic *traffic, traffic_done *done, void *data);
	/* NULL: the capability `preview` is false. */
	void (*preview)(struct traffic *traffic, int colour, traffic_done *done,
			void *data);
	/* NULL: it has no say in single instances; such a strategy is
	 * refused. */
	void (*drain)(struct traffic *traffic,
		      const struct traffic_drain *drain, traffic_done *done,
		      void *data);
	/* NULL: it cannot happen. */
	bool (*is_lost)(const struct traffic *traffic);
	/* The path of the file that locks this environment's proxy; the
	 * caller's. */
	char *(*lock_path)(const struct environment_config *environment,
			   struct error *err);
};

struct traffic {
	const struct traffic_ops *ops;
	struct traffic_options options; /* folder is a copy */
};

/* To whoever opened it, if they want notes. */
void traffic_note(const struct traffic *traffic, const char *format, ...)
	PRINTF_LIKE(2, 3);

extern const struct traffic_ops traffic_haproxy, traffic_nginx, traffic_exec;

#endif
