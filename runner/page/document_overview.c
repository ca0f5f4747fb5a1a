/* What is polled: {"program", "live", "version", "state", "at", "left_out", "splits":[...],
 * "sources":[{"name", "path", "status": as `status --json` has it, or null, "n_failures",
 * "failures":[{"job", "state", "message", "label"}... the first], "error": null or why it cannot be
 * read now}...]}.
 *
 * `version` rises when there are other results than those that the other documents last told of, or
 * another error; `state` is a text that is another one for other results, also of another server
 * that begins to count anew. What runs, and how far it is, changes without them. */
#include "runner/page/document.h"

#include "core/dataset.h"
#include "runner/base/json.h"
#include "runner/base/version.h"
#include "runner/page/page_keys.h"
#include "runner/status/status_show.h"
#include "runner/store/store.h"
#include "runner/store/store_query.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "page: out of memory");
}

/* A source as it is now. */
struct glance {
    struct page_look look;
    bool read;
    struct vib_error why; /* it could not be read */
};

struct overview {
    struct page *page;
    struct glance *glances; /* [page->n], owned */
    bool splits[VIB_SPLITS];
};

/* --- the state of the sources --- */

static uint64_t mix(uint64_t state, const void *bytes, size_t n) {
    const unsigned char *at = bytes;
    for (size_t i = 0; i < n; i++)
        state = (state ^ at[i]) * UINT64_C(0x100000001b3); /* FNV-1a */
    return state;
}

/* A job that is trained anew takes another time. */
static uint64_t mix_status(uint64_t state, const struct status *status) {
    const size_t counts[] = {status->n_done, status->n_diverged, status->n_failed,
                             status->n_unreadable};
    double seconds = 0.0;
    for (size_t i = 0; i < status->n; i++)
        seconds += status->jobs[i].state == JOB_DONE ? status->jobs[i].train_s : 0.0;
    return mix(mix(state, counts, sizeof counts), &seconds, sizeof seconds);
}

/* Never 0. */
static uint64_t state_of(const struct overview *overview) {
    uint64_t state = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < overview->page->n; i++) {
        const struct glance *glance = &overview->glances[i];
        const char *path = overview->page->sources[i].path;
        state = mix(state, path, strlen(path) + 1);
        if (glance->read)
            state = mix_status(state, &glance->look.status);
        else
            state = mix(state, glance->why.message, strlen(glance->why.message));
    }
    return state != 0 ? state : 1;
}

/* --- looking --- */

static int look(struct overview *overview, struct vib_error *err) {
    int rc = VIB_OK;
    for (size_t i = 0; i < overview->page->n && rc == VIB_OK; i++) {
        struct glance *glance = &overview->glances[i];
        rc = page_source_look(&overview->page->sources[i], &glance->look, &glance->why);
        glance->read = rc == VIB_OK;
        rc = rc == VIB_ENOMEM ? vib_error_set(err, rc, "%s", glance->why.message) : VIB_OK;
    }
    if (rc == VIB_OK)
        page_renew(overview->page, state_of(overview));
    return rc;
}

/* Where its jobs stand: a folder's in what was merged. */
static int jobs_of(struct overview *overview, size_t i, struct store **store,
                   struct vib_error *err) {
    *store = overview->glances[i].look.store;
    return *store != NULL ? VIB_OK : page_source_results(&overview->page->sources[i], store, err);
}

static void find_splits(struct overview *overview, size_t i) {
    struct store *store;
    if (overview->glances[i].read && jobs_of(overview, i, &store, NULL) == VIB_OK)
        (void)page_splits(store, overview->splits, NULL); /* what fails is told with the failures */
}

/* --- failures --- */

enum { MOST_FAILURES = 100 };

static const char failures_sql[] =
    "SELECT job.id AS job_id, job.state AS job_state, job.message AS job_message, setting.*"
    " FROM job JOIN setting ON setting.job = job.id WHERE job.state IN ('failed', 'diverged')"
    " ORDER BY job.id LIMIT ?1";

static const char count_sql[] = "SELECT count(*) FROM job WHERE state IN ('failed', 'diverged')";

struct failures {
    FILE *out;
    const struct page_keys *keys;
    int *columns; /* [n_keys] */
    int64_t n;
};

static int on_count(void *context, struct store_row *row, struct vib_error *err) {
    (void)err;
    ((struct failures *)context)->n = store_row_integer(row, 0);
    return VIB_OK;
}

static int on_failures(void *context, struct store_row *row, struct vib_error *err) {
    struct failures *failures = context;
    (void)err;
    page_keys_find(row, failures->columns);
    failures->n = 0;
    return VIB_OK;
}

/* What usually tells jobs apart, and what does here. */
static bool is_named(const struct page_keys *found, size_t k) {
    static const char *const usual[] = {"beta", "K", "seed"};
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        if (strcmp(keys[k].name, usual[i]) == 0)
            return true;
    return found->swept[k];
}

/* "beta=0.1 K=2 seed=0"; NULL when out of memory. */
static char *label(const struct failures *failures, struct store_row *row) {
    char *text = NULL;
    size_t size;
    bool whole = true;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    for (size_t k = 0; k < n_keys && whole; k++) {
        const int column = failures->columns[k];
        if (column < 0 || !is_named(failures->keys, k) || store_row_type(row, column) == STORE_NULL)
            continue;
        char *value = page_keys_text(row, column);
        whole = value != NULL;
        (void)fprintf(out, "%s%s=%s", ftell(out) > 0 ? " " : "", keys[k].name, whole ? value : "");
        free(value);
    }
    if (fclose(out) == 0 && whole)
        return text;
    free(text);
    return NULL;
}

static int on_failure(void *context, struct store_row *row, struct vib_error *err) {
    struct failures *failures = context;
    char *name = label(failures, row);
    const char *state = store_row_text(row, 1, NULL), *message = store_row_text(row, 2, NULL);
    if (name == NULL || state == NULL || message == NULL) {
        free(name);
        return no_memory(err);
    }
    (void)fprintf(failures->out, "%s{\"job\":%" PRId64 ",\"state\":", failures->n++ > 0 ? "," : "",
                  store_row_integer(row, 0));
    json_string(failures->out, state);
    (void)fputs(",\"message\":", failures->out);
    json_string(failures->out, message);
    (void)fputs(",\"label\":", failures->out);
    json_string(failures->out, name);
    (void)fputc('}', failures->out);
    free(name);
    return VIB_OK;
}

static int list_failures(struct overview *overview, struct store *store, struct failures *failures,
                         struct vib_error *err) {
    const struct store_value most = {.type = STORE_INTEGER, .integer = MOST_FAILURES};
    const struct store_query query = {.sql = failures_sql,
                                      .values = &most,
                                      .n_values = 1,
                                      .head = on_failures,
                                      .row = on_failure,
                                      .context = failures};
    struct page_keys found;
    int rc = page_keys_read(&found, overview->page, err);
    failures->keys = &found;
    failures->columns = calloc(n_keys, sizeof *failures->columns);
    if (rc == VIB_OK && failures->columns == NULL)
        rc = no_memory(err);
    if (rc == VIB_OK)
        rc = store_query(store, &query, err);
    free(failures->columns);
    page_keys_release(&found);
    return rc;
}

static int put_failures(struct overview *overview, size_t i, FILE *out, struct vib_error *err) {
    struct failures failures = {.out = out};
    const struct store_query query = {.sql = count_sql, .row = on_count, .context = &failures};
    struct store *store;
    int rc = jobs_of(overview, i, &store, err);
    if (rc == VIB_OK)
        rc = store_query(store, &query, err);
    (void)fprintf(out, "\"n_failures\":%" PRId64 ",\"failures\":[", failures.n);
    if (rc == VIB_OK && failures.n > 0)
        rc = list_failures(overview, store, &failures, err);
    (void)fputs("],", out);
    return rc;
}

/* --- the whole --- */

static int put_read(struct overview *overview, size_t i, FILE *out, struct vib_error *err) {
    (void)fputs(",\"status\":", out);
    status_print_json(out, &overview->glances[i].look.status);
    (void)fputc(',', out);
    return put_failures(overview, i, out, err);
}

/* Into text of its own: one that fails half-way is told as one that cannot be read. */
static int put_glance(struct overview *overview, size_t i, FILE *out, struct vib_error *err) {
    struct glance *glance = &overview->glances[i];
    char *text = NULL;
    size_t size = 0;
    FILE *own = open_memstream(&text, &size);
    if (own == NULL)
        return no_memory(err);
    int rc = glance->read ? put_read(overview, i, own, &glance->why) : glance->why.code;
    if (fclose(own) != 0)
        rc = no_memory(&glance->why);
    if (rc == VIB_OK)
        (void)fwrite(text, 1, size, out);
    else
        (void)fputs(",\"status\":null,\"n_failures\":0,\"failures\":[],", out);
    (void)fputs("\"error\":", out);
    if (rc == VIB_OK)
        (void)fputs("null", out);
    else
        json_string(out, glance->why.message);
    free(text);
    return rc == VIB_ENOMEM ? no_memory(err) : VIB_OK;
}

static int put_sources(struct overview *overview, FILE *out, struct vib_error *err) {
    const struct page *page = overview->page;
    int rc = VIB_OK;
    (void)fputs(",\"sources\":[", out);
    for (size_t i = 0; i < page->n && rc == VIB_OK; i++) {
        (void)fputs(i > 0 ? ",\n{\"name\":" : "{\"name\":", out);
        json_string(out, page->sources[i].name);
        (void)fputs(",\"path\":", out);
        json_string(out, page->sources[i].path);
        rc = put_glance(overview, i, out, err);
        (void)fputc('}', out);
    }
    (void)fputs("]}\n", out);
    return rc;
}

static void put_splits(const struct overview *overview, FILE *out) {
    static const enum vib_split_id order[] = {VIB_TRAIN, VIB_VALIDATION, VIB_TEST};
    const char *comma = "";
    (void)fputs(",\"splits\":[", out);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if (!overview->splits[order[i]])
            continue;
        (void)fprintf(out, "%s\"%s\"", comma, vib_split_name(order[i]));
        comma = ",";
    }
    (void)fputc(']', out);
}

static void put_head(const struct page *page, FILE *out) {
    char at[32] = "";
    const time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc) != NULL)
        (void)strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", &utc);
    (void)fprintf(out,
                  "{\"program\":\"vib-sweep %s\",\"live\":%s,\"version\":%" PRIu64
                  ",\"state\":\"%016" PRIx64 "\",\"at\":\"%s\",\"left_out\":",
                  version_program(), page->live ? "true" : "false", page->version, page->state, at);
    if (page->left_out != NULL)
        json_string(out, page->left_out);
    else
        (void)fputs("null", out);
}

int document_overview(struct page *page, const struct document_query *query, FILE *out,
                      struct vib_error *err) {
    struct overview overview = {.page = page, .glances = calloc(page->n, sizeof *overview.glances)};
    (void)query;
    if (overview.glances == NULL)
        return no_memory(err);
    int rc = look(&overview, err);
    for (size_t i = 0; i < page->n && rc == VIB_OK; i++)
        find_splits(&overview, i);
    if (rc == VIB_OK) {
        put_head(page, out);
        put_splits(&overview, out);
        rc = put_sources(&overview, out, err);
    }
    for (size_t i = 0; i < page->n; i++)
        page_look_release(&overview.glances[i].look);
    free(overview.glances);
    return rc;
}
