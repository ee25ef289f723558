// SPDX-License-Identifier: GPL-2.0-only
/*
 * Debian 13's libelf.a (elfutils 0.192) calls two functions of elfutils' own
 * libeu, which no package ships: a static link fails without them. They set up
 * and tear down the index of elf_getdata_rawchunk(), which nothing here calls,
 * so there is nothing to do in either. Weak: a libelf.a that has them wins.
 */

void eu_search_tree_init(void *tree);
void eu_search_tree_fini(void *tree, void (*free_node)(void *));

__attribute__((weak)) void eu_search_tree_init(void *tree)
{
	(void)tree;
}

__attribute__((weak)) void eu_search_tree_fini(void *tree, void (*free_node)(void *))
{
	(void)tree;
	(void)free_node;
}
