/* Takes training steps at the shapes of the MNIST model, for tests/check/guard.sh to count their
 * instructions: steps-guard STEPS. Prints what it runs and was built with. Status 77, with the
 * reason on stdout, where the counts would say nothing about the released program. */
#include "core/dataset.h"
#include "core/simd.h"
#include "core/trainer.h"
#include "runner/base/version.h"
#include "runner/config/keys.h"
#include "tests/bench/made_up.h"

#include <stdio.h>
#include <stdlib.h>

enum { DIM = 784, CLASSES = 10, TRAIN = 2000, TEST = 500, SKIPPED = 77 };

/* The defaults are the model of the paper: 1024-1024, K = 256, batches of 100. */
static int take_steps(const struct vib_dataset *data, size_t steps, struct vib_error *err) {
    struct settings settings;
    struct vib_trainer *trainer = NULL;
    settings_init(&settings);
    int rc = vib_trainer_new(&trainer, &settings.job, data, NULL, NULL, err);
    if (rc == VIB_OK) {
        rc = vib_trainer_advance(trainer, steps);
        if (rc != VIB_OK)
            vib_error_set(err, rc, "a step failed: %s", vib_status_text(rc));
    }
    vib_trainer_free(trainer);
    return rc;
}

static const char *unfit_build(void) {
#if defined(VIB_SANITIZED)
    return "a sanitizer's build";
#elif defined(__AVX512F__)
    return "built for AVX-512, which valgrind does not know";
#elif !defined(__x86_64__)
    return "the bounds are those of x86-64";
#else
    return __builtin_cpu_supports("avx2") ? NULL : "the CPU has no AVX2";
#endif
}

int main(int argc, char **argv) {
    static const struct made_up shape = {"random", DIM, CLASSES, TRAIN, TEST};
    struct vib_dataset data = {0};
    struct vib_error err;
    char libraries[512];
    const char *unfit = unfit_build();
    const long steps = argc == 2 ? strtol(argv[1], NULL, 10) : -1;
    if (steps < 0) {
        fprintf(stderr, "usage: steps-guard STEPS\n");
        return 2;
    }
    if (unfit != NULL) {
        puts(unfit);
        return SKIPPED;
    }
    version_libraries(libraries, sizeof libraries);
    printf("%s; %s\n", libraries, version_build());
    int rc = made_up_data(&data, &shape, &err);
    if (rc == VIB_OK)
        rc = take_steps(&data, (size_t)steps, &err);
    if (rc != VIB_OK)
        fprintf(stderr, "steps-guard: %s\n", err.message);
    vib_dataset_release(&data);
    return rc == VIB_OK ? 0 : 1;
}
