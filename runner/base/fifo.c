#include "runner/base/fifo.h"

#include <stddef.h>

void fifo_push(struct fifo *fifo, struct fifo_item *item) {
    item->next = NULL;
    if (fifo->first == NULL)
        fifo->first = item;
    else
        fifo->last->next = item;
    fifo->last = item;
}

struct fifo_item *fifo_pop(struct fifo *fifo) {
    struct fifo_item *item = fifo->first;
    if (item != NULL)
        fifo->first = item->next;
    return item;
}
