/* An intrusive pairing heap: the smallest node first, no allocation, nothing that can fail.
 *
 *     root
 *      | child
 *      A <--> B <--> C        siblings by next; `previous` of the first is the parent
 *      |             |
 *      D             E
 *
 * Insert is O(1), pop and remove are O(log n) amortised. Every function takes the comparison as a
 * parameter that the compiler inlines. No function recurses: the tree may be a chain of a million
 * nodes.
 */
#ifndef OURO_BASE_HEAP_H
#define OURO_BASE_HEAP_H

#include "base/assert.h"
#include "ouro/base.h"

/* True if `left` must come before `right`. */
typedef bool heap_before(const ouro_heap_node *left, const ouro_heap_node *right);

struct heap {
    ouro_heap_node *root;
};

static inline void heap_init(struct heap *heap)
{
    heap->root = NULL;
}

/* The smallest node, or NULL. */
static inline ouro_heap_node *heap_first(const struct heap *heap)
{
    return heap->root;
}

/* Makes one tree of two: the larger root becomes the first child of the other, whose own links stay
 * as they are. */
__attribute__((always_inline)) static inline ouro_heap_node *
heap_meld(ouro_heap_node *left, ouro_heap_node *right, heap_before *before)
{
    ouro_heap_node *parent = left;
    ouro_heap_node *child = right;

    if (before(right, left)) {
        parent = right;
        child = left;
    }

    ouro_heap_node *sibling = parent->child_;

    child->next_ = sibling;
    if (sibling)
        sibling->previous_ = child;
    child->previous_ = parent;
    parent->child_ = child;
    return parent;
}

__attribute__((always_inline)) static inline void
heap_insert(struct heap *heap, ouro_heap_node *node, heap_before *before)
{
    node->child_ = NULL;
    node->next_ = NULL;
    node->previous_ = NULL;
    heap->root = heap->root ? heap_meld(heap->root, node, before) : node;
}

/* Makes one tree of a list of siblings: in pairs from the first to the last, then the pairs from
 * the last to the first. Two passes are what keeps the cost logarithmic. */
__attribute__((always_inline)) static inline ouro_heap_node *
heap_meld_siblings(ouro_heap_node *first, heap_before *before)
{
    ouro_heap_node *pairs = NULL; /* linked by next_, the last pair first */

    while (first) {
        ouro_heap_node *left = first;
        ouro_heap_node *right = left->next_;
        ouro_heap_node *pair = left;

        first = NULL;
        if (right) {
            first = right->next_;
            pair = heap_meld(left, right, before);
        }
        pair->next_ = pairs;
        pairs = pair;
    }

    ouro_heap_node *tree = pairs;

    if (!tree)
        return NULL;
    pairs = tree->next_;
    while (pairs) {
        ouro_heap_node *pair = pairs;

        pairs = pair->next_;
        tree = heap_meld(tree, pair, before);
    }
    tree->next_ = NULL;
    tree->previous_ = NULL;
    return tree;
}

/* Removes and returns the smallest node, or NULL. */
__attribute__((always_inline)) static inline ouro_heap_node *heap_pop(struct heap *heap,
                                                                      heap_before *before)
{
    ouro_heap_node *root = heap->root;

    if (root)
        heap->root = heap_meld_siblings(root->child_, before);
    return root;
}

/* Removes a node of this heap. */
__attribute__((always_inline)) static inline void
heap_remove(struct heap *heap, ouro_heap_node *node, heap_before *before)
{
    ouro_heap_node *previous = node->previous_;

    if (!previous) {
        ouro_check(heap->root == node);
        heap->root = heap_meld_siblings(node->child_, before);
        return;
    }
    if (previous->child_ == node)
        previous->child_ = node->next_;
    else
        previous->next_ = node->next_;
    if (node->next_)
        node->next_->previous_ = previous;
    if (node->child_)
        heap->root = heap_meld(heap->root, heap_meld_siblings(node->child_, before), before);
}

#endif
