/* SPDX-License-Identifier: MIT */
#include "delivery/target/target.h"

#include "base/memory.h"

static const struct target_ops *const kinds[] = {
	&target_process,
	&target_container,
	&target_exec,
};

const struct target_ops *target_ops_of(const struct environment_config *config)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i]->serves(config))
			return kinds[i];
	BUG("%s has a target of no known kind", config->name);
}
