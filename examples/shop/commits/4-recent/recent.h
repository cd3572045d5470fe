/* The products that were looked at last, by all customers. */
#ifndef RECENT_H
#define RECENT_H

#define RECENT_COUNT 15

struct recent {
	const struct product *ring[RECENT_COUNT];
	unsigned next; /* counts for ever */
};

/* Remembers the product and returns the one looked at before it; NULL while
 * nothing was. */
const struct product *recent_view(struct recent *recent,
				  const struct product *product);

#endif
