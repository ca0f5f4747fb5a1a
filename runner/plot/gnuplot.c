#include "runner/plot/gnuplot.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* The last line of text that is not blank, without the blanks around it; changes the text. */
static const char *last_line(char *text) {
    char *end = text + strlen(text);
    while (end > text && strchr(" \t\r\n", end[-1]) != NULL)
        *--end = '\0';
    char *line = strrchr(text, '\n');
    line = line == NULL ? text : line + 1;
    return line + strspn(line, " \t");
}

static int explain(int status, FILE *words, struct vib_error *err) {
    char text[4096];
    /* Its end is where the reason stands. */
    if (fseek(words, -(long)sizeof text + 1, SEEK_END) != 0)
        rewind(words);
    text[fread(text, 1, sizeof text - 1, words)] = '\0';
    if (WIFSIGNALED(status))
        return vib_error_set(err, VIB_EIO, "gnuplot died of signal %d", WTERMSIG(status));
    return vib_error_set(err, VIB_EIO, "gnuplot failed: %.400s", last_line(text));
}

/* Files rather than pipes: nobody has to read and write at once, and none can break. fds are what
 * the child's descriptors 0, 1 and 2 are to be. */
static int spawn(pid_t *pid, const int fds[3]) {
    char *const argv[] = {(char[]){"gnuplot"}, (char[]){"-d"}, (char[]){"-"}, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults; /* it would take no notice of a write that fails */
    (void)sigemptyset(&defaults);
    (void)sigaddset(&defaults, SIGXFSZ);
    int reason = posix_spawn_file_actions_init(&actions);
    if (reason != 0)
        return reason;
    if ((reason = posix_spawnattr_init(&attributes)) != 0) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return reason;
    }
    if ((reason = posix_spawnattr_setsigdefault(&attributes, &defaults)) == 0)
        reason = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    for (int i = 0; i < 3 && reason == 0; i++)
        reason = posix_spawn_file_actions_adddup2(&actions, fds[i], i);
    /* It names a terminal that gnuplot starts with, or dies of where it lacks that one. */
    if (reason == 0 && unsetenv("GNUTERM") != 0)
        reason = errno;
    if (reason == 0)
        reason = posix_spawnp(pid, argv[0], &actions, &attributes, argv, environ);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return reason;
}

static int wait_for(pid_t pid, int *status) {
    while (waitpid(pid, status, 0) < 0)
        if (errno != EINTR)
            return errno;
    return 0;
}

FILE *gnuplot_file(void) {
    const int fd = memfd_create("gnuplot", MFD_CLOEXEC);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w+b");
    if (file == NULL && fd >= 0)
        (void)close(fd);
    return file;
}

/* Carries the script out with these files as standard output and standard error. */
static int run(FILE *script, FILE *out, FILE *words, struct vib_error *err) {
    int status = 0;
    pid_t pid;
    if (fflush(script) != 0 || fseek(script, 0, SEEK_SET) != 0)
        return vib_error_set(err, VIB_EIO, "cannot hand gnuplot its script: %s", strerror(errno));
    int reason = spawn(&pid, (int[]){fileno(script), fileno(out), fileno(words)});
    if (reason == ENOENT)
        return vib_error_set(err, VIB_EIO,
                             "there is no program gnuplot (Debian package gnuplot-nox); --script "
                             "writes what it would draw");
    if (reason != 0 || (reason = wait_for(pid, &status)) != 0)
        return vib_error_set(err, VIB_EIO, "cannot run gnuplot: %s", strerror(reason));
    if (status != 0)
        return explain(status, words, err);
    if (fseek(out, 0, SEEK_END) != 0 || ftell(out) <= 0)
        return vib_error_set(err, VIB_EIO, "gnuplot drew nothing");
    return 0;
}

int gnuplot_run(FILE *script, FILE **out, struct vib_error *err) {
    FILE *words = gnuplot_file();
    *out = gnuplot_file();
    int rc = words == NULL || *out == NULL
                 ? vib_error_set(err, VIB_EIO, "cannot make a file in memory: %s", strerror(errno))
                 : run(script, *out, words, err);
    if (rc != 0 && *out != NULL) {
        (void)fclose(*out); /* what is in it is dropped */
        *out = NULL;
    }
    if (words != NULL)
        (void)fclose(words); /* nothing of it is wanted any more */
    return rc;
}
