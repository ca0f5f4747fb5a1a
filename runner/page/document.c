#include "runner/page/document.h"

#include "core/dataset.h"
#include "runner/base/number.h"
#include "runner/base/quote.h"

#include <stdlib.h>
#include <string.h>

const struct document documents[] = {
    {"api/overview", 0, document_overview},        {"api/points", DOCUMENT_SPLIT, document_points},
    {"api/jobs", DOCUMENT_SPLIT, document_jobs},   {"api/point", DOCUMENT_POINT, document_point},
    {"api/curves", DOCUMENT_JOB, document_curves}, {"api/codes", DOCUMENT_JOB, document_codes},
};
const size_t n_documents = sizeof documents / sizeof documents[0];

const struct document *document_find(const char *path) {
    for (size_t i = 0; i < n_documents; i++)
        if (strcmp(documents[i].path, path) == 0)
            return &documents[i];
    return NULL;
}

struct document_query document_nothing(void) {
    return (struct document_query){.source = -1, .point = -1, .job = -1};
}

static int set_number(int64_t *number, const char *name, const char *value, struct vib_error *err) {
    uint64_t parsed;
    if (number_parse_integer(value, &parsed) != NUMBER_OK || parsed > INT64_MAX)
        return vib_error_set(err, VIB_EUSAGE, "%s must be a whole number", name);
    *number = (int64_t)parsed;
    return VIB_OK;
}

static int set_split(struct document_query *query, const char *value, struct vib_error *err) {
    char quoted[QUOTE_SIZE];
    const enum vib_split_id split = vib_split_of(value);
    if (split == VIB_SPLITS)
        return vib_error_set(err, VIB_EUSAGE, "there is no split %s", quote(quoted, value));
    query->split = vib_split_name(split);
    return VIB_OK;
}

int document_set(const struct document *document, struct document_query *query, const char *name,
                 const char *value, struct vib_error *err) {
    char quoted[QUOTE_SIZE];
    const unsigned takes = document->takes;
    if ((takes & DOCUMENT_SPLIT) != 0 && strcmp(name, "split") == 0)
        return set_split(query, value, err);
    if ((takes & (DOCUMENT_POINT | DOCUMENT_JOB)) != 0 && strcmp(name, "source") == 0)
        return set_number(&query->source, "source", value, err);
    if ((takes & DOCUMENT_POINT) != 0 && strcmp(name, "point") == 0)
        return set_number(&query->point, "point", value, err);
    if ((takes & DOCUMENT_JOB) != 0 && strcmp(name, "job") == 0)
        return set_number(&query->job, "job", value, err);
    return vib_error_set(err, VIB_EUSAGE, "%s does not take %s", document->path,
                         quote(quoted, name));
}

int document_path(const struct document *document, const struct document_query *query,
                  char path[DOCUMENT_PATH_SIZE], struct vib_error *err) {
    const bool by_point = document->takes == DOCUMENT_POINT;
    const long long id = (long long)(by_point ? query->point : query->job);
    const char *thing = by_point ? "point" : "job";
    if (document->takes == 0)
        (void)snprintf(path, DOCUMENT_PATH_SIZE, "%s", document->path);
    else if (document->takes == DOCUMENT_SPLIT && query->split != NULL)
        (void)snprintf(path, DOCUMENT_PATH_SIZE, "%s?split=%s", document->path, query->split);
    else if (document->takes != DOCUMENT_SPLIT && query->source >= 0 && id >= 0)
        (void)snprintf(path, DOCUMENT_PATH_SIZE, "%s?source=%lld&%s=%lld", document->path,
                       (long long)query->source, thing, id);
    else
        return vib_error_set(err, VIB_EUSAGE, "%s needs %s%s", document->path,
                             document->takes == DOCUMENT_SPLIT ? "a split" : "a source and a ",
                             document->takes == DOCUMENT_SPLIT ? "" : thing);
    return VIB_OK;
}

int document_text(struct page *page, const struct document *document,
                  const struct document_query *query, char **text, size_t *size,
                  struct vib_error *err) {
    *text = NULL;
    FILE *out = open_memstream(text, size);
    if (out == NULL)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", document->path);
    int rc = document->write(page, query, out, err);
    page_rest(page);
    if (fclose(out) != 0 && rc == VIB_OK)
        rc = vib_error_set(err, VIB_ENOMEM, "%s: out of memory", document->path);
    if (rc != VIB_OK) {
        free(*text);
        *text = NULL;
    }
    return rc;
}
