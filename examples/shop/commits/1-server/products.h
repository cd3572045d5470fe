/* What the shop sells. Prices are cents. */
#ifndef PRODUCTS_H
#define PRODUCTS_H

#define PRODUCT_COUNT 20

struct product {
	int id;
	const char *name;
	int price;
};

/* NULL when there is no such product. */
const struct product *product_find(int id);

#endif
