#include "runner/store/store_ended.h"

#include "runner/store/store_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ended_status_release(struct ended_status *ended) {
    free(ended->values);
    memset(ended, 0, sizeof *ended);
}

enum { ENDED_ID, ENDED_STATE, ENDED_MESSAGE, ENDED_SECONDS };

struct ended_walk {
    struct ended_status *ended;
    int64_t job;
    int *columns; /* [n_keys] of table setting */
};

static int on_head(void *context, struct store_row *row, struct vib_error *err) {
    struct ended_walk *walk = context;
    (void)err;
    store_setting_find(row, walk->columns);
    return 0;
}

static int on_job(void *context, struct store_row *row, struct vib_error *err) {
    struct ended_walk *walk = context;
    struct ended_status *ended = walk->ended;
    struct settings settings;
    const char *message = store_row_text(row, ENDED_MESSAGE, NULL);
    walk->job = store_row_integer(row, ENDED_ID);
    ended->state = job_state_of(store_row_text(row, ENDED_STATE, NULL));
    ended->elapsed_s = store_row_real(row, ENDED_SECONDS);
    (void)snprintf(ended->message, sizeof ended->message, "%s", message != NULL ? message : "?");
    const int rc = store_setting_read(row, walk->columns, &settings, err);
    return rc != 0 ? rc
                   : store_setting_values(row, walk->columns, &settings, &ended->values,
                                          &ended->values_size, err);
}

int store_read_ended(struct store *store, const char *identity, struct ended_status *ended,
                     struct vib_error *err) {
    const struct store_value value = {.type = STORE_TEXT, .text = identity};
    struct ended_walk walk = {.ended = ended, .columns = calloc(n_keys, sizeof(int))};
    const struct store_query query = {
        .sql =
            "SELECT job.id, job.state, job.message, job.train_s + job.evaluate_s, setting.*"
            " FROM job JOIN setting ON setting.job = job.id WHERE job.identity = ?1",
        .values = &value,
        .n_values = 1,
        .head = on_head,
        .row = on_job,
        .context = &walk};
    memset(ended, 0, sizeof *ended);
    if (walk.columns == NULL)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", store->path);
    int rc = store_query(store, &query, err);
    if (rc == 0 && walk.job != 0)
        rc = store_read_result(store, walk.job, ended->split, &ended->splits, err);
    free(walk.columns);
    return rc;
}
