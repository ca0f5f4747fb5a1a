/* The values of a job, read back from a row that has the columns of table setting. */
#include "runner/store/store_internal.h"

#include "runner/base/number.h"

#include <stdio.h>
#include <string.h>

void store_setting_find(struct store_row *row, int *columns) {
    char column[KEY_COLUMN_SIZE];
    for (size_t i = 0; i < n_keys; i++) {
        columns[i] = -1;
        if (!key_has_column(&keys[i]))
            continue;
        key_column(&keys[i], column);
        columns[i] = store_row_find(row, column);
    }
}

/* Takes a column as a key's value. */
static int take_value(struct settings *settings, const struct key *key, struct store_row *row,
                      int column, struct vib_error *err) {
    char real[40];
    const char *text = real;
    if (store_row_type(row, column) == STORE_REAL)
        (void)number_format_real(store_row_real(row, column), real, sizeof real);
    else
        text = store_row_text(row, column, NULL);
    return text != NULL ? key_set(settings, key, text, err)
                        : vib_error_set(err, VIB_ENOMEM, "out of memory");
}

int store_setting_read(struct store_row *row, const int *columns, struct settings *settings,
                       struct vib_error *err) {
    int rc = 0;
    *settings = *settings_before();
    for (size_t i = 0; i < n_keys && rc == 0; i++)
        if (columns[i] >= 0 && store_row_type(row, columns[i]) != STORE_NULL)
            rc = take_value(settings, &keys[i], row, columns[i], err);
    settings_normalize(settings);
    return rc;
}

int store_setting_values(struct store_row *row, const int *columns, const struct settings *settings,
                         char **values, size_t *size, struct vib_error *err) {
    char text[KEY_TEXT_SIZE];
    FILE *out = open_memstream(values, size);
    if (out == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    for (size_t i = 0; i < n_keys; i++) {
        text[0] = '\0';
        if (columns[i] >= 0 && store_row_type(row, columns[i]) != STORE_NULL)
            (void)key_format(settings, &keys[i], text, sizeof text); /* cut, if it is that long */
        (void)fwrite(text, 1, strlen(text) + 1, out);
    }
    if (fclose(out) == 0)
        return 0;
    return vib_error_set(err, VIB_ENOMEM, "out of memory");
}
