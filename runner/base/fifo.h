/* A queue, first in, first out, linked through its items: memory of the caller's with a struct
 * fifo_item in it, so nothing is allocated and nothing can fail. An item is in one queue at most.
 * Thread rule: one thread at a time. */
#ifndef RUNNER_BASE_FIFO_H
#define RUNNER_BASE_FIFO_H

struct fifo_item {
    struct fifo_item *next; /* NULL in the last one; undefined outside a queue */
};

/* Zeros are an empty queue. */
struct fifo {
    struct fifo_item *first, *last; /* last is undefined while first is NULL */
};

void fifo_push(struct fifo *fifo, struct fifo_item *item);

/* Takes the first item out; NULL when the queue is empty. */
struct fifo_item *fifo_pop(struct fifo *fifo);

#endif
