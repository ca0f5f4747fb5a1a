#include "tests/bench/model.h"

#include "tests/bench/record.h"

void model_init(struct model *model, const struct vib_params *defaults, size_t K,
                enum vib_type precision, const struct vib_dataset *data) {
    model->params = *defaults;
    model->params.K = K;
    model->params.precision = precision;
    model->data = data;
    vib_network_init(&model->net, &model->params, data->dim, data->classes);
}

const char *type_name(enum vib_type type) {
    return type == VIB_F32 ? "float32" : "bfloat16";
}

void model_describe(const struct model *model, FILE *out) {
    record_text(out, "dataset", model->data->name);
    record_text(out, "precision", type_name(model->params.precision));
    record_number(out, "K", (double)model->params.K);
}

double model_step_flops(const struct model *model) {
    return (double)model->params.batch * vib_network_step_flops(&model->net);
}
