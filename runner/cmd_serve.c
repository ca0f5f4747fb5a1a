/* vib-sweep serve DB|D...: results, and how far a sweep is, in a browser. */
#include "runner/command.h"
#include "runner/page/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct options {
    struct option_list sources;
    struct serve_options serve;
};

static const struct option_row rows[] = {
    {.argument = "DB|D",
     .kind = OPTION_LIST,
     .required = true,
     .offset = offsetof(struct options, sources),
     .help = "the databases of sweeps, or folders of sweeps in parts"},
    {.name = "port",
     .kind = OPTION_NUMBER,
     .argument = "N",
     .max = 65535,
     .offset = offsetof(struct options, serve.port),
     .help = "listen on this port, 8750 by default; 0 is one that is free"},
    {.name = "bind",
     .kind = OPTION_TEXT,
     .argument = "ADDRESS",
     .offset = offsetof(struct options, serve.address),
     .help = "listen on this address, 127.0.0.1 by default; on one that others reach, such as "
             "0.0.0.0, the URL has a random part, without which nothing is shown"},
    {.name = "open",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct options, serve.open),
     .help = "open the URL in a browser (xdg-open)"},
};

static int run(int argc, char **argv, struct vib_error *err) {
    struct options options = {.serve = {.address = "127.0.0.1", .port = 8750}};
    struct page page = {.n = 0};
    int rc = options_read(&command_serve.options, argc, argv, &options, err);
    /* Asked before anything is opened, which might get the number of a closed stdout. */
    if (rc == 0 && fcntl(STDOUT_FILENO, F_GETFD) < 0)
        rc = vib_error_set(err, VIB_EIO, "cannot write to standard output: %s", strerror(errno));
    if (rc == 0)
        rc = page_init(&page, &options.sources, err);
    if (rc == 0)
        rc = serve(&page, &options.serve, err);
    page_release(&page);
    option_list_release(&options.sources);
    return rc;
}

const struct command command_serve = {
    .summary = "show results and progress in a browser",
    .options = {.command = "serve",
                .help = "Serves a page that shows the databases DB, and the folders D of sweeps in "
                        "parts, while sweeps are at them and afterwards, and prints its URL; "
                        "Ctrl-C ends it. Nothing is written, and to follow a sweep takes 5 % "
                        "of a processor at the most. A database need not be there yet.\n"
                        "From another machine: ssh -L 8750:localhost:8750 HOST, and the URL as it "
                        "is printed there.",
                .rows = rows,
                .n = sizeof rows / sizeof rows[0]},
    .run = run,
};
