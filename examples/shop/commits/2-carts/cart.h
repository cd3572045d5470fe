/* What a customer is about to buy. */
#ifndef CART_H
#define CART_H

#define CART_LINES 16

struct cart {
	int items[CART_LINES];
	int pieces[CART_LINES];
	int lines;
};

/* Adds pieces of an item. -1 when it cannot be: no such product, no sane
 * number, or a full cart. */
int cart_add(struct cart *cart, int item, int pieces);
/* All pieces of all lines. */
int cart_pieces(const struct cart *cart);
/* Cents. From 100.00 on, 5 % are given back, rounded for the customer. */
int cart_total(const struct cart *cart);
/* Reads {"item": N} or {"item": N, "pieces": M}; 0 on success. */
int cart_parse(const char *json, int *item, int *pieces);

#endif
