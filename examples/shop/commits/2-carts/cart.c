#include "cart.h"

#include <stdlib.h>
#include <string.h>

#include "products.h"

int cart_add(struct cart *cart, int item, int pieces)
{
	if (!product_find(item) || pieces < 1)
		return -1;
	for (int i = 0; i < cart->lines; i++) {
		if (cart->items[i] != item)
			continue;
		cart->pieces[i] += pieces;
		return 0;
	}
	if (cart->lines == CART_LINES)
		return -1;
	cart->items[cart->lines] = item;
	cart->pieces[cart->lines++] = pieces;
	return 0;
}

int cart_pieces(const struct cart *cart)
{
	int pieces = 0;

	for (int i = 0; i < cart->lines; i++)
		pieces += cart->pieces[i];
	return pieces;
}

int cart_total(const struct cart *cart)
{
	int total = 0;

	for (int i = 0; i < cart->lines; i++)
		total += product_find(cart->items[i])->price * cart->pieces[i];
	if (total >= 10000)
		total -= (total + 19) / 20;
	return total;
}

static int number_after(const char *json, const char *key, int *number)
{
	const char *at = strstr(json, key);

	if (!at)
		return -1;
	at = strchr(at, ':');
	if (!at)
		return -1;
	*number = atoi(at + 1);
	return 0;
}

int cart_parse(const char *json, int *item, int *pieces)
{
	*pieces = 1;
	number_after(json, "\"pieces\"", pieces);
	return number_after(json, "\"item\"", item);
}
