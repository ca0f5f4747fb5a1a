#include "runner/cluster/process.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int cannot(const char *program, int reason, struct vib_error *err) {
    return vib_error_set(err, reason == ENOMEM ? VIB_ENOMEM : VIB_EIO, "cannot run %s: %s", program,
                         strerror(reason));
}

/* Writing into memory instead of pipes, a program cannot wait for us while we wait for it.
 * Returns 0 or an errno. */
static int spawn(pid_t *pid, const char *const *argv, int out, int said) {
    posix_spawn_file_actions_t actions;
    int reason = posix_spawn_file_actions_init(&actions);
    if (reason != 0)
        return reason;
    reason = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (reason == 0)
        reason = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (reason == 0)
        reason = posix_spawn_file_actions_adddup2(&actions, said, STDERR_FILENO);
    if (reason == 0) /* which does not write to argv: its type is older than const */
        reason = posix_spawnp(pid, argv[0], &actions, NULL, (char *const *)argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return reason;
}

/* All that was written to the file, as text; NULL with errno. */
static char *read_all(int file) {
    struct stat status;
    if (fstat(file, &status) != 0)
        return NULL;
    const size_t size = (size_t)status.st_size;
    char *text = malloc(size + 1);
    for (size_t at = 0; text != NULL && at < size;) {
        const ssize_t n = pread(file, text + at, size - at, (off_t)at);
        if (n <= 0) {
            free(text);
            return NULL;
        }
        at += (size_t)n;
    }
    if (text != NULL)
        text[size] = '\0';
    return text;
}

static int exit_status(int status) {
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Returns 0 or an errno. */
static int run(struct process *process, const char *const *argv, int out, int said) {
    pid_t pid;
    int status = 0, reason = spawn(&pid, argv, out, said);
    if (reason != 0)
        return reason;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return errno;
    process->status = exit_status(status);
    process->out = read_all(out);
    process->said = process->out != NULL ? read_all(said) : NULL;
    return process->said != NULL ? 0 : errno;
}

int process_run(struct process *process, const char *const *argv, struct vib_error *err) {
    memset(process, 0, sizeof *process);
    const int out = memfd_create("stdout", MFD_CLOEXEC);
    const int said = memfd_create("stderr", MFD_CLOEXEC);
    const int reason = out < 0 || said < 0 ? errno : run(process, argv, out, said);
    if (out >= 0)
        (void)close(out);
    if (said >= 0)
        (void)close(said);
    if (reason != 0)
        process_release(process);
    return reason != 0 ? cannot(argv[0], reason, err) : VIB_OK;
}

void process_release(struct process *process) {
    free(process->out);
    free(process->said);
    memset(process, 0, sizeof *process);
}

int process_failed(const struct process *process, const char *name, struct vib_error *err) {
    size_t end = strlen(process->said);
    while (end > 0 && process->said[end - 1] == '\n')
        end--;
    size_t from = end;
    while (from > 0 && process->said[from - 1] != '\n')
        from--;
    return vib_error_set(err, VIB_EIO, "%s failed with status %d%s%.*s", name, process->status,
                         from < end ? ": " : "", (int)(end - from), process->said + from);
}
