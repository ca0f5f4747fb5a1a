#include "runner/page/serve.h"

#include "runner/base/clock.h"
#include "runner/page/answers.h"
#include "runner/page/http.h"
#include "runner/page/listener.h"
#include "runner/page/page_html.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct serving {
    struct answers *answers;
    char *html; /* owned */
    size_t html_size;
    char url[160];
    pid_t browser;        /* that was started and has not ended; 0: none */
    struct vib_error why; /* of the last request */
};

/* --- signals --- */

static volatile sig_atomic_t end_asked;

static void on_signal(int number) {
    (void)number;
    end_asked = 1;
}

/* They come while the server waits, and at no other time; *waiting is the mask for that. A
 * hangup that is ignored when the program starts, as by nohup, stays so. */
static int take_signals(sigset_t *waiting, struct vib_error *err) {
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    const struct sigaction action = {.sa_handler = on_signal};
    sigset_t blocked;
    end_asked = 0;
    int failed = sigemptyset(&blocked);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction before = {.sa_handler = SIG_DFL};
        failed |= sigaddset(&blocked, numbers[i]) | sigaction(numbers[i], NULL, &before);
        if (numbers[i] != SIGHUP || before.sa_handler != SIG_IGN)
            failed |= sigaction(numbers[i], &action, NULL);
    }
    failed |= sigprocmask(SIG_BLOCK, &blocked, waiting);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        failed |= sigdelset(waiting, numbers[i]);
    if (failed != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return vib_error_set(err, VIB_EIO, "serve: cannot set signals: %s", strerror(errno));
    return VIB_OK;
}

/* --- a browser --- */

static void tell_browser(const char *why) {
    fprintf(stderr, "vib-sweep: no browser was opened, as %s; the address is above\n", why);
}

/* In a group of its own, so that Ctrl-C ends this program alone, and with all signals as others
 * have them: a closed pipe ends a program. */
static int spawn(struct serving *serving, posix_spawn_file_actions_t *actions,
                 posix_spawnattr_t *attributes) {
    char name[] = "xdg-open";
    char *const words[] = {name, serving->url, NULL};
    sigset_t none, pipe;
    (void)sigemptyset(&none); /* these cannot fail */
    (void)sigemptyset(&pipe);
    (void)sigaddset(&pipe, SIGPIPE);
    int reason = posix_spawnattr_setflags(
        attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    if (reason == 0)
        reason = posix_spawnattr_setsigdefault(attributes, &pipe);
    if (reason == 0)
        reason = posix_spawnattr_setsigmask(attributes, &none);
    for (int fd = 0; fd <= 2 && reason == 0; fd++)
        reason = posix_spawn_file_actions_addopen(actions, fd, "/dev/null", O_RDWR, 0);
    return reason == 0 ? posix_spawnp(&serving->browser, name, actions, attributes, words, environ)
                       : reason;
}

static void open_browser(struct serving *serving) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int reason = posix_spawn_file_actions_init(&actions);
    if (reason == 0) {
        reason = posix_spawnattr_init(&attributes);
        if (reason == 0) {
            reason = spawn(serving, &actions, &attributes);
            (void)posix_spawnattr_destroy(&attributes);
        }
        (void)posix_spawn_file_actions_destroy(&actions);
    }
    if (reason != 0) {
        serving->browser = 0;
        tell_browser(reason == ENOENT ? "there is no xdg-open" : strerror(reason));
    }
}

static void watch_browser(struct serving *serving) {
    int status = 0;
    if (serving->browser == 0 || waitpid(serving->browser, &status, WNOHANG) == 0)
        return;
    serving->browser = 0;
    if (status != 0)
        tell_browser("xdg-open failed");
}

static bool ended(void *context) {
    watch_browser(context);
    return end_asked != 0;
}

/* --- requests --- */

static unsigned status_of(int rc) {
    switch (rc) {
    case VIB_OK:
        return 200;
    case VIB_EUSAGE:
        return 400;
    case VIB_EDATA:
        return 404;
    default:
        return 503;
    }
}

static int ask(struct serving *serving, const struct http_request *request, struct answer *found) {
    const struct document *document = document_find(request->path);
    struct document_query query = document_nothing();
    int rc = VIB_OK;
    if (document == NULL)
        return vib_error_set(&serving->why, VIB_EDATA, "there is nothing here");
    if (request->n > HTTP_MOST_ARGUMENTS)
        return vib_error_set(&serving->why, VIB_EUSAGE, "%s does not take so much", document->path);
    for (size_t i = 0; i < request->n && rc == VIB_OK; i++)
        rc = document_set(document, &query, request->arguments[i].name, request->arguments[i].value,
                          &serving->why);
    return rc == VIB_OK
               ? answers_get(serving->answers, document, &query, clock_s(), found, &serving->why)
               : rc;
}

static void answer(void *context, const struct http_request *request, struct http_answer *out) {
    struct serving *serving = context;
    struct answer found = {.rc = VIB_OK};
    if (request->path[0] == '\0') {
        *out = (struct http_answer){200, "text/html; charset=utf-8", serving->html,
                                    serving->html_size};
        return;
    }
    const int rc = ask(serving, request, &found);
    if (rc != VIB_OK)
        answers_refuse(serving->answers, rc, serving->why.message, &found);
    *out = (struct http_answer){status_of(found.rc), "application/json", found.text, found.size};
}

/* --- the whole --- */

static int make_html(struct serving *serving, struct vib_error *err) {
    FILE *out = open_memstream(&serving->html, &serving->html_size);
    if (out != NULL)
        page_html_serve(out);
    return out != NULL && fclose(out) == 0 ? VIB_OK
                                           : vib_error_set(err, VIB_ENOMEM, "serve: out of memory");
}

static int tell_url(struct serving *serving, const struct listener *listener, const char *token,
                    struct vib_error *err) {
    (void)snprintf(serving->url, sizeof serving->url, "http://%s/%s%s", listener->name, token,
                   token[0] != '\0' ? "/" : "");
    if (puts(serving->url) < 0 || fflush(stdout) != 0)
        return vib_error_set(err, VIB_EIO, "cannot write to standard output: %s", strerror(errno));
    return VIB_OK;
}

/* Takes the listener's socket. */
static int run(struct serving *serving, struct listener *listener, bool open,
               struct vib_error *err) {
    char token[HTTP_TOKEN_SIZE] = "", policy[PAGE_POLICY_SIZE];
    sigset_t waiting;
    const struct http_site site = {.token = token,
                                   .address = listener->host,
                                   .policy = policy,
                                   .answer = answer,
                                   .ended = ended,
                                   .context = serving,
                                   .waiting = &waiting};
    int rc = listener->loopback ? VIB_OK : http_token(token, err);
    if (rc == VIB_OK)
        rc = take_signals(&waiting, err);
    if (rc == VIB_OK)
        rc = tell_url(serving, listener, token, err);
    if (rc != VIB_OK)
        return rc;
    page_policy(true, policy);
    if (open)
        open_browser(serving);
    const int fd = listener->fd;
    listener->fd = -1;
    return http_serve(&site, fd, err);
}

int serve(struct page *page, const struct serve_options *options, struct vib_error *err) {
    struct serving serving = {.html = NULL};
    struct listener listener;
    int rc = listener_open(&listener, options->address, options->port, err);
    if (rc == VIB_OK)
        rc = answers_new(&serving.answers, page, err);
    if (rc == VIB_OK)
        rc = make_html(&serving, err);
    if (rc == VIB_OK)
        rc = run(&serving, &listener, options->open, err);
    listener_close(&listener);
    answers_free(serving.answers);
    free(serving.html);
    return rc;
}
