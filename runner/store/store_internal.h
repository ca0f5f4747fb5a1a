/* What the files of the store share; for runner/store/store*.c and their tests only. */
#ifndef RUNNER_STORE_STORE_INTERNAL_H
#define RUNNER_STORE_STORE_INTERNAL_H

#include "runner/store/store.h"
#include "runner/store/store_query.h"

#include <sqlite3.h>
#include <sys/stat.h>

enum {
    STORE_APPLICATION_ID = 0x56494253, /* "VIBS", as in runner/store/schema.sql */
    STORE_SCHEMA_VERSION = 5
};

/* SQL for this moment, as the database stores it. */
#define STORE_NOW "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"

/* The tables of what a job leaves at its end. */
enum store_row_table {
    STORE_ROWS_RESULT,
    STORE_ROWS_EPOCH,
    STORE_ROW_MEASURES, /* of those before it, the number */
    STORE_ROWS_BOUND = STORE_ROW_MEASURES,
    STORE_ROWS_RESIDUAL,
    STORE_ROWS_EPOCH_BOUND,
    STORE_ROWS_CODE,
    STORE_ROWS_DECODER,
    STORE_ROWS_PREDICTION,
    STORE_ROW_TABLES
};

/* One per statement text in runner/store/store*.c; prepared at first use, finalised by store_close.
 */
enum store_statement {
    STORE_BEGIN,
    STORE_COMMIT,
    STORE_SAVEPOINT,
    STORE_RELEASE_SAVEPOINT,
    STORE_ROLLBACK_TO,
    STORE_RUN_INSERT,
    STORE_RUN_HEARTBEAT,
    STORE_RUN_END,
    STORE_RUN_NEXT,
    STORE_RUN_LOST,
    STORE_RUN_FORGET_PROGRESS,
    STORE_RUN_TAKE_BACK,
    STORE_DATASET_INSERT,
    STORE_DATASET_LACKS_CLASSES,
    STORE_DATASET_CLASS_INSERT,
    STORE_INPUT_SCALE_INSERT,
    STORE_DATASET_NAME,
    STORE_DATASET_RENAME,
    STORE_DATASET_RENAME_JOBS,
    STORE_JOB_FIND,
    STORE_METHOD_INSERT,
    STORE_DATASET_SPLIT_INSERT,
    STORE_SETTING_INSERT,
    STORE_JOB_INSERT,
    STORE_JOB_COPY,
    STORE_JOB_LACKS,
    STORE_JOB_RETRY,
    STORE_JOB_STATE,
    STORE_JOB_CLAIM,
    STORE_JOB_RELEASE,
    STORE_JOB_UNCLAIM,
    STORE_JOB_FINISH,
    STORE_JOB_RESET,
    STORE_JOB_DELETE,
    STORE_PROGRESS_SET,
    STORE_PROGRESS_DELETE,
    STORE_RESULT_DELETE,
    STORE_EPOCH_DELETE,
    STORE_BOUND_DELETE,
    STORE_CODE_DELETE,
    STORE_DECODER_DELETE,
    STORE_EPOCH_BOUND_DELETE,
    STORE_PREDICTION_DELETE,
    STORE_EPOCH_INSERT,
    STORE_RESULT_INSERT,
    STORE_RESULT_READ,
    STORE_BOUND_INSERT,
    STORE_EPOCH_BOUND_INSERT,
    STORE_LABELS_INSERT,
    STORE_PREDICTION_INSERT,
    STORE_CODE_INSERT,
    STORE_DECODER_INSERT,
    STORE_STATUS_DETAIL,
    /* Of a merge; the first three are of the database that is read. */
    STORE_MERGE_JOBS,
    STORE_SETTING_READ,
    STORE_ROWS_READ, /* as many as there are tables in store_rows.c */
    STORE_ROWS_READ_LAST = STORE_ROWS_READ + STORE_ROW_TABLES - 1,
    STORE_ROWS_WRITE,
    STORE_ROWS_WRITE_LAST = STORE_ROWS_WRITE + STORE_ROW_TABLES - 1,
    STORE_ROWS_FILL,
    STORE_ROWS_FILL_LAST = STORE_ROWS_FILL + STORE_ROW_MEASURES - 1,
    STORE_MERGE_FIND,
    STORE_MERGE_ADD,
    STORE_MERGE_SETTLE,
    STORE_MERGE_COMPLETE,
    STORE_MERGE_WEIGHT,
    STORE_MERGE_WHERE,
    STORE_STATEMENTS
};

/* When a run's last sign of life was first seen as it is. */
struct watched_run {
    int64_t run;
    char heartbeat[40]; /* as in table run */
    double since_s;     /* by clock_s */
    bool moved;         /* it has been another before */
};

struct store {
    sqlite3 *db;
    char *path;
    const char *shared; /* the file system's name, where other hosts may open the file, or NULL */
    int busy_ms;
    bool empties_journal; /* rather than deleting it; see store_journal.c */
    bool created;         /* the file was not there when it was opened */
    bool immutable;       /* read without locks, as nobody was to write; see store_unchanged */
    struct stat opened;   /* of such a file, when it was opened */
    struct watched_run *watched; /* [n_watched] runs whose process cannot be looked at from here */
    size_t n_watched;
    sqlite3_stmt *statements[STORE_STATEMENTS];
};

/* Turns the connection's last error into a code and words; `doing` is "record a run", ... */
int store_fail(const struct store *store, const char *doing, struct vib_error *err);

/* Whether what was read from an immutable store is what it held when it was opened: VIB_EBUSY if
 * somebody has written it since, and 0 for other stores. */
int store_unchanged(const struct store *store, struct vib_error *err);

/* Whether the open file no longer is the one of its name: it was deleted or replaced. */
bool store_moved(const struct store *store);

/* The statement, reset and ready to be bound. sql is the same text at every call with that id. */
int store_statement(struct store *store, enum store_statement id, const char *sql,
                    sqlite3_stmt **statement, struct vib_error *err);

/* Both take the OR of what the sqlite3_bind_* calls returned, so that a failed one is reported. */

/* Runs a statement that gives no rows and resets it. */
int store_execute(struct store *store, sqlite3_stmt *statement, int bound, const char *doing,
                  struct vib_error *err);

/* Advances to the next row, or resets the statement when *row is false or on an error. */
int store_fetch(struct store *store, sqlite3_stmt *statement, int bound, bool *row,
                const char *doing, struct vib_error *err);

/* Resets a statement that was left on a row and forgets its (borrowed) parameters. */
void store_reset(sqlite3_stmt *statement);

/* A group of statements that happens as a whole: a transaction, or a savepoint within the caller's.
 * store_leave keeps the group when code is 0, else undoes it; returns the final code. */
int store_enter(struct store *store, bool *outermost, struct vib_error *err);
int store_leave(struct store *store, bool outermost, int rc, struct vib_error *err);

/* Binds a number; NaN and infinities become NULL. */
int store_bind_real(sqlite3_stmt *statement, int parameter, double value);

/* Binds text that stays valid until the statement is reset; NULL becomes NULL. What is no UTF-8, as
 * a name of a file may be, is escaped (utf8_escape): TEXT that is none cannot be read everywhere.
 */
int store_bind_text(sqlite3_stmt *statement, int parameter, const char *text);

int store_bind_size(sqlite3_stmt *statement, int parameter, size_t value);

/* Bind n numbers as a JSON array, and rows x columns of them as one of such an array for each row.
 */
int store_bind_floats(sqlite3_stmt *statement, int parameter, const float *values, size_t n);
int store_bind_matrix(sqlite3_stmt *statement, int parameter, const float *values, size_t rows,
                      size_t columns);

/* The first column of the first row of a query, as an integer. */
int store_query_integer(struct store *store, const char *sql, int64_t *value,
                        struct vib_error *err);

/* --- its place --- */

/* Refuses, before SQLite opens it, what is no name of an ordinary file, or leaves no room for the
 * files beside one that is to be written; tells whether there is one. Errors: VIB_ECREATE, VIB_EIO
 * (a folder or a special file). */
int store_path_check(const char *path, bool to_write, bool *exists, struct vib_error *err);

/* Whether the folder of a path is there, but not for us to write in. */
bool store_path_forbidden(const char *path);

/* The suffix of the file beside a database that holds what it lacks, or is to be rolled back into
 * it: "-wal" or "-journal"; NULL when there is none. */
const char *store_path_log(const char *path);

/* Whether a database lies, without such a file, where we may not create one, or should not: SQLite
 * refuses to read what is marked as having a log, unless it is told that nobody will write; and a
 * log that we made beside another user's database would keep its owner from writing. */
bool store_path_at_rest(const char *path);

/* The URI by which SQLite reads a file as one that nobody will write; allocated, or NULL. */
char *store_path_immutable(const char *path);

/* Has SQLite use a write-ahead log or, on a file system that hosts share, a rollback journal. */
int store_use_journal(struct store *store, struct vib_error *err);

/* Leaves no empty journal behind; part of store_close. */
void store_drop_journal(struct store *store);

/* --- the tables --- */

/* Creates all tables and views in an empty database, within the caller's transaction. */
int store_create_tables(struct store *store, struct vib_error *err);

/* Creates tables of schema.sql, by their names, that an older database lacks. Errors: VIB_EIO where
 * somebody's table has such a name; of the store. */
int store_add_tables(struct store *store, const char *const *names, size_t n,
                     struct vib_error *err);

/* Rows of table method for the methods that it lacks. */
int store_add_methods(struct store *store, struct vib_error *err);

/* Creates table setting. */
int store_setting_create(struct store *store, struct vib_error *err);

/* A job's row of it: NULL where a key does not matter to the settings' kind of job. */
int store_setting_insert(struct store *store, int64_t job, const struct settings *settings,
                         struct vib_error *err);

/* The columns of a row that hold the keys' values: [n_keys], -1 where there is none. */
void store_setting_find(struct store_row *row, int *columns);

/* A job's values, by these columns: one that is not there is what jobs had before there was the
 * key. The settings borrow the row's texts. Errors: VIB_ECONFIG for a value that no job can have;
 * VIB_ENOMEM. */
int store_setting_read(struct store_row *row, const int *columns, struct settings *settings,
                       struct vib_error *err);

/* The same values as text, of every key in turn, each ended by a 0: empty where it is NULL. *values
 * [*size] is allocated, also after an error, or NULL. Error: VIB_ENOMEM. */
int store_setting_values(struct store_row *row, const int *columns, const struct settings *settings,
                         char **values, size_t *size, struct vib_error *err);

/* A job's row as another database has it, but for the name of the data; *theirs tells whether an
 * error is of that one. */
int store_setting_copy(struct store *store, int64_t job, struct store *from, int64_t from_job,
                       const char *dataset_name, bool *theirs, struct vib_error *err);

/* Whether every key has its column; a column of no key is an error of code `refusal`. */
int store_setting_check(struct store *store, int refusal, bool *complete, struct vib_error *err);

/* Adds the columns that are missing, with the default of the key in the jobs to which it matters.
 */
int store_setting_complete(struct store *store, struct vib_error *err);

/* --- older databases --- */

/* Has a reader of one read a copy in memory, as if the file had been brought up to date. */
int store_read_as_new(struct store *store, struct vib_error *err);

/* Whether the tables are an older program's; a newer one's, and those of schema 1, whose jobs give
 * other results, are an error of code `refusal`. */
int store_upgrade_needed(struct store *store, int refusal, bool *needed, struct vib_error *err);

/* Refuses (VIB_EIO) jobs of another arithmetic than this program's: a sweep would mix results that
 * nobody could tell apart. The tables are up to date. */
int store_check_numerics(struct store *store, struct vib_error *err);

/* Brings the tables up to date in one exclusive transaction, refused (VIB_EBUSY) while a run lives,
 * unless the database is this connection's `alone`. Views are to be renewed after it. */
int store_upgrade(struct store *store, bool alone, struct vib_error *err);

/* Whether a run's process is alive: 1, 0, or -1 when it cannot be told from here. */
int store_process_alive(const struct store *store, const struct host *self, const char *identity,
                        int64_t pid, int64_t start);

/* VIB_EBUSY, naming it, when a run of this database is alive. */
int store_refuse_while_used(struct store *store, struct vib_error *err);

/* --- views --- */

/* Makes views that are not word for word this program's anew, and adds methods to table method;
 * other views stay as they are. */
int store_renew_views(struct store *store, struct vib_error *err);

/* Where any view is not word for word this program's, makes all of them anew for this connection
 * alone, as temporary ones, which names find first. */
int store_shadow_views(struct store *store, struct vib_error *err);

/* Makes all of them anew for this connection alone, of the jobs whose seed is in its temporary
 * table chosen_seed. */
int store_choose_views(struct store *store, struct vib_error *err);

/* Makes all of them anew for this connection alone, summary and job_point from temporary tables
 * that hold their rows; of information_plane a part, as store_keep_views does. */
int store_hold_views(struct store *store, const char *split, struct vib_error *err);

/* Whether it is not recorded what the classes of a data set stand for. */
int store_lacks_classes(struct store *store, const char *digest, bool *lacks,
                        struct vib_error *err);

/* Deletes what a job recorded at an earlier end; part of store_finish. */
int store_forget_results(struct store *store, int64_t job, struct vib_error *err);

/* Deletes the run's row of table progress for a job that it no longer runs. */
int store_forget_progress(struct store *store, int64_t job, int64_t run, struct vib_error *err);

/* The rows of table prediction for a job that ended, and the labels that they refer to; part of
 * store_finish. */
int store_add_predictions(struct store *store, int64_t job, const struct vib_dataset *data,
                          const struct saved_predictions *saved, struct vib_error *err);

/* The rows of tables code and decoder for a job that ended; part of store_finish. */
int store_add_codes(struct store *store, int64_t job, const struct vib_dataset *data,
                    const struct saved_codes *saved, struct vib_error *err);

#endif
