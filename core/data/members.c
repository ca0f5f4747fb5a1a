#include "core/data/members.h"

#include <stddef.h>

/* All of a row are there, or it does not count. */
static const struct vib_members rows[] = {
    {.inputs = {[VIB_TRAIN] = "x_train.npy", [VIB_TEST] = "x_test.npy"},
     .labels = {[VIB_TRAIN] = "y_train.npy", [VIB_TEST] = "y_test.npy"}},
    {.inputs = {[VIB_TRAIN] = "x.npy"}, .labels = {[VIB_TRAIN] = "y.npy"}, .one_piece = true},
};

/* What a validation split may be called beside them. */
static const struct {
    const char *inputs, *labels;
} validation[] = {{"x_val.npy", "y_val.npy"},
                  {"x_valid.npy", "y_valid.npy"},
                  {"x_validation.npy", "y_validation.npy"}};

static bool has_all(const struct vib_archive *archive, const struct vib_members *row) {
    for (size_t s = 0; s < VIB_SPLITS; s++)
        if (row->inputs[s] != NULL &&
            !(vib_archive_has(archive, row->inputs[s]) && vib_archive_has(archive, row->labels[s])))
            return false;
    return true;
}

static int add_validation(struct vib_members *members, const struct vib_archive *archive,
                          const char *path, struct vib_error *err) {
    const char **inputs = &members->inputs[VIB_VALIDATION];
    for (size_t i = 0; i < sizeof validation / sizeof validation[0]; i++) {
        const bool x = vib_archive_has(archive, validation[i].inputs);
        const bool y = vib_archive_has(archive, validation[i].labels);
        if (x != y)
            return vib_error_set(err, VIB_EDATA, "%s: has %s, but no %s", path,
                                 x ? validation[i].inputs : validation[i].labels,
                                 x ? validation[i].labels : validation[i].inputs);
        if (x && *inputs != NULL)
            return vib_error_set(err, VIB_EDATA, "%s: more than one validation split: %s and %s",
                                 path, *inputs, validation[i].inputs);
        if (!x)
            continue;
        *inputs = validation[i].inputs;
        members->labels[VIB_VALIDATION] = validation[i].labels;
        members->one_piece = false;
    }
    return 0;
}

/* Names that many programs use, and how numpy.savez gives an array the name that is expected. */
static const char *advise(const struct vib_archive *archive) {
    static const struct {
        const char *name, *advice;
    } usual[] = {{"X_train.npy", "; save X_train as x_train=X_train, and so on"},
                 {"X.npy", "; save X as x=X"},
                 {"data.npy", "; save data as x=data and their labels as y"}};
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        if (vib_archive_has(archive, usual[i].name))
            return usual[i].advice;
    return "";
}

int vib_members_find(struct vib_members *members, const struct vib_archive *archive,
                     const char *path, struct vib_error *err) {
    char list[300];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        *members = rows[i];
        if (has_all(archive, members))
            return add_validation(members, archive, path, err);
    }
    vib_archive_list(archive, list, sizeof list);
    return vib_error_set(err, VIB_EDATA,
                         "%s: expected the arrays x_train, y_train, x_test and y_test, or x and y, "
                         "found %s%s",
                         path, *list != '\0' ? list : "nothing", advise(archive));
}
