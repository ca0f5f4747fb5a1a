/* vib-sweep plan CONFIG: what a sweep would do and take. */
#include "runner/command.h"
#include "runner/base/host.h"
#include "runner/base/number.h"
#include "runner/base/quote.h"
#include "runner/config/key_name.h"
#include "runner/forecast/forecast.h"
#include "runner/forecast/forecast_show.h"

enum { MAX_THREADS = 4096 /* as of a sweep */ };

struct plan_options {
    struct forecast_options forecast;
    const char *rate; /* as text; NULL: measured */
    bool json;
};

static const struct option_row rows[] = {
    {.argument = "CONFIG.yaml",
     .kind = OPTION_TEXT,
     .required = true,
     .offset = offsetof(struct plan_options, forecast.config),
     .help = "the configuration"},
    {.name = "jobs",
     .letter = 'j',
     .kind = OPTION_NUMBER,
     .argument = "N",
     .min = 1,
     .max = MAX_THREADS,
     .offset = offsetof(struct plan_options, forecast.threads),
     .help = "processors to use, as of the sweep (default: those this process may use)"},
    {.name = "db",
     .kind = OPTION_TEXT,
     .argument = "FILE",
     .offset = offsetof(struct plan_options, forecast.database),
     .help = "the database (default: results/NAME.db); it need not be there"},
    {.name = "set",
     .kind = OPTION_LIST,
     .argument = "KEY=VALUE",
     .offset = offsetof(struct plan_options, forecast.sets),
     .help = "override a key of the configuration, as of a sweep; may be repeated"},
    {.name = "rate",
     .kind = OPTION_TEXT,
     .argument = "FLOPS",
     .offset = offsetof(struct plan_options, rate),
     .help = "floating-point operations that a processor does in a second (default: measured here, "
             "in a second)"},
    {.name = "json",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct plan_options, json),
     .help = "write one JSON object instead: seconds, bytes and numbers of jobs"},
};

static int read_rate(struct plan_options *options, struct vib_error *err) {
    double *rate = &options->forecast.rate;
    char quoted[QUOTE_SIZE];
    if (options->rate == NULL ||
        (number_parse_real(options->rate, rate) == NUMBER_OK && *rate > 0.0 && *rate <= 1e30))
        return 0;
    return vib_error_set(err, VIB_EUSAGE, "plan: --rate takes a number above 0, not %s",
                         quote(quoted, options->rate));
}

static int plan(const struct plan_options *options, struct vib_error *err) {
    struct forecast forecast;
    const int rc = forecast_init(&forecast, &options->forecast, err);
    if (rc == 0 && options->json)
        forecast_print_json(stdout, &forecast);
    else if (rc == 0)
        forecast_print(stdout, &forecast);
    forecast_release(&forecast);
    return rc;
}

static int run(int argc, char **argv, struct vib_error *err) {
    struct plan_options options = {.forecast = {.threads = host_processors()}};
    int rc = options_read(&command_plan.options, argc, argv, &options, err);
    if (rc == 0)
        rc = read_rate(&options, err);
    if (rc == 0)
        rc = plan(&options, err);
    option_list_release(&options.forecast.sets);
    return rc;
}

const struct command command_plan = {
    .summary = "tell what a sweep would do, how long and with how much",
    .options = {.command = "plan",
                .help =
                    "Tells what a sweep of CONFIG.yaml would do: its jobs by what the database "
                    "has of them, core-hours and time, the longest job, memory and disk, and "
                    "what is to be thought of. Runs nothing but a second of the longest job, to "
                    "measure the speed; writes nothing. Times are by numbers of floating-point "
                    "operations, as if all jobs ran at the longest one's speed.",
                .rows = rows,
                .n = sizeof rows / sizeof rows[0],
                .explain = key_explain_option},
    .run = run,
};
