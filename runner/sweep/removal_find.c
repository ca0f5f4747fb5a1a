/* The jobs that are meant, as a database has them. */
#include "runner/sweep/removal_internal.h"

#include "runner/store/store_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *removal_name(const struct removal *r) {
    return r->kind == REMOVAL_RERUN ? "rerun" : "forget";
}

static int no_memory(const struct removal *r, struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", removal_name(r));
}

static char *copy_values(const struct store_value *values, size_t *size) {
    char number[STORE_NUMBER], *copy = NULL;
    FILE *out = open_memstream(&copy, size);
    if (out == NULL)
        return NULL;
    for (size_t k = 0; k < n_keys; k++) {
        const char *text = store_value_text(&values[k], number);
        (void)fwrite(text != NULL ? text : "", 1, text != NULL ? strlen(text) + 1 : 1, out);
    }
    if (fclose(out) == 0)
        return copy;
    free(copy);
    return NULL;
}

static int list_values(struct removal *r, const struct store_value *values, struct vib_error *err) {
    char **copy = &r->values[r->n];
    size_t size = 0;
    if ((*copy = copy_values(values, &size)) == NULL)
        return no_memory(r, err);
    return value_label_learn(&r->label, *copy, size, err);
}

static int on_job(void *context, const struct chosen_job *chosen, struct vib_error *err) {
    enum { FIRST = 64 };
    struct removal *r = context;
    if (r->n == r->room) {
        const size_t room = r->room > 0 ? 2 * r->room : FIRST;
        struct removal_job *jobs = realloc(r->jobs, room * sizeof *jobs);
        if (jobs == NULL)
            return no_memory(r, err);
        r->jobs = jobs;
        r->room = room;
    }
    if (r->n < REMOVAL_LISTED && list_values(r, chosen->values, err) != VIB_OK)
        return err->code;
    struct removal_job *job = &r->jobs[r->n];
    *job = (struct removal_job){.id = chosen->id, .state = chosen->state};
    memcpy(job->identity, chosen->identity, sizeof job->identity);
    r->n++;
    return VIB_OK;
}

int removal_find(struct removal *r, struct store *store, struct vib_error *err) {
    const struct job_chooser chooser = {.job = on_job, .context = r};
    value_label_init(&r->label);
    return store_choose_jobs(store, &r->choice, &chooser, err);
}

void removal_release_jobs(struct removal *r) {
    free(r->jobs);
    value_label_release(&r->label);
    for (size_t i = 0; i < REMOVAL_LISTED; i++) {
        free(r->values[i]);
        r->values[i] = NULL;
    }
    r->jobs = NULL;
    r->n = r->room = 0;
}
