/* Removing a folder with all that is in it. */
#ifndef OURO_SYS_TREE_H
#define OURO_SYS_TREE_H

/* Removes what the path names: a folder with everything in it, however deep, or a single file. What
 * a symbolic link stands for stays. Goes on after an entry that cannot be removed. Blocks.
 * Returns 0 or the first error. Threads: any. */
int ouro__tree_remove(const char *path);

#endif
