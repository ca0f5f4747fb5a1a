#include "core/method.h"

static const struct vib_method_info methods[VIB_METHODS] = {
#define METHOD_ROW(id, text, is_stochastic, has_rate, key, compression)                            \
    [VIB_METHOD_##id] = {.name = text,                                                             \
                         .stochastic = is_stochastic,                                              \
                         .rate = has_rate,                                                         \
                         .residual = VIB_METHOD_##id == VIB_METHOD_CEB,                            \
                         .trade_off = key},
    VIB_METHOD_MAP(METHOD_ROW)
#undef METHOD_ROW
};

const struct vib_method_info *vib_method_info(enum vib_method method) {
    return &methods[method];
}
