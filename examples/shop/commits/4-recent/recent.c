#include "recent.h"

#include "products.h"

/* The first views fill the ring, so it is warm before it is asked. */
#define WARM (17u * RECENT_COUNT)

const struct product *recent_view(struct recent *recent,
				  const struct product *product)
{
	unsigned slot = recent->next % RECENT_COUNT;
	unsigned before = slot ? slot - 1 : RECENT_COUNT;

	recent->ring[slot] = product;
	if (recent->next++ < WARM)
		return product;
	return before < RECENT_COUNT ? recent->ring[before] : 0;
}
