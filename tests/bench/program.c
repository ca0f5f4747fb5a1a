#include "tests/bench/program.h"

#include "runner/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct cost {
    double elapsed_s, memory_mb;
};

/* A folder of our own for configuration and database. */
struct folder {
    char path[256], config[300], database[300];
};

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw) {
    (void)status;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void remove_folder(const struct folder *folder) {
    enum { DESCRIPTORS = 8 };
    if (nftw(folder->path, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS) != 0)
        fprintf(stderr, "bench: cannot remove %s\n", folder->path);
}

static bool write_text(const char *path, const char *text) {
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return false;
    const bool written = fputs(text, out) != EOF;
    return fclose(out) == 0 && written;
}

static int open_folder(struct folder *folder, const char *config, struct vib_error *err) {
    const char *parent = getenv("TMPDIR");
    int length = snprintf(folder->path, sizeof folder->path, "%s/vib-bench-XXXXXX",
                          parent != NULL && *parent != '\0' ? parent : "/tmp");
    if (length < 0 || (size_t)length >= sizeof folder->path || mkdtemp(folder->path) == NULL)
        return vib_error_set(err, VIB_ECREATE, "cannot make a folder in $TMPDIR or /tmp");
    snprintf(folder->config, sizeof folder->config, "%s/bench.yaml", folder->path);
    snprintf(folder->database, sizeof folder->database, "%s/bench.db", folder->path);
    if (write_text(folder->config, config))
        return VIB_OK;
    remove_folder(folder);
    return vib_error_set(err, VIB_EIO, "cannot write %s", folder->config);
}

/* Starts the program with its stdout, a table, thrown away. */
static int start_program(char *const argv[], pid_t *process, struct vib_error *err) {
    posix_spawn_file_actions_t actions;
    int rc = posix_spawn_file_actions_init(&actions);
    if (rc == 0) {
        rc = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        if (rc == 0)
            rc = posix_spawn(process, argv[0], &actions, NULL, argv, environ);
        (void)posix_spawn_file_actions_destroy(&actions); /* nothing to lose */
    }
    return rc == 0 ? VIB_OK
                   : vib_error_set(err, VIB_EIO, "cannot run %s: %s", argv[0], strerror(rc));
}

static int run_program(char *program, struct folder *folder, size_t threads, struct cost *cost,
                       struct vib_error *err) {
    char jobs[32], quiet[] = "-q", j[] = "-j", db[] = "--db";
    char *const argv[] = {program, folder->config, quiet, j, jobs, db, folder->database, NULL};
    struct rusage usage;
    int status;
    pid_t process, ended;
    snprintf(jobs, sizeof jobs, "%zu", threads);
    const double start = clock_s();
    int rc = start_program(argv, &process, err);
    if (rc != VIB_OK)
        return rc;
    do
        ended = wait4(process, &status, 0, &usage);
    while (ended < 0 && errno == EINTR);
    if (ended != process || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return vib_error_set(err, VIB_EINVAL, "%s did not succeed", program);
    cost->elapsed_s = clock_s() - start;
    cost->memory_mb = (double)usage.ru_maxrss * 1024e-6; /* Linux counts KiB */
    return VIB_OK;
}

int program_memory(char *program, size_t threads, double *mb, struct vib_error *err) {
    struct folder folder;
    struct cost cost = {0};
    char config[256];
    snprintf(config, sizeof config,
             "dataset: {name: mnist}\ntrain: {epochs: 1}\nK: 256\n"
             "grid: {seed: {range: {from: 1, to: %zu, step: 1}}}\n",
             threads);
    int rc = open_folder(&folder, config, err);
    if (rc != VIB_OK)
        return rc;
    rc = run_program(program, &folder, threads, &cost, err);
    *mb = cost.memory_mb;
    remove_folder(&folder);
    return rc;
}

int program_overhead(char *null_program, size_t threads, struct program_overhead *overhead,
                     struct vib_error *err) {
    struct folder folder;
    struct cost cost = {0};
    char config[256];
    snprintf(config, sizeof config,
             "dataset: {name: mixture, dim: 2, classes: 2, n_train: 100, n_test: 100}\n"
             "train: {epochs: 1}\ngrid: {seed: {range: {from: 1, to: %d, step: 1}}}\n",
             OVERHEAD_JOBS);
    int rc = open_folder(&folder, config, err);
    if (rc != VIB_OK)
        return rc;
    rc = run_program(null_program, &folder, threads, &cost, err);
    overhead->sweep_s = cost.elapsed_s;
    if (rc == VIB_OK)
        rc = run_program(null_program, &folder, threads, &cost, err);
    overhead->resume_s = cost.elapsed_s;
    remove_folder(&folder);
    return rc;
}
