#include "runner/store/saved_predictions.h"

#include <stdlib.h>

static int predict(struct saved_predictions *saved, struct vib_trainer *trainer,
                   const struct vib_dataset *data, enum vib_split_id id, struct vib_error *err) {
    struct vib_predictions *predictions = &saved->split[id];
    const size_t n = data->split[id].n;
    for (int by = 0; by < VIB_PREDICTORS; by++)
        if ((predictions->by[by] = malloc(n * sizeof *predictions->by[by])) == NULL)
            return vib_error_set(err, VIB_ENOMEM, "out of memory for %zu predictions", n);
    const int rc = vib_trainer_predict(trainer, id, predictions);
    return rc == VIB_OK ? rc : vib_error_set(err, rc, "%s", vib_status_text(rc));
}

int saved_predictions_new(struct saved_predictions **saved, struct vib_trainer *trainer,
                          const struct vib_dataset *data, struct vib_error *err) {
    struct saved_predictions *p = calloc(1, sizeof *p);
    int rc = VIB_OK;
    *saved = NULL;
    if (p == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for predictions");
    for (enum vib_split_id id = 0; id < VIB_SPLITS && rc == VIB_OK; id++)
        if (id != VIB_TRAIN && vib_dataset_has(data, id))
            rc = predict(p, trainer, data, id, err);
    if (rc != VIB_OK)
        saved_predictions_free(p);
    else
        *saved = p;
    return rc;
}

void saved_predictions_free(struct saved_predictions *saved) {
    if (saved == NULL)
        return;
    for (int id = 0; id < VIB_SPLITS; id++)
        for (int by = 0; by < VIB_PREDICTORS; by++)
            free(saved->split[id].by[by]);
    free(saved);
}
