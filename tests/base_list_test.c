/* Intrusive lists. */
#include "base/list.h"

#include "harness/test.h"

struct item {
    int number;
    ouro_link link;
};

/* Compares the list with the numbers, forwards and backwards. */
static void check_list(ouro_link *list, const int *numbers, int count)
{
    ouro_link *link = list;

    for (int i = 0; i < count; i++) {
        link = link->next_;
        CHECK(link != list);
        CHECK_INT(container_of(link, struct item, link)->number, numbers[i]);
    }
    CHECK_PTR(link->next_, list);
    for (int i = count - 1; i >= 0; i--) {
        CHECK_INT(container_of(link, struct item, link)->number, numbers[i]);
        link = link->previous_;
    }
    CHECK_PTR(link, list);
    CHECK_INT(list_is_empty(list), count == 0);
}

static void number_items(struct item *items, int count)
{
    for (int i = 0; i < count; i++)
        items[i] = (struct item) { .number = i };
}

TEST(items_keep_their_order)
{
    struct item items[4];
    ouro_link list;

    number_items(items, 4);
    list_init(&list);
    check_list(&list, NULL, 0);
    list_append(&list, &items[1].link);
    list_append(&list, &items[2].link);
    list_prepend(&list, &items[0].link);
    list_append(&list, &items[3].link);
    check_list(&list, (const int[]) { 0, 1, 2, 3 }, 4);
    CHECK_PTR(list_pop(&list), &items[0].link);
    check_list(&list, (const int[]) { 1, 2, 3 }, 3);
}

TEST(removed_item_knows_it)
{
    struct item items[3];
    ouro_link list;

    number_items(items, 3);
    list_init(&list);
    for (int i = 0; i < 3; i++) {
        CHECK(!link_is_queued(&items[i].link));
        list_append(&list, &items[i].link);
        CHECK(link_is_queued(&items[i].link));
    }
    list_remove(&items[1].link);
    CHECK(!link_is_queued(&items[1].link));
    check_list(&list, (const int[]) { 0, 2 }, 2);
    CHECK(list_pop(&list) && list_pop(&list));
    CHECK_PTR(list_pop(&list), NULL);
    check_list(&list, NULL, 0);
    list_append(&list, &items[1].link);
    check_list(&list, (const int[]) { 1 }, 1);
}

TEST(all_items_move_to_the_end_of_another_list)
{
    struct item items[4];
    ouro_link from;
    ouro_link to;

    number_items(items, 4);
    list_init(&from);
    list_init(&to);
    list_move_all(&to, &from);
    check_list(&to, NULL, 0);
    list_append(&from, &items[2].link);
    list_append(&from, &items[3].link);
    list_move_all(&to, &from);
    check_list(&from, NULL, 0);
    check_list(&to, (const int[]) { 2, 3 }, 2);
    list_append(&from, &items[0].link);
    list_append(&from, &items[1].link);
    list_move_all(&to, &from);
    check_list(&to, (const int[]) { 2, 3, 0, 1 }, 4);
    list_move_all(&to, &from);
    check_list(&to, (const int[]) { 2, 3, 0, 1 }, 4);
}

#ifndef NDEBUG
TEST(queueing_or_removing_twice_is_a_bug)
{
    struct item item = { .number = 0 };
    ouro_link list;

    list_init(&list);
    CHECK_DIES(SIGABRT, "link_is_queued(link)")
    {
        list_remove(&item.link);
    }
    list_append(&list, &item.link);
    CHECK_DIES(SIGABRT, "!link_is_queued(link)")
    {
        list_append(&list, &item.link);
    }
}
#endif
