/* Opening and closing a store: telling our databases from other files, and making new ones.
 *
 * A new file gets its schema in one transaction in SQLite's rollback journal, and only when nothing
 * else can fail the write-ahead log: so application_id stands in the main file from the first
 * commit on, and a file can be recognised by its first bytes, before SQLite would touch anything on
 * its account. A process that is killed in that commit leaves a file of ours with a journal, which
 * undoes it: such a file is recovered, and only then judged by what it is. */
#include "runner/store/store.h"
#include "runner/store/file_system.h"
#include "runner/store/store_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The 100-byte header of an SQLite file: sqlite.org/fileformat2.html, section 1.3. */
enum { HEADER_BYTES = 72, HEADER_READ_VERSION = 19, HEADER_APPLICATION_ID = 68, VERSION_WAL = 2 };

enum file_kind { FILE_BLANK, FILE_OURS, FILE_OTHER };

/* SQLite's own handle of the database's file, or NULL. */
static sqlite3_file *main_file(const struct store *store) {
    sqlite3_file *file = NULL;
    if (store->db == NULL ||
        sqlite3_file_control(store->db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
        file == NULL || file->pMethods == NULL)
        return NULL;
    return file;
}

/* Reads through SQLite's own file handle: closing another descriptor of the same file would drop
 * the locks that this process may hold on it (POSIX), and reading by SQL could alter a database of
 * another program that is to be recovered. */
static int file_kind(struct store *store, enum file_kind *kind, struct vib_error *err) {
    static const char magic[16] = "SQLite format 3";
    unsigned char header[HEADER_BYTES];
    sqlite3_file *file = main_file(store);
    sqlite3_int64 size = 0;
    if (file == NULL || file->pMethods->xFileSize(file, &size) != SQLITE_OK)
        return vib_error_set(err, VIB_EIO, "%s: cannot read", store->path);
    *kind = size == 0 ? FILE_BLANK : FILE_OTHER;
    if (size < HEADER_BYTES)
        return 0;
    if (file->pMethods->xRead(file, header, HEADER_BYTES, 0) != SQLITE_OK)
        return vib_error_set(err, VIB_EIO, "%s: cannot read", store->path);
    const unsigned char *id = header + HEADER_APPLICATION_ID;
    const uint32_t application =
        (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | (uint32_t)id[3];
    if (memcmp(header, magic, sizeof magic) == 0 && application == STORE_APPLICATION_ID)
        *kind = FILE_OURS;
    return 0;
}

static int refuse(const struct store *store, int rc, struct vib_error *err) {
    return vib_error_set(err, rc, "%s is not a vib-sweep database; it was left as it is",
                         store->path);
}

/* What the file is once a journal that a killed process left is rolled back, which the first read
 * does; `kind`, no longer FILE_OTHER, is what it seemed to be. */
static int recover(struct store *store, int refusal, enum file_kind *kind, struct vib_error *err) {
    int64_t version;
    int rc = store_query_integer(store, "PRAGMA schema_version", &version, err);
    if (rc == 0)
        rc = file_kind(store, kind, err);
    return rc == 0 && *kind == FILE_OTHER ? refuse(store, refusal, err) : rc;
}

/* Two processes may find the same blank file: the second to get the lock sees the first's work. */
static int create_schema(struct store *store, struct vib_error *err) {
    int64_t application = 0, tables = 0;
    int rc = store_begin(store, err);
    if (rc != 0)
        return rc;
    if ((rc = store_query_integer(store, "PRAGMA application_id", &application, err)) != 0 ||
        (rc = store_query_integer(store, "SELECT count(*) FROM sqlite_schema", &tables, err)) != 0)
        goto out;
    if (application != STORE_APPLICATION_ID && (application != 0 || tables != 0))
        rc = refuse(store, VIB_EIO, err);
    else if (application == 0)
        rc = store_create_tables(store, err);
    if (rc == 0)
        rc = store_commit(store, err);
out:
    store_rollback(store);
    return rc;
}

static int configure(struct store *store, const char *sql, struct vib_error *err) {
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return store_fail(store, "set up the connection", err);
    return 0;
}

/* Opens the file only; nothing is read or written but what creating an empty file takes. name is
 * the store's path or a URI of it. */
static int open_file(struct store *store, const char *name, int flags, int failure,
                     struct vib_error *err) {
    const int rc = sqlite3_open_v2(name, &store->db,
                                   flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (store->db == NULL || (rc & 0xff) == SQLITE_NOMEM)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", store->path);
    if (rc != SQLITE_OK) {
        int number = sqlite3_system_errno(store->db);
        /* SQLite tells of its second, read-only try to open; what a missing file needs is a folder
         * that may be written. */
        if (number == ENOENT && failure == VIB_ECREATE && store_path_forbidden(store->path))
            number = EACCES;
        return vib_error_set(err, failure, "cannot open %s: %s", store->path,
                             number != 0 ? strerror(number) : sqlite3_errmsg(store->db));
    }
    return store_set_busy_ms(store, STORE_BUSY_MS, err);
}

/* A store without a connection, or NULL when out of memory. */
static struct store *store_new(const char *path) {
    struct store *store = calloc(1, sizeof *store);
    if (store != NULL && (store->path = strdup(path)) == NULL) {
        free(store);
        return NULL;
    }
    if (store != NULL)
        store->shared = file_system_shared(path);
    return store;
}

static int open_writer(struct store *store, bool exists, struct vib_error *err) {
    enum file_kind kind;
    int rc = open_file(store, store->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                       exists ? VIB_EIO : VIB_ECREATE, err);
    if (rc != 0 || (rc = file_kind(store, &kind, err)) != 0)
        return rc;
    if (kind == FILE_OTHER)
        return refuse(store, VIB_EIO, err);
    if (sqlite3_db_readonly(store->db, "main") != 0)
        return vib_error_set(err, VIB_EIO, "%s: no permission to write", store->path);
    if ((rc = recover(store, VIB_EIO, &kind, err)) != 0 ||
        (kind == FILE_BLANK && (rc = create_schema(store, err)) != 0))
        return rc;
    bool old = false;
    if ((rc = store_upgrade_needed(store, VIB_EIO, &old, err)) != 0 ||
        (old && (rc = store_upgrade(store, false, err)) != 0) ||
        (rc = store_check_numerics(store, err)) != 0 || (rc = store_renew_views(store, err)) != 0 ||
        (rc = store_use_journal(store, err)) != 0)
        return rc;
    return configure(store, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON", err);
}

/* --- closing --- */

/* Whether no other process has the file open, and none can read it until it is closed: otherwise
 * the log cannot be opened, or the lock not be had. The log goes before the file does, and no
 * journal is made: by the time this file is closed, a new one of its name may have either. Not by
 * BEGIN EXCLUSIVE, which writes into an empty file, where there may be no room. */
static bool take_alone(struct store *store) {
    static const char sql[] =
        "PRAGMA locking_mode = EXCLUSIVE; SELECT count(*) FROM sqlite_schema;"
        "PRAGMA journal_mode = MEMORY; SELECT count(*) FROM sqlite_schema";
    sqlite3_file *file = main_file(store);
    return file != NULL && sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK &&
           file->pMethods->xLock(file, SQLITE_LOCK_RESERVED) == SQLITE_OK &&
           file->pMethods->xLock(file, SQLITE_LOCK_EXCLUSIVE) == SQLITE_OK;
}

static bool unused(struct store *store) {
    static const char tables[] = "SELECT count(*) FROM sqlite_schema";
    static const char rows[] = "SELECT (SELECT count(*) FROM run) + (SELECT count(*) FROM job)";
    int64_t n = 0;
    if (store_query_integer(store, tables, &n, NULL) != 0)
        return false;
    return n == 0 || (store_query_integer(store, rows, &n, NULL) == 0 && n == 0);
}

/* Through a connection of its own, which has seen nothing yet: one that has read the file before
 * others wrote it might take what it remembers for what is there. On any failure the file stays. */
static void remove_unused(const char *path) {
    enum file_kind kind;
    struct store *store = store_new(path);
    if (store != NULL && open_file(store, path, SQLITE_OPEN_READWRITE, VIB_EIO, NULL) == 0 &&
        store_set_busy_ms(store, 0, NULL) == 0 && file_kind(store, &kind, NULL) == 0 &&
        kind != FILE_OTHER && take_alone(store) && unused(store) && !store_moved(store))
        (void)unlink(path);
    store_close(store);
}

void store_discard(struct store *store) {
    const bool made = store != NULL && store->created && main_file(store) != NULL;
    char *path =
        made && !store_moved(store) ? strdup(sqlite3_db_filename(store->db, "main")) : NULL;
    store_close(store);
    if (path != NULL)
        remove_unused(path);
    free(path);
}

void store_close(struct store *store) {
    if (store == NULL)
        return;
    for (size_t i = 0; i < STORE_STATEMENTS; i++)
        (void)sqlite3_finalize(store->statements[i]); /* repeats errors reported before */
    store_drop_journal(store);
    /* Cannot fail: every statement is finalised. A transaction left open is rolled back. */
    (void)sqlite3_close(store->db);
    free(store->watched);
    free(store->path);
    free(store);
}

/* --- opening to write --- */

/* One try; *moved tells whether the file that was opened is no longer the one of that name: another
 * process made it, failed, and discarded it. */
static int try_open(struct store **out, const char *path, bool *moved, struct vib_error *err) {
    bool exists;
    int rc = store_path_check(path, true, &exists, err);
    *moved = false;
    if (rc != 0)
        return rc;
    struct store *store = store_new(path);
    if (store == NULL)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", path);
    store->created = !exists;
    rc = open_writer(store, exists, err);
    *moved = store_moved(store);
    if (rc != 0 || *moved)
        store_discard(store);
    else
        *out = store;
    return rc;
}

int store_open(struct store **out, const char *path, struct vib_error *err) {
    enum { TRIES = 100 };
    bool moved = true;
    int rc = 0;
    *out = NULL;
    for (int i = 0; i < TRIES && moved; i++)
        rc = try_open(out, path, &moved, err);
    if (!moved)
        return rc;
    return vib_error_set(err, VIB_EBUSY, "%s is made and deleted again and again by others", path);
}

/* --- opening to read --- */

static int open_without_locks(struct store *store, struct vib_error *err) {
    char *uri = store_path_immutable(store->path);
    if (uri == NULL)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", store->path);
    const int rc = open_file(store, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, VIB_EIO, err);
    free(uri);
    return rc;
}

static int open_immutable(struct store *store, struct vib_error *err) {
    const int rc = open_without_locks(store, err);
    store->immutable = true;
    if (rc == 0 && stat(store->path, &store->opened) != 0)
        return vib_error_set(err, VIB_EIO, "%s: cannot read: %s", store->path, strerror(errno));
    return rc;
}

/* What SQLite could not read, it says, where it may not make or recover a file beside it. */
static int explain_log(const struct store *store, int rc, struct vib_error *err) {
    const int code = sqlite3_errcode(store->db) & 0xff;
    const char *suffix = store_path_log(store->path);
    if (suffix == NULL || (code != SQLITE_CANTOPEN && code != SQLITE_READONLY))
        return rc;
    return vib_error_set(err, rc,
                         "%s cannot be read without its log, the %s file beside it, and that takes "
                         "permission to write there: copy both files into a folder of your own",
                         store->path, suffix);
}

/* Whether a file is marked as having a log, on a file system that hosts share, and has none: then
 * nobody has it open, and SQLite would make a log in which hosts do not see each other. */
static bool without_log(const struct store *store) {
    unsigned char version = 0;
    sqlite3_file *file = main_file(store);
    return store->shared != NULL && file != NULL &&
           file->pMethods->xRead(file, &version, 1, HEADER_READ_VERSION) == SQLITE_OK &&
           version == VERSION_WAL && store_path_log(store->path) == NULL;
}

static int open_to_read(struct store *store, struct vib_error *err) {
    if (store_path_at_rest(store->path))
        return open_immutable(store, err);
    int rc = open_file(store, store->path, SQLITE_OPEN_READWRITE, VIB_EIO, err);
    if (rc != 0 || !without_log(store))
        return rc;
    (void)sqlite3_close(store->db); /* cannot fail: nothing is prepared */
    store->db = NULL;
    return open_immutable(store, err);
}

/* Opened for writing where that is allowed, as SQLite then can recover the log of a killed process
 * and leaves no files of its own behind; query_only keeps SQL from changing anything. */
static int open_reader(struct store *store, struct vib_error *err) {
    enum file_kind kind;
    bool old = false;
    int rc = open_to_read(store, err);
    if (rc != 0 || (rc = file_kind(store, &kind, err)) != 0)
        return rc;
    if (kind == FILE_OTHER)
        return refuse(store, VIB_EDATA, err);
    if ((rc = recover(store, VIB_EDATA, &kind, err)) != 0)
        return explain_log(store, rc, err);
    if (kind == FILE_BLANK)
        return vib_error_set(err, VIB_EDATA, "%s is empty: no sweep has begun in it", store->path);
    if ((rc = store_upgrade_needed(store, VIB_EDATA, &old, err)) == 0)
        rc = old ? store_read_as_new(store, err) : store_shadow_views(store, err);
    return rc != 0 ? rc : configure(store, "PRAGMA query_only = ON", err);
}

static int open_snapshot(struct store *store, struct vib_error *err) {
    enum file_kind kind;
    bool old = false;
    int rc = open_without_locks(store, err);
    if (rc != 0 || (rc = file_kind(store, &kind, err)) != 0)
        return rc;
    if (kind != FILE_OURS)
        return refuse(store, VIB_EDATA, err);
    rc = store_upgrade_needed(store, VIB_EDATA, &old, err);
    return rc == 0 && old ? store_read_as_new(store, err) : rc;
}

static int open_existing(struct store **out, const char *path,
                         int (*opener)(struct store *store, struct vib_error *err),
                         struct vib_error *err) {
    bool exists;
    *out = NULL;
    if (store_path_check(path, false, &exists, err) != 0) {
        if (err != NULL)
            err->code = VIB_EDATA;
        return VIB_EDATA;
    }
    if (!exists)
        return vib_error_set(err, VIB_EDATA, "there is no database %s", path);
    struct store *store = store_new(path);
    if (store == NULL)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", path);
    const int rc = opener(store, err);
    if (rc != 0)
        store_close(store);
    else
        *out = store;
    return rc;
}

int store_open_reader(struct store **out, const char *path, struct vib_error *err) {
    return open_existing(out, path, open_reader, err);
}

int store_open_snapshot(struct store **out, const char *path, struct vib_error *err) {
    return open_existing(out, path, open_snapshot, err);
}
