/* runner/store/schema.sql, embedded at build time. */
#ifndef RUNNER_STORE_SCHEMA_H
#define RUNNER_STORE_SCHEMA_H

extern const unsigned char schema_sql[]; /* zero-terminated */

#endif
