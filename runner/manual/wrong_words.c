#include "runner/manual/wrong_words.h"

#define RUN "vib-sweep CONFIG.yaml runs a sweep"
#define CONTINUE "the command that began a sweep continues it: vib-sweep CONFIG.yaml"
#define PLAN "vib-sweep plan CONFIG.yaml tells what a sweep would do, and does nothing"
#define SHOW "vib-sweep status DB tells how far a sweep is, vib-sweep export DB what it found"
#define EXPORT "vib-sweep export DB writes the results as CSV"
#define FORGET "vib-sweep forget DB takes jobs out of a database, which is a file like others"
#define RERUN "vib-sweep rerun DB has jobs run again from the start"
#define WATCH "vib-sweep watch DB shows a sweep that runs elsewhere"
#define PLOT "vib-sweep plot DB draws figures"
#define STOP "Ctrl-C in its terminal, or kill -TERM, checkpoints a sweep and ends it"
#define KEYS "vib-sweep keys lists what a configuration may say"
#define SLURM "vib-sweep slurm CONFIG.yaml runs a sweep on a cluster"
#define FETCH "vib-sweep fetch gets data sets"
#define SERVE "vib-sweep serve DB shows a sweep in a browser"
#define JOBS "-j N sets how many processors to use"
#define DATABASE "--db FILE names the database, which holds all results"
#define RETRY "--retry runs failed jobs again"
#define LOG "a line for each job is told unless there is --quiet"

const struct option_hint wrong_commands[] = {
    {"run", RUN},
    {"train", RUN},
    {"sweep", RUN},
    {"start", RUN},
    {"resume", CONTINUE},
    {"continue", CONTINUE},
    {"restart", CONTINUE},
    {"retry", "vib-sweep CONFIG.yaml --retry runs failed jobs again"},
    {"list", SHOW},
    {"ls", SHOW},
    {"show", SHOW},
    {"info", SHOW},
    {"jobs", SHOW},
    {"results", EXPORT},
    {"csv", EXPORT},
    {"table", EXPORT},
    {"rm", FORGET},
    {"delete", FORGET},
    {"remove", FORGET},
    {"clean", FORGET},
    {"reset", RERUN},
    {"redo", RERUN},
    {"dry-run", PLAN},
    {"estimate", PLAN},
    {"check", PLAN},
    {"validate", PLAN},
    {"top", WATCH},
    {"monitor", WATCH},
    {"progress", WATCH},
    {"figure", PLOT},
    {"draw", PLOT},
    {"graph", PLOT},
    {"stop", STOP},
    {"kill", STOP},
    {"cancel", STOP},
    {"pause", STOP},
    {"config", KEYS},
    {"options", KEYS},
    {"init", KEYS},
    {"params", KEYS},
    {"submit", SLURM},
    {"sbatch", SLURM},
    {"cluster", SLURM},
    {"download", FETCH},
    {"get", FETCH},
    {"web", SERVE},
    {"dashboard", SERVE},
    {"report", "vib-sweep page DB writes results as one page for browsers"},
    {"version", "vib-sweep --version tells what was built"},
    {"help", "vib-sweep --help tells all commands"},
    {0}};

const struct option_hint wrong_options[] = {
    {"dry-run", PLAN},
    {"n", PLAN},
    {"estimate", PLAN},
    {"check", PLAN},
    {"workers", JOBS},
    {"num-workers", JOBS},
    {"threads", JOBS},
    {"processes", JOBS},
    {"cores", JOBS},
    {"cpus", JOBS},
    {"nproc", JOBS},
    {"n-jobs", JOBS},
    {"parallel", JOBS},
    {"gpu", "it trains on processors alone: -j N sets how many"},
    {"gpus", "it trains on processors alone: -j N sets how many"},
    {"device", "it trains on processors alone: -j N sets how many"},
    {"cuda", "it trains on processors alone: -j N sets how many"},
    {"output", DATABASE},
    {"output-dir", DATABASE},
    {"out", DATABASE},
    {"o", DATABASE},
    {"database", DATABASE},
    {"results", DATABASE},
    {"csv", EXPORT},
    {"resume", CONTINUE},
    {"continue", CONTINUE},
    {"restart", CONTINUE},
    {"rerun", RERUN},
    {"force", RERUN},
    {"overwrite", RERUN},
    {"failed", RETRY},
    {"config", "the configuration needs no option: vib-sweep CONFIG.yaml"},
    {"c", "the configuration needs no option: vib-sweep CONFIG.yaml"},
    {"param", "--set KEY=VALUE overrides a key of the configuration"},
    {"override", "--set KEY=VALUE overrides a key of the configuration"},
    {"D", "--set KEY=VALUE overrides a key of the configuration"},
    {"silent", "-q tells no progress"},
    {"verbose", LOG},
    {"v", LOG},
    {"debug", LOG},
    {"V", "--version tells what was built"},
    {"status", SHOW},
    {"list", SHOW},
    {"export", EXPORT},
    {"plot", PLOT},
    {"keys", KEYS},
    {"slurm", SLURM},
    {0}};
