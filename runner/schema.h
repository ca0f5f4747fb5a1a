/* runner/schema.sql, embedded at build time. */
#ifndef RUNNER_SCHEMA_H
#define RUNNER_SCHEMA_H

extern const unsigned char schema_sql[]; /* zero-terminated */

#endif
