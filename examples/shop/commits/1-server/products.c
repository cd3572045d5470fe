#include "products.h"

#include <stddef.h>

static const struct product products[PRODUCT_COUNT] = {
	{1, "lamp", 2900},	{2, "chair", 8900},   {3, "table", 24900},
	{4, "shelf", 12900},	{5, "clock", 3900},   {6, "mug", 900},
	{7, "plate", 1200},	{8, "bowl", 1100},    {9, "knife", 4900},
	{10, "board", 2400},	{11, "kettle", 5900}, {12, "pan", 6900},
	{13, "towel", 1400},	{14, "rug", 15900},   {15, "pillow", 2900},
	{16, "blanket", 4900},	{17, "mirror", 7900}, {18, "vase", 3400},
	{19, "candle", 700},	{20, "basket", 1900},
};

const struct product *product_find(int id)
{
	return id >= 1 && id <= PRODUCT_COUNT ? &products[id - 1] : NULL;
}
