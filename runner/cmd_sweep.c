/* vib-sweep CONFIG.yaml: reads the command line and runs the sweep. */
#include "runner/command.h"
#include "runner/base/host.h"
#include "runner/sweep/sweep.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_DB = 256, OPTION_SET, OPTION_RETRY, MAX_THREADS = 4096 };

static const struct option long_options[] = {
    {"jobs", required_argument, NULL, 'j'},
    {"db", required_argument, NULL, OPTION_DB},
    {"set", required_argument, NULL, OPTION_SET},
    {"retry", no_argument, NULL, OPTION_RETRY},
    {"quiet", no_argument, NULL, 'q'},
    {NULL, 0, NULL, 0},
};

static int parse_threads(const char *text, size_t *threads, struct vib_error *err) {
    char *end;
    long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || value < 1 || value > MAX_THREADS)
        return vib_error_set(err, VIB_EUSAGE, "-j takes a number of jobs from 1 to %d, not '%s'",
                             MAX_THREADS, text);
    *threads = (size_t)value;
    return VIB_OK;
}

/* What getopt found wrong: in a cluster of letters, -vq, it tells the letter alone. */
static int wrong_option(int choice, char *const argv[], struct vib_error *err) {
    const char *what = choice == ':' ? "a value is missing after" : "unknown option";
    if (choice != ':' && optopt > 0 && optopt < 128)
        return vib_error_set(err, VIB_EUSAGE, "%s '-%c'; see vib-sweep --help", what, optopt);
    return vib_error_set(err, VIB_EUSAGE, "%s '%s'; see vib-sweep --help", what, argv[optind - 1]);
}

static int parse(int argc, char **argv, struct sweep_options *options, const char **sets,
                 struct vib_error *err) {
    int choice, rc = VIB_OK;
    opterr = 0;
    optind = 1;
    while (rc == VIB_OK && (choice = getopt_long(argc, argv, ":j:q", long_options, NULL)) != -1) {
        if (choice == 'j')
            rc = parse_threads(optarg, &options->threads, err);
        else if (choice == 'q')
            options->quiet = true;
        else if (choice == OPTION_DB)
            options->database = optarg;
        else if (choice == OPTION_SET)
            sets[options->n_sets++] = optarg;
        else if (choice == OPTION_RETRY)
            options->retry = true;
        else
            rc = wrong_option(choice, argv, err);
    }
    if (rc == VIB_OK && optind == argc)
        rc = vib_error_set(err, VIB_EUSAGE,
                           "which configuration? usage: vib-sweep CONFIG.yaml; see --help");
    /* A lone name with a dot or a slash is meant as a file's. */
    if (rc == VIB_OK && (optind + 1 < argc || strpbrk(argv[optind], "./") == NULL) &&
        access(argv[optind], F_OK) != 0)
        rc = vib_error_set(err, VIB_EUSAGE,
                           "there is no command and no configuration '%s'; see vib-sweep --help",
                           argv[optind]);
    if (rc == VIB_OK && optind + 1 < argc)
        rc = vib_error_set(err, VIB_EUSAGE, "one configuration at a time: '%s' is one too many",
                           argv[optind + 1]);
    if (rc == VIB_OK)
        options->config = argv[optind];
    return rc;
}

int cmd_sweep(int argc, char **argv, struct vib_error *err) {
    struct sweep_options options = {.threads = host_processors()};
    const char **sets = calloc((size_t)argc, sizeof *sets);
    if (sets == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    options.sets = sets;
    int rc = parse(argc, argv, &options, sets, err);
    if (rc == VIB_OK)
        rc = sweep_run(&options, err);
    free(sets);
    return rc;
}
