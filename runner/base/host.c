#include "runner/base/host.h"
#include "runner/base/host_internal.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MACHINE_SIZE = 33 }; /* of its number as hexadecimal digits */

static const char unknown[] = "-"; /* in place of it */

/* The beginning of a small file as text; false when it cannot be read. */
static bool read_text(const char *path, char *text, size_t size) {
    FILE *stream = fopen(path, "re");
    if (stream == NULL)
        return false;
    const size_t n = fread(text, 1, size - 1, stream);
    const bool read = !ferror(stream);
    text[n] = '\0';
    (void)fclose(stream); /* read only */
    return read;
}

bool host_parse_stat(const char *text, char *state, int64_t *start) {
    /* The command's name, field 2 in parentheses, may itself hold blanks and parentheses. */
    const char *after = strrchr(text, ')');
    long long ticks;
    if (after == NULL ||
        sscanf(after + 1,
               " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lld",
               state, &ticks) != 2)
        return false;
    *start = ticks;
    return true;
}

static bool read_stat(int64_t pid, char *state, int64_t *start) {
    char path[64], text[1024];
    (void)snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
    return read_text(path, text, sizeof text) && host_parse_stat(text, state, start);
}

void host_parse_cpu(const char *text, char *cpu, size_t size) {
    const char *line = strstr(text, "model name");
    const char *value = line != NULL ? strchr(line, ':') : NULL;
    *cpu = '\0';
    if (value == NULL)
        return;
    do
        value++;
    while (*value == ' ' || *value == '\t');
    (void)snprintf(cpu, size, "%.*s", (int)strcspn(value, "\n"), value);
}

/* The first word of a small file under `root`; false when there is none. */
static bool read_word(const char *root, const char *path, char *word, size_t size) {
    char name[PATH_MAX];
    const int length = snprintf(name, sizeof name, "%s%s", root, path);
    if (length < 0 || (size_t)length >= sizeof name || !read_text(name, word, size))
        return false;
    word[strcspn(word, " \n")] = '\0';
    return *word != '\0';
}

/* A number of the machine for this program alone: machine-id(5) asks to keep the id itself from
 * others, and databases are given away. */
static void find_machine(const char *root, char machine[MACHINE_SIZE]) {
    static const unsigned char purpose[] = "vib-sweep";
    char id[128];
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    (void)snprintf(machine, MACHINE_SIZE, "%s", unknown);
    if (!read_word(root, "/etc/machine-id", id, sizeof id) || strcmp(id, "uninitialized") == 0 ||
        HMAC(EVP_sha256(), id, (int)strlen(id), purpose, sizeof purpose - 1, sum, &size) == NULL ||
        size < MACHINE_SIZE / 2)
        return;
    for (size_t i = 0; i < MACHINE_SIZE / 2; i++)
        (void)snprintf(machine + 2 * i, MACHINE_SIZE - 2 * i, "%02x", sum[i]);
}

void host_find_identity(const char *root, char *identity, size_t size) {
    char machine[MACHINE_SIZE], boot[64], space[64], path[PATH_MAX];
    *identity = '\0';
    find_machine(root, machine);
    const int path_length = snprintf(path, sizeof path, "%s/proc/self/ns/pid", root);
    if (path_length < 0 || (size_t)path_length >= sizeof path ||
        !read_word(root, "/proc/sys/kernel/random/boot_id", boot, sizeof boot))
        return;
    const ssize_t n = readlink(path, space, sizeof space - 1);
    if (n <= 0)
        return;
    space[n] = '\0';
    const int length = snprintf(identity, size, "%s %s %s", machine, boot, space);
    if (length < 0 || (size_t)length >= size)
        *identity = '\0';
}

/* The three words of an identity. */
struct identity {
    char machine[256], boot[256], space[256];
};

static bool split_identity(const char *text, struct identity *identity) {
    return sscanf(text, "%255s %255s %255s", identity->machine, identity->boot, identity->space) ==
           3;
}

void host_init(struct host *host) {
    char text[4096], state;
    memset(host, 0, sizeof *host);
    if (gethostname(host->name, sizeof host->name - 1) != 0)
        host->name[0] = '\0';
    host_find_identity("", host->identity, sizeof host->identity);
    if (read_text("/proc/cpuinfo", text, sizeof text))
        host_parse_cpu(text, host->cpu, sizeof host->cpu);
    host->pid = getpid();
    if (!read_stat(host->pid, &state, &host->start))
        host->start = 0;
}

bool host_is_here(const struct host *self, const char *identity) {
    struct identity here, there;
    return split_identity(self->identity, &here) && split_identity(identity, &there) &&
           strcmp(here.boot, there.boot) == 0;
}

int host_process_alive(const struct host *self, const char *identity, int64_t pid, int64_t start) {
    char state;
    int64_t found;
    struct identity here, there;
    if (!split_identity(self->identity, &here) || !split_identity(identity, &there))
        return -1;
    if (strcmp(here.boot, there.boot) != 0)
        /* No process outlives its kernel. */
        return strcmp(here.machine, there.machine) == 0 && strcmp(here.machine, unknown) != 0 ? 0
                                                                                              : -1;
    if (strcmp(here.space, there.space) != 0)
        return -1;
    if (pid <= 0 || (int64_t)(pid_t)pid != pid)
        return 0;
    if (!read_stat(pid, &state, &found))
        /* Gone, or hidden from us (mount option hidepid). */
        return kill((pid_t)pid, 0) == 0 || errno != ESRCH;
    if (state == 'Z' || state == 'X')
        return 0;
    return start == 0 || found == start;
}

/* Processors in this thread's affinity mask; 0 when it cannot be told. */
static size_t affinity(void) {
    enum { MOST = 1 << 20 };
    for (int processors = 1024; processors <= MOST; processors *= 2) {
        cpu_set_t *set = CPU_ALLOC((size_t)processors);
        const size_t bytes = CPU_ALLOC_SIZE((size_t)processors);
        if (set == NULL)
            return 0;
        const int rc = sched_getaffinity(0, bytes, set);
        const int reason = rc != 0 ? errno : 0;
        const int count = rc == 0 ? CPU_COUNT_S(bytes, set) : 0;
        CPU_FREE(set);
        /* EINVAL: the kernel's mask is larger than ours. */
        if (rc == 0 || reason != EINVAL)
            return (size_t)count;
    }
    return 0;
}

size_t host_processors(void) {
    size_t processors = affinity();
    if (processors == 0) {
        const long online = sysconf(_SC_NPROCESSORS_ONLN);
        processors = online > 0 ? (size_t)online : 1;
    }
    return host_cgroup_processors("", processors);
}
