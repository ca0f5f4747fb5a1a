/* Tables code and decoder. */
#include "runner/store/saved_codes.h"
#include "runner/store/store_internal.h"

static int insert_code(struct store *store, int64_t job, size_t example, int label,
                       const struct saved_codes *saved, struct vib_error *err) {
    static const char sql[] =
        "INSERT INTO code (job, example, label, prediction, mu, factor) VALUES (?, ?, ?, ?, ?, ?)";
    const struct vib_codes *codes = &saved->codes;
    const size_t K = codes->posterior.K, F = vib_posterior_factor_size(&codes->posterior);
    const float *factor = F > 0 ? codes->factor + example * F : NULL;
    sqlite3_stmt *statement;
    int i = 0, rc = store_statement(store, STORE_CODE_INSERT, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = sqlite3_bind_int64(statement, ++i, job);
    bound |= store_bind_size(statement, ++i, example);
    bound |= sqlite3_bind_int(statement, ++i, label);
    bound |= sqlite3_bind_int(statement, ++i, saved->predictions[example]);
    bound |= store_bind_floats(statement, ++i, codes->mu + example * K, K);
    bound |= store_bind_floats(statement, ++i, factor, F);
    return store_execute(store, statement, bound, "record a code", err);
}

static int insert_decoder(struct store *store, int64_t job, const struct saved_codes *saved,
                          struct vib_error *err) {
    static const char sql[] = "INSERT INTO decoder (job, weight, bias) VALUES (?, ?, ?)";
    const size_t K = saved->codes.posterior.K, classes = saved->classes;
    sqlite3_stmt *statement;
    int rc = store_statement(store, STORE_DECODER_INSERT, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = sqlite3_bind_int64(statement, 1, job);
    bound |= store_bind_matrix(statement, 2, saved->decoder, K, classes);
    bound |= store_bind_floats(statement, 3, saved->decoder + K * classes, classes);
    return store_execute(store, statement, bound, "record a decoder", err);
}

int store_add_codes(struct store *store, int64_t job, const struct vib_dataset *data,
                    const struct saved_codes *saved, struct vib_error *err) {
    const uint16_t *labels = data->split[VIB_TEST].labels;
    int rc = insert_decoder(store, job, saved, err);
    for (size_t i = 0; i < saved->codes.n && rc == 0; i++)
        rc = insert_code(store, job, i, labels[i], saved, err);
    return rc;
}
