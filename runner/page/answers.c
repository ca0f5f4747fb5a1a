#include "runner/page/answers.h"

#include "runner/base/clock.h"
#include "runner/base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each of the two kinds may take 2.5 % of a core. */
static const double REST = 40.0, LEAST_S = 1.0;

enum { KEPT = 64, KEPT_BYTES = 256 << 20 };

struct kept {
    char path[DOCUMENT_PATH_SIZE]; /* "": there is none */
    int rc;
    char *text; /* owned */
    size_t size;
    uint64_t version; /* that it is of */
    double until_s;   /* no longer than this */
    uint64_t turn;    /* when it was asked for last */
};

struct answers {
    struct page *page;
    struct kept kept[KEPT];
    uint64_t turn;
    double rest_s; /* until then there is no new version */
    char *refusal; /* the last one */
};

int answers_new(struct answers **answers, struct page *page, struct vib_error *err) {
    *answers = calloc(1, sizeof **answers);
    if (*answers == NULL)
        return vib_error_set(err, VIB_ENOMEM, "serve: out of memory");
    (*answers)->page = page;
    (*answers)->rest_s = -HUGE_VAL;
    page->live = true;
    return VIB_OK;
}

static void forget(struct kept *kept) {
    free(kept->text);
    *kept = (struct kept){.path = ""};
}

void answers_free(struct answers *answers) {
    if (answers == NULL)
        return;
    for (size_t i = 0; i < KEPT; i++)
        forget(&answers->kept[i]);
    free(answers->refusal);
    free(answers);
}

/* --- places --- */

/* The one that was not asked for for the longest, or an empty one. */
static struct kept *oldest(struct answers *answers) {
    struct kept *found = &answers->kept[0];
    for (size_t i = 1; i < KEPT; i++)
        if (answers->kept[i].turn < found->turn)
            found = &answers->kept[i];
    return found;
}

static struct kept *find(struct answers *answers, const char *path) {
    for (size_t i = 0; i < KEPT; i++)
        if (strcmp(answers->kept[i].path, path) == 0)
            return &answers->kept[i];
    struct kept *kept = oldest(answers);
    forget(kept);
    (void)snprintf(kept->path, sizeof kept->path, "%s", path);
    return kept;
}

static size_t bytes(const struct answers *answers) {
    size_t sum = 0;
    for (size_t i = 0; i < KEPT; i++)
        sum += answers->kept[i].size;
    return sum;
}

/* Which is not the one that was asked for last. */
static struct kept *oldest_text(struct answers *answers) {
    struct kept *found = NULL;
    for (size_t i = 0; i < KEPT; i++) {
        struct kept *kept = &answers->kept[i];
        if (kept->text != NULL && kept->turn < answers->turn &&
            (found == NULL || kept->turn < found->turn))
            found = kept;
    }
    return found;
}

static void make_room(struct answers *answers) {
    struct kept *kept;
    while (bytes(answers) > KEPT_BYTES && (kept = oldest_text(answers)) != NULL)
        forget(kept);
}

/* --- computing --- */

/* Allocates *text. Error: VIB_ENOMEM. */
static int put_error(const char *sentence, char **text, size_t *size) {
    FILE *out = open_memstream(text, size);
    if (out == NULL)
        return VIB_ENOMEM;
    (void)fputs("{\"error\":", out);
    json_string(out, sentence);
    (void)fputs("}\n", out);
    return fclose(out) == 0 ? VIB_OK : VIB_ENOMEM;
}

void answers_refuse(struct answers *answers, int rc, const char *sentence, struct answer *answer) {
    static const char no_memory[] = "{\"error\":\"out of memory\"}\n";
    *answer = (struct answer){.rc = rc, .text = no_memory, .size = sizeof no_memory - 1};
    free(answers->refusal);
    answers->refusal = NULL;
    if (put_error(sentence, &answers->refusal, &answer->size) == VIB_OK)
        answer->text = answers->refusal;
    else
        answer->size = sizeof no_memory - 1;
}

static bool passes(const struct page *page, int rc) {
    return page->incomplete || (rc != VIB_OK && rc != VIB_EUSAGE && rc != VIB_EDATA);
}

static int make(struct answers *answers, const struct document *document,
                const struct document_query *query, struct kept *kept, struct vib_error *err) {
    struct page *page = answers->page;
    struct vib_error why = {.code = VIB_OK};
    free(kept->text);
    kept->text = NULL;
    kept->size = 0;
    page->incomplete = false;
    kept->rc = document_text(page, document, query, &kept->text, &kept->size, &why);
    kept->version = page->version;
    if (kept->rc != VIB_OK && kept->rc != VIB_EDATA)
        page_forget(page);
    if (kept->rc != VIB_OK && kept->rc != VIB_ENOMEM)
        (void)put_error(why.message, &kept->text, &kept->size);
    return kept->rc != VIB_ENOMEM && kept->text != NULL
               ? VIB_OK
               : vib_error_set(err, VIB_ENOMEM, "%s: out of memory", document->path);
}

static bool is_overview(const struct document *document) {
    return document->takes == 0;
}

static int renew(struct answers *answers, const struct document *document,
                 const struct document_query *query, double now_s, struct kept *kept,
                 struct vib_error *err) {
    answers->page->keep_version = now_s < answers->rest_s;
    const double began_s = clock_s();
    const int rc = make(answers, document, query, kept, err);
    const double took_s = clock_s() - began_s, end_s = now_s + took_s;
    if (is_overview(document) || passes(answers->page, kept->rc))
        kept->until_s = end_s + fmax(LEAST_S, REST * took_s);
    else
        kept->until_s = HUGE_VAL;
    if (!is_overview(document))
        answers->rest_s = fmax(answers->rest_s, end_s) + REST * took_s;
    return rc;
}

int answers_get(struct answers *answers, const struct document *document,
                const struct document_query *query, double now_s, struct answer *answer,
                struct vib_error *err) {
    char path[DOCUMENT_PATH_SIZE];
    int rc = document_path(document, query, path, err);
    if (rc != VIB_OK)
        return rc;
    struct kept *kept = find(answers, path);
    kept->turn = ++answers->turn;
    const bool old = !is_overview(document) && kept->version != answers->page->version;
    if (kept->text == NULL || now_s >= kept->until_s || old)
        rc = renew(answers, document, query, now_s, kept, err);
    if (rc != VIB_OK)
        forget(kept);
    make_room(answers);
    *answer = (struct answer){.rc = kept->rc, .text = kept->text, .size = kept->size};
    return rc;
}
