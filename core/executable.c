#include "core/executable.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct copy {
    const void *code;
    void *memory;
    struct copy *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards copies */
static struct copy *copies;

static void *map(const void *code, size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    memcpy(memory, code, size);
    if (mprotect(memory, size, PROT_READ | PROT_EXEC) == 0)
        return memory;
    munmap(memory, size);
    return NULL;
}

static struct copy *make(const void *code, size_t size) {
    struct copy *copy = malloc(sizeof *copy);
    if (copy == NULL)
        return NULL;
    *copy = (struct copy){.code = code, .memory = map(code, size), .next = copies};
    if (copy->memory == NULL) {
        free(copy);
        return NULL;
    }
    copies = copy;
    return copy;
}

void (*vib_executable(const void *code, size_t size))(void) {
    void (*function)(void) = NULL;
    pthread_mutex_lock(&lock);
    struct copy *copy = copies;
    while (copy != NULL && copy->code != code)
        copy = copy->next;
    if (copy == NULL)
        copy = make(code, size);
    pthread_mutex_unlock(&lock);
    if (copy != NULL) /* POSIX promises that the address of a function fits */
        memcpy(&function, &copy->memory, sizeof function);
    return function;
}
