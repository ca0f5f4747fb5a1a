#include "runner/store/kept_codes.h"

#include <stdlib.h>
#include <string.h>

static int make_buffers(struct kept_codes *kept, const struct vib_network *net, size_t n,
                        size_t n_test, struct vib_error *err) {
    kept->classes = net->classes;
    kept->predictions = malloc(n_test);
    kept->decoder = malloc((net->K + 1) * net->classes * sizeof *kept->decoder);
    if (kept->predictions == NULL || kept->decoder == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for the codes of %zu examples", n);
    return vib_codes_init(&kept->codes, &net->posterior, n, err);
}

static void copy_decoder(struct kept_codes *kept, struct vib_trainer *trainer) {
    const struct vib_layer *layer = vib_network_decoder(vib_trainer_network(trainer));
    const float *weights = vib_trainer_weights(trainer);
    const size_t n = layer->in * layer->out;
    memcpy(kept->decoder, weights + layer->weight, n * sizeof *weights);
    memcpy(kept->decoder + n, weights + layer->bias, layer->out * sizeof *weights);
}

int kept_codes_new(struct kept_codes **kept, struct vib_trainer *trainer,
                   const struct vib_dataset *data, size_t n, struct vib_error *err) {
    const size_t n_test = data->split[VIB_TEST].n;
    struct kept_codes *k = calloc(1, sizeof *k);
    *kept = NULL;
    if (k == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for codes");
    int rc = make_buffers(k, vib_trainer_network(trainer), n < n_test ? n : n_test, n_test, err);
    if (rc == VIB_OK) {
        rc = vib_trainer_codes(trainer, VIB_TEST, &k->codes);
        if (rc == VIB_OK)
            rc = vib_trainer_predict(trainer, VIB_TEST, k->predictions);
        if (rc != VIB_OK)
            vib_error_set(err, rc, "%s", vib_status_text(rc));
    }
    if (rc != VIB_OK) {
        kept_codes_free(k);
        return rc;
    }
    copy_decoder(k, trainer);
    *kept = k;
    return VIB_OK;
}

void kept_codes_free(struct kept_codes *kept) {
    if (kept == NULL)
        return;
    vib_codes_release(&kept->codes);
    free(kept->predictions);
    free(kept->decoder);
    free(kept);
}
