/* What is to be thought of before a sweep is begun. */
#include "runner/forecast/forecast_show.h"

#include "runner/config/grid_notes.h"
#include "runner/config/label.h"
#include "runner/sweep/report_choice.h"

#include <stdarg.h>
#include <string.h>

struct list {
    char (*texts)[FORECAST_WARNING_SIZE];
    size_t n;
};

static void add(struct list *list, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct list *list, const char *format, ...) {
    va_list args;
    va_start(args, format);
    (void)vsnprintf(list->texts[list->n++], FORECAST_WARNING_SIZE, format, args);
    va_end(args);
}

static const char *plural(size_t n) {
    return n == 1 ? "" : "s";
}

static void warn_of_grid(struct list *list, const struct forecast *f) {
    const struct grid *grid = &f->grid;
    char notes[GRID_NOTES][GRID_NOTE_SIZE];
    const size_t n = grid_notes(grid, notes);
    for (size_t i = 0; i < n; i++)
        add(list, "%s", notes[i]);
    if (grid->n_excluded > 0)
        add(list, "`exclude` leaves out %zu point%s of the grid", grid->n_excluded,
            plural(grid->n_excluded));
    if (grid->n_idle_exclusions > 0)
        add(list, "%zu entr%s of `exclude` match%s no point of the grid", grid->n_idle_exclusions,
            grid->n_idle_exclusions == 1 ? "y" : "ies", grid->n_idle_exclusions == 1 ? "es" : "");
    if (grid->n_duplicates > 0)
        add(list, "%zu point%s of the grid ha%s the values of another one: one job does for both",
            grid->n_duplicates, plural(grid->n_duplicates), grid->n_duplicates == 1 ? "s" : "ve");
    if (f->n[FORECAST_TWIN] > 0)
        add(list,
            "%zu point%s ha%s the same data and settings as another one, under other names: one job "
            "does for both",
            f->n[FORECAST_TWIN], plural(f->n[FORECAST_TWIN]),
            f->n[FORECAST_TWIN] == 1 ? "s" : "ve");
}

static void warn_of_room(struct list *list, const struct forecast *f) {
    const struct forecast_memory *memory = &f->memory;
    const struct forecast_disk *disk = &f->disk;
    const double needed = memory->jobs + memory->data;
    const size_t at_once = f->threads < f->n_left ? f->threads : f->n_left;
    const double bytes =
        disk->database + disk->codes + disk->predictions + disk->checkpoints + disk->weights;
    char much[32], had[32];
    if (needed > memory->available)
        add(list,
            "memory is lacking: %s for %zu job%s at a time and the data, and %s can be had; run "
            "fewer (-j), or make their models smaller (model.hidden, K, train.batch)",
            label_bytes(needed, much, sizeof much), at_once, plural(at_once),
            label_bytes(memory->available, had, sizeof had));
    if (f->n_left > 0 && bytes > disk->available)
        add(list, "room on the disk is lacking: %s come, and %s are free",
            label_bytes(bytes, much, sizeof much), label_bytes(disk->available, had, sizeof had));
}

size_t forecast_warnings(const struct forecast *f,
                         char warnings[FORECAST_WARNINGS][FORECAST_WARNING_SIZE]) {
    struct list list = {.texts = warnings};
    char unvalidated[FORECAST_WARNING_SIZE];
    if (f->threads > f->processors)
        add(&list,
            "%zu jobs at a time on %zu processor%s: -j %zu is as fast, and takes less memory",
            f->threads, f->processors, plural(f->processors), f->processors);
    warn_of_grid(&list, f);
    warn_of_room(&list, f);
    if (f->unvalidated != NULL && f->grid.n > 1) {
        report_unvalidated(f->unvalidated, unvalidated, sizeof unvalidated);
        add(&list, "%s", unvalidated);
    }
    return list.n;
}
