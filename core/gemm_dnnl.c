#include "core/gemm.h"

#include "core/memory.h"

#include <oneapi/dnnl/dnnl.h>
#include <omp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* Written against oneDNN 2.x. Only describe_matrix and describe_product use calls that 3.x replaced
 * (memory descriptors became handles and operation descriptors went away). */
#if DNNL_VERSION_MAJOR != 2
#error "core/gemm_dnnl.c knows oneDNN 2.x; see describe_matrix and describe_product"
#endif

enum { MAX_ARGS = 5 };

struct vib_gemm {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_primitive_t primitive;
    dnnl_memory_t a, b, bias, c, scratch;
    void *scratch_bytes;
    bool has_bias;
};

static dnnl_data_type_t data_type(enum vib_type type) {
    return type == VIB_BF16 ? dnnl_bf16 : dnnl_f32;
}

static dnnl_status_t describe_matrix(dnnl_memory_desc_t *desc, size_t rows, size_t columns,
                                     size_t ld, bool transposed, enum vib_type type) {
    dnnl_dims_t dims = {(dnnl_dim_t)rows, (dnnl_dim_t)columns};
    dnnl_dims_t strides = {(dnnl_dim_t)(transposed ? 1 : ld), (dnnl_dim_t)(transposed ? ld : 1)};
    return dnnl_memory_desc_init_by_strides(desc, 2, dims, data_type(type), strides);
}

struct product_descs {
    dnnl_memory_desc_t a, b, bias, c;
};

static dnnl_status_t describe_product(dnnl_primitive_desc_t *out, struct product_descs *md,
                                      const struct vib_gemm_shape *s, dnnl_primitive_attr_t attr,
                                      dnnl_engine_t engine) {
    dnnl_matmul_desc_t op;
    dnnl_status_t status =
        describe_matrix(&md->a, s->m, s->k, s->lda, s->a_transposed, s->operands);
    if (status == dnnl_success)
        status = describe_matrix(&md->b, s->k, s->n, s->ldb, s->b_transposed, s->operands);
    if (status == dnnl_success)
        status = describe_matrix(&md->c, s->m, s->n, s->ldc, false, s->result);
    if (status == dnnl_success)
        status = describe_matrix(&md->bias, 1, s->n, s->n, false, VIB_F32);
    bool has_bias = s->epilogue != VIB_EPILOGUE_NONE;
    if (status == dnnl_success)
        status = dnnl_matmul_desc_init(&op, &md->a, &md->b, has_bias ? &md->bias : NULL, &md->c);
    if (status == dnnl_success)
        status = dnnl_primitive_desc_create(out, &op, attr, engine, NULL);
    return status;
}

static dnnl_status_t append_activation(dnnl_primitive_attr_t attr, enum vib_epilogue epilogue) {
    if (epilogue != VIB_EPILOGUE_BIAS_RELU && epilogue != VIB_EPILOGUE_BIAS_TANH)
        return dnnl_success;
    dnnl_alg_kind_t kind =
        epilogue == VIB_EPILOGUE_BIAS_RELU ? dnnl_eltwise_relu : dnnl_eltwise_tanh;
    dnnl_post_ops_t ops;
    dnnl_status_t status = dnnl_post_ops_create(&ops);
    if (status != dnnl_success)
        return status;
    status = dnnl_post_ops_append_eltwise(ops, 1.0f, kind, 0.0f, 0.0f);
    if (status == dnnl_success)
        status = dnnl_primitive_attr_set_post_ops(attr, ops);
    dnnl_post_ops_destroy(ops);
    return status;
}

/* Attributes: the activation, and a scratchpad of ours, so that running never allocates. */
static dnnl_status_t make_attributes(dnnl_primitive_attr_t *attr, enum vib_epilogue epilogue) {
    dnnl_status_t status = dnnl_primitive_attr_create(attr);
    if (status == dnnl_success)
        status = dnnl_primitive_attr_set_scratchpad_mode(*attr, dnnl_scratchpad_mode_user);
    if (status == dnnl_success)
        status = append_activation(*attr, epilogue);
    return status;
}

static dnnl_status_t make_scratch(struct vib_gemm *g, const_dnnl_primitive_desc_t pd) {
    const dnnl_memory_desc_t *md = dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
    size_t size = md == NULL ? 0 : dnnl_memory_desc_get_size(md);
    if (size == 0)
        return dnnl_success;
    g->scratch_bytes = vib_memory_new(size);
    if (g->scratch_bytes == NULL)
        return dnnl_out_of_memory;
    return dnnl_memory_create(&g->scratch, md, g->engine, g->scratch_bytes);
}

static dnnl_status_t make_memories(struct vib_gemm *g, const struct product_descs *md) {
    dnnl_status_t status = dnnl_memory_create(&g->a, &md->a, g->engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success)
        status = dnnl_memory_create(&g->b, &md->b, g->engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success)
        status = dnnl_memory_create(&g->bias, &md->bias, g->engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success)
        status = dnnl_memory_create(&g->c, &md->c, g->engine, DNNL_MEMORY_NONE);
    return status;
}

static dnnl_status_t build(struct vib_gemm *g, const struct vib_gemm_shape *shape) {
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t pd = NULL;
    struct product_descs md;
    dnnl_status_t status = dnnl_engine_create(&g->engine, dnnl_cpu, 0);
    if (status == dnnl_success)
        status = dnnl_stream_create(&g->stream, g->engine, dnnl_stream_default_flags);
    if (status == dnnl_success)
        status = make_attributes(&attr, shape->epilogue);
    if (status == dnnl_success)
        status = describe_product(&pd, &md, shape, attr, g->engine);
    if (status == dnnl_success)
        status = dnnl_primitive_create(&g->primitive, pd);
    if (status == dnnl_success)
        status = make_memories(g, &md);
    if (status == dnnl_success)
        status = make_scratch(g, pd);
    if (pd != NULL)
        dnnl_primitive_desc_destroy(pd);
    if (attr != NULL)
        dnnl_primitive_attr_destroy(attr);
    return status;
}

int vib_gemm_new(struct vib_gemm **gemm, const struct vib_gemm_shape *shape,
                 struct vib_error *err) {
    *gemm = NULL;
    omp_set_num_threads(1);
    struct vib_gemm *g = calloc(1, sizeof *g);
    if (g == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for a matrix product");
    g->has_bias = shape->epilogue != VIB_EPILOGUE_NONE;
    dnnl_status_t status = build(g, shape);
    if (status == dnnl_success) {
        *gemm = g;
        return VIB_OK;
    }
    vib_gemm_free(g);
    if (status == dnnl_out_of_memory)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for a matrix product");
    return vib_error_set(err, VIB_EBACKEND, "oneDNN refused a %zu x %zu x %zu product (status %d)",
                         shape->m, shape->n, shape->k, (int)status);
}

void vib_gemm_free(struct vib_gemm *g) {
    if (g == NULL)
        return;
    dnnl_memory_t memories[] = {g->a, g->b, g->bias, g->c, g->scratch};
    for (size_t i = 0; i < sizeof memories / sizeof memories[0]; i++)
        if (memories[i] != NULL)
            dnnl_memory_destroy(memories[i]);
    if (g->primitive != NULL)
        dnnl_primitive_destroy(g->primitive);
    if (g->stream != NULL)
        dnnl_stream_destroy(g->stream);
    if (g->engine != NULL)
        dnnl_engine_destroy(g->engine);
    free(g->scratch_bytes);
    free(g);
}

/* oneDNN's memory objects take non-const pointers, also for what it only reads. */
static void *unconst(const void *pointer) {
    union {
        const void *in;
        void *out;
    } u = {.in = pointer};
    return u.out;
}

int vib_gemm_run(struct vib_gemm *g, const void *a, const void *b, const float *bias, void *c) {
    dnnl_exec_arg_t args[MAX_ARGS] = {
        {DNNL_ARG_SRC, g->a}, {DNNL_ARG_WEIGHTS, g->b}, {DNNL_ARG_DST, g->c}};
    int n = 3;
    omp_set_num_threads(1);
    dnnl_status_t status = dnnl_memory_set_data_handle(g->a, unconst(a));
    if (status == dnnl_success)
        status = dnnl_memory_set_data_handle(g->b, unconst(b));
    if (status == dnnl_success)
        status = dnnl_memory_set_data_handle(g->c, c);
    if (g->has_bias) {
        if (status == dnnl_success)
            status = dnnl_memory_set_data_handle(g->bias, unconst(bias));
        args[n++] = (dnnl_exec_arg_t){DNNL_ARG_BIAS, g->bias};
    }
    if (g->scratch != NULL)
        args[n++] = (dnnl_exec_arg_t){DNNL_ARG_SCRATCHPAD, g->scratch};
    if (status == dnnl_success)
        status = dnnl_primitive_execute(g->primitive, g->stream, n, args);
    return status == dnnl_success ? VIB_OK : VIB_EBACKEND;
}

bool vib_gemm_supports(enum vib_type operands) {
    if (operands == VIB_F32)
        return true;
    /* The sets with bfloat16 dot products; on lesser ones oneDNN emulates them slowly. */
    dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();
    return isa == dnnl_cpu_isa_avx512_core_bf16 || isa == dnnl_cpu_isa_avx512_core_amx;
}

static char backend_name[64];

static void name_backend(void) {
    const dnnl_version_t *v = dnnl_version();
    snprintf(backend_name, sizeof backend_name, "oneDNN %d.%d.%d", v->major, v->minor, v->patch);
}

const char *vib_gemm_backend(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (pthread_once(&once, name_backend) != 0)
        return "oneDNN";
    return backend_name;
}
