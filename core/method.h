/* What a job may be trained for: one row for each method. Its objective is in core/objective.h.
 * Thread rule: pure functions. */
#ifndef VIB_CORE_METHOD_H
#define VIB_CORE_METHOD_H

#include <stdbool.h>

/* The family of VIB, which draws a code and trades its compression for the fit of the labels: VIB
 * (Alemi et al. 2017), CEB, the conditional entropy bottleneck (Fischer 2020), and the nonlinear IB
 * (Kolchinsky et al. 2019). And the systems
 * that Table 1 of the VIB paper compares with, each of which has its own way to regularise, if any:
 * dropout of hidden units (Srivastava et al. 2014), a confidence penalty (Pereyra et al. 2017),
 * label smoothing (Szegedy et al. 2016).
 *
 * enumerator, name, whether z is drawn from p(z|x) (else the code is K linear units), whether J has
 * a rate KL[p(z|x) || r(z)], the key that trades it for the fit ("" = none), the family of its
 * compression (core/objective.h) */
#define VIB_METHOD_MAP(XX)                                                                         \
    XX(VIB, "vib", true, true, "beta", standard)                                                   \
    XX(CEB, "ceb", true, false, "train.gamma", ceb)                                                \
    XX(NONLINEAR_IB, "nonlinear_ib", true, false, "beta", pairwise)                                \
    XX(DETERMINISTIC, "deterministic", false, false, "", standard)                                 \
    XX(DROPOUT, "dropout", false, false, "", standard)                                             \
    XX(CONFIDENCE_PENALTY, "confidence_penalty", false, false, "", standard)                       \
    XX(LABEL_SMOOTHING, "label_smoothing", false, false, "", standard)

enum vib_method {
#define VIB_METHOD_ENUM(id, ...) VIB_METHOD_##id,
    VIB_METHOD_MAP(VIB_METHOD_ENUM)
#undef VIB_METHOD_ENUM
        VIB_METHODS /* how many */
};

struct vib_method_info {
    const char *name;
    bool stochastic, rate;
    bool residual; /* whether its compression is a bound on I(X;Z|Y) */
    const char *trade_off;
};

/* The row of a method; static. */
const struct vib_method_info *vib_method_info(enum vib_method method);

#endif
