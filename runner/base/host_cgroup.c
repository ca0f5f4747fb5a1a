/* The limits of this process's control group. /proc/self/cgroup names the group, in
 * /proc/self/mountinfo stands where its hierarchy is mounted; a limit of any group from there up to
 * the mount counts. See proc(5), cgroups(7) and the kernel's cgroup-v1/cgroup-v2 documents. */
#include "runner/base/host_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 4096 };

/* What a controller, "cpu" or "memory", leaves a group, whose files are in `folder` below `root`;
 * infinite without a limit ("max", -1). */
struct limit {
    const char *controller;
    double (*of_group)(const char *root, const char *folder, bool v2);
};

struct cgroup_mount {
    bool v2;
    char root[PATH_BYTES];  /* the group that is mounted */
    char point[PATH_BYTES]; /* where */
};

/* Whether a comma-separated list has the word. */
static bool has_word(const char *list, const char *word) {
    const size_t length = strlen(word);
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    }
    return false;
}

/* True when a line of mountinfo is a hierarchy that the controller can be of. */
static bool parse_mount(const char *line, const char *controller, struct cgroup_mount *mount) {
    char type[32], options[256];
    const char *rest = strstr(line, " - ");
    if (rest == NULL || sscanf(rest, " - %31s %*s %255s", type, options) != 2 ||
        sscanf(line, "%*s %*s %*s %4095s %4095s", mount->root, mount->point) != 2)
        return false;
    mount->v2 = strcmp(type, "cgroup2") == 0;
    return mount->v2 || (strcmp(type, "cgroup") == 0 && has_word(options, controller));
}

/* The group in a line "id:controllers:path", cut at its line end, if it is of the hierarchy. */
static const char *parse_group(char *line, bool v2, const char *controller) {
    char *controllers = strchr(line, ':');
    char *path = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
    if (path == NULL)
        return NULL;
    *controllers++ = *path++ = '\0';
    path[strcspn(path, "\n")] = '\0';
    const bool same = v2 ? *controllers == '\0' : has_word(controllers, controller);
    return same ? path : NULL;
}

static FILE *open_under(const char *root, const char *path) {
    char name[2 * PATH_BYTES];
    const int length = snprintf(name, sizeof name, "%s%s", root, path);
    return length > 0 && (size_t)length < sizeof name ? fopen(name, "re") : NULL;
}

/* Where the own group's files are, below `root`; "" when it has none there. */
static void find_group(const char *root, const struct cgroup_mount *mount, const char *controller,
                       char *folder, size_t size) {
    FILE *stream = open_under(root, "/proc/self/cgroup");
    char *line = NULL;
    size_t capacity = 0;
    const char *group = NULL;
    *folder = '\0';
    if (stream == NULL)
        return;
    while (group == NULL && getline(&line, &capacity, stream) > 0)
        group = parse_group(line, mount->v2, controller);
    if (group != NULL) {
        /* Seen from a container the mounted root can be the group itself, or above what is named.
         */
        const size_t above = strcmp(mount->root, "/") == 0 ? 0 : strlen(mount->root);
        const bool below = strncmp(group, mount->root, above) == 0 && strstr(group, "/..") == NULL;
        const int length = snprintf(folder, size, "%s%s", mount->point, below ? group + above : "");
        if (length < 0 || (size_t)length >= size)
            *folder = '\0';
    }
    free(line);
    (void)fclose(stream); /* read only */
}

/* The two numbers of a file "A B"; a missing or different one gives fewer. */
static int read_numbers(const char *root, const char *folder, const char *file, double *a,
                        double *b) {
    char name[PATH_BYTES + 32];
    FILE *stream = NULL;
    int n = 0;
    if (snprintf(name, sizeof name, "%s/%s", folder, file) < (int)sizeof name)
        stream = open_under(root, name);
    if (stream != NULL) {
        n = fscanf(stream, "%lf %lf", a, b);
        (void)fclose(stream); /* read only */
    }
    return n;
}

/* Processors' worth of time. */
static double group_quota(const char *root, const char *folder, bool v2) {
    double quota = -1, period = 0, none;
    if (v2) {
        if (read_numbers(root, folder, "cpu.max", &quota, &period) != 2)
            return HUGE_VAL;
    } else if (read_numbers(root, folder, "cpu.cfs_quota_us", &quota, &none) != 1 ||
               read_numbers(root, folder, "cpu.cfs_period_us", &period, &none) != 1)
        return HUGE_VAL;
    return quota > 0 && period > 0 ? quota / period : HUGE_VAL;
}

/* The sum of the lines "NAME number" of memory.stat that are cached files, which make room. */
static double cached(const char *root, const char *folder, bool v2) {
    static const char *const names[2][2] = {{"total_active_file", "total_inactive_file"},
                                            {"active_file", "inactive_file"}};
    char name[PATH_BYTES + 32], line[128];
    FILE *stream = NULL;
    double sum = 0.0;
    if (snprintf(name, sizeof name, "%s/memory.stat", folder) < (int)sizeof name)
        stream = open_under(root, name);
    while (stream != NULL && fgets(line, sizeof line, stream) != NULL)
        for (int i = 0; i < 2; i++) {
            const size_t length = strlen(names[v2][i]);
            if (strncmp(line, names[v2][i], length) == 0 && line[length] == ' ')
                sum += strtod(line + length, NULL);
        }
    if (stream != NULL)
        (void)fclose(stream); /* read only */
    return sum;
}

/* Bytes that the group may still take. */
static double group_room(const char *root, const char *folder, bool v2) {
    double limit = -1, used = 0, none;
    if (read_numbers(root, folder, v2 ? "memory.max" : "memory.limit_in_bytes", &limit, &none) !=
            1 ||
        read_numbers(root, folder, v2 ? "memory.current" : "memory.usage_in_bytes", &used, &none) !=
            1)
        return HUGE_VAL;
    return limit > 0 ? fmax(0.0, limit - used + cached(root, folder, v2)) : HUGE_VAL;
}

/* The least on the way from the own group up to the mount. */
static double least_of_groups(const char *root, const struct cgroup_mount *mount,
                              const struct limit *limit) {
    char folder[2 * PATH_BYTES];
    double least = HUGE_VAL;
    find_group(root, mount, limit->controller, folder, sizeof folder);
    for (size_t length = strlen(folder); length >= strlen(mount->point); length--) {
        if (length == 0)
            break;
        if (folder[length] != '\0' && folder[length] != '/')
            continue;
        folder[length] = '\0';
        least = fmin(least, limit->of_group(root, folder, mount->v2));
    }
    return least;
}

static double least_of_mounts(const char *root, const struct limit *limit) {
    FILE *stream = open_under(root, "/proc/self/mountinfo");
    struct cgroup_mount *mount = malloc(sizeof *mount);
    char *line = NULL;
    size_t capacity = 0;
    double least = HUGE_VAL;
    if (stream != NULL && mount != NULL)
        while (getline(&line, &capacity, stream) > 0)
            if (parse_mount(line, limit->controller, mount))
                least = fmin(least, least_of_groups(root, mount, limit));
    if (stream != NULL)
        (void)fclose(stream); /* read only */
    free(line);
    free(mount);
    return least;
}

size_t host_cgroup_processors(const char *root, size_t processors) {
    static const struct limit cpu = {"cpu", group_quota};
    const double quota = least_of_mounts(root, &cpu);
    return quota < (double)processors ? (size_t)fmax(ceil(quota), 1) : processors;
}

double host_cgroup_memory(const char *root) {
    static const struct limit memory = {"memory", group_room};
    return least_of_mounts(root, &memory);
}
