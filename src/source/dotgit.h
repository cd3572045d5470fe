/* SPDX-License-Identifier: MIT */
/* Where a repository is, told by its place alone: to set libgit2 up takes
 * longer than all else that a rollback does before it acts. */
#ifndef SIGNALBOX_SOURCE_DOTGIT_H
#define SIGNALBOX_SOURCE_DOTGIT_H

/* The folder, `folder` or the nearest one above, whose .git libgit2 and git
 * would plainly find; absolute, owned by the caller. NULL wherever it takes
 * more to tell: no repository, a bare one, a linked work tree, another
 * person's, another disk. */
char *dotgit_find(const char *folder);

#endif
