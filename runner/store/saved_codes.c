#include "runner/store/saved_codes.h"

#include <stdlib.h>
#include <string.h>

static int make_buffers(struct saved_codes *saved, const struct vib_network *net, size_t n,
                        size_t n_test, struct vib_error *err) {
    saved->classes = net->classes;
    saved->predictions = malloc(n_test * sizeof *saved->predictions);
    saved->decoder = malloc((net->K + 1) * net->classes * sizeof *saved->decoder);
    if (saved->predictions == NULL || saved->decoder == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for the codes of %zu examples", n);
    return vib_codes_init(&saved->codes, &net->posterior, n, err);
}

static void copy_decoder(struct saved_codes *saved, struct vib_trainer *trainer) {
    const struct vib_layer *layer = vib_network_decoder(vib_trainer_network(trainer));
    const size_t n = layer->in * layer->out;
    vib_trainer_weights(trainer, layer->weight, n, saved->decoder);
    vib_trainer_weights(trainer, layer->bias, layer->out, saved->decoder + n);
}

int saved_codes_new(struct saved_codes **saved, struct vib_trainer *trainer,
                    const struct vib_dataset *data, size_t n, struct vib_error *err) {
    const size_t n_test = data->split[VIB_TEST].n;
    struct saved_codes *k = calloc(1, sizeof *k);
    *saved = NULL;
    if (k == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for codes");
    int rc = make_buffers(k, vib_trainer_network(trainer), n < n_test ? n : n_test, n_test, err);
    if (rc == VIB_OK) {
        const struct vib_predictions predictions = {.by[VIB_BY_AVERAGE] = k->predictions};
        rc = vib_trainer_codes(trainer, VIB_TEST, &k->codes);
        if (rc == VIB_OK)
            rc = vib_trainer_predict(trainer, VIB_TEST, &predictions);
        if (rc != VIB_OK)
            vib_error_set(err, rc, "%s", vib_status_text(rc));
    }
    if (rc != VIB_OK) {
        saved_codes_free(k);
        return rc;
    }
    copy_decoder(k, trainer);
    *saved = k;
    return VIB_OK;
}

void saved_codes_free(struct saved_codes *saved) {
    if (saved == NULL)
        return;
    vib_codes_release(&saved->codes);
    free(saved->predictions);
    free(saved->decoder);
    free(saved);
}
