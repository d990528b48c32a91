/* Words: counting them, “é”. */

#ifndef COUNTER_H
#define COUNTER_H
#include <stdio.h>
#include "words/list.h"

/** The most kept. */
#define LIMIT 10
#define SQUARE(x) ((x) * (x))

/// Counts.
typedef struct counter {
    int total; /* so far */
    struct node *first;
} counter_t;

typedef struct { int x, y; } point;
typedef int (*callback)(int, char *);

union bits { int a; float b; };
enum colour { RED, GREEN };
struct node;

/**
 * @brief Makes one.
 *
 * @param name Its name.
 */
counter_t *counter_new(const char *name);

static int total = 0;
const char *names[] = {"é", "b"};
extern int outside;

static inline int
add(counter_t *c, int n)
{
    int local = 1;
    c->total += SQUARE(n) + local;
    helper(c->first);
    return c->run(3);
}

char **split(char *text) { return NULL; }

TEST(Counter, Adds) {
    ASSERT_EQ(add(counter_new("é"), 1), 1);
}
#endif
