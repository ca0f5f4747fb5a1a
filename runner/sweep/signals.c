#include "runner/sweep/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What asks for the end. `repeats` are those that come again by themselves: a terminal that is
 * closed lets shell and kernel hang up one after the other, and beyond its limit of processor time
 * (RLIMIT_CPU) a process is told so every second. */
static const struct {
    int number;
    bool repeats;
} requests[] = {{SIGINT, false},  {SIGTERM, false}, {SIGHUP, true},
                {SIGUSR1, false}, {SIGUSR2, false}, {SIGXCPU, true}};
enum { REQUESTS = sizeof requests / sizeof requests[0] };

/* A signal handler can only reach static storage. */
static atomic_int received;
static _Atomic int64_t first_ms; /* when the first arrived, on now_ms's clock; 0: none has */
static int wake_pipe[2] = {-1, -1};
static struct sigaction before[REQUESTS];
static bool handled[REQUESTS];
static bool patient;

void signals_wake(void) {
    int saved = errno;
    /* A full pipe wakes as well as a longer one, so a failed write does no harm. */
    ssize_t written = write(wake_pipe[1], "", 1);
    (void)written;
    errno = saved;
}

static int64_t now_ms(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* this clock is always there */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + 1;
}

static bool only_asks(int signal_number) {
    if (patient)
        return signal_number != SIGINT;
    for (size_t i = 0; i < REQUESTS; i++)
        if (requests[i].number == signal_number)
            return requests[i].repeats;
    return false;
}

/* One request may arrive as two signals: `timeout` signals its child and then its group. */
static void handle(int signal_number) {
    const int64_t now = now_ms();
    int64_t first = 0;
    if (atomic_compare_exchange_strong(&first_ms, &first, now)) {
        atomic_store(&received, signal_number);
        signals_wake();
    } else if (!only_asks(signal_number) && now - first >= SIGNALS_TOGETHER_MS) {
        _exit(128 + signal_number); /* SQLite's journal makes this safe */
    }
}

int signals_set_handler(int signal_number, void (*handler)(int)) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    return sigaction(signal_number, &action, NULL);
}

/* What is ignored when the program starts, the hangup by nohup or the interrupt by a shell that
 * starts a job in the background, is ignored for us, and that is to stay so. */
static int handle_requests(void) {
    for (size_t i = 0; i < REQUESTS; i++) {
        if (sigaction(requests[i].number, NULL, &before[i]) != 0)
            return -1;
        if (before[i].sa_handler == SIG_IGN)
            continue;
        if (signals_set_handler(requests[i].number, handle) != 0)
            return -1;
        handled[i] = true;
    }
    return 0;
}

int signals_init(enum signals_manner manner, struct vib_error *err) {
    patient = manner == SIGNALS_PATIENT;
    atomic_store(&received, 0);
    atomic_store(&first_ms, 0);
    if (pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return vib_error_set(err, VIB_EIO, "cannot create a pipe: %s", strerror(errno));
    if (handle_requests() != 0 || signals_set_handler(SIGPIPE, SIG_IGN) != 0)
        return vib_error_set(err, VIB_EIO, "cannot handle signals: %s", strerror(errno));
    return VIB_OK;
}

void signals_release(void) {
    for (size_t i = 0; i < REQUESTS; i++) {
        if (handled[i] && patient && only_asks(requests[i].number))
            (void)signals_set_handler(requests[i].number, SIG_IGN);
        else if (handled[i])
            (void)sigaction(requests[i].number, &before[i], NULL);
        handled[i] = false;
    }
    for (int i = 0; i < 2; i++) {
        if (wake_pipe[i] >= 0)
            close(wake_pipe[i]);
        wake_pipe[i] = -1;
    }
}

int signals_received(void) {
    return atomic_load(&received);
}

void signals_wait(double seconds) {
    struct pollfd pipe_end = {.fd = wake_pipe[0], .events = POLLIN};
    char drained[256];
    /* An interrupted or failed poll is only an early return. */
    if (poll(&pipe_end, 1, (int)(seconds * 1000.0)) > 0)
        while (read(wake_pipe[0], drained, sizeof drained) == (ssize_t)sizeof drained)
            continue;
}
