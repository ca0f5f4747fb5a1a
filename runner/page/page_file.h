/* The page as one file that shows what its sources have now, wherever it is opened. */
#ifndef RUNNER_PAGE_PAGE_FILE_H
#define RUNNER_PAGE_PAGE_FILE_H

#include "core/error.h"
#include "runner/page/page.h"

#include <stddef.h>
#include <stdio.h>

/* What a browser opens at once, in bytes: of all documents, and of those about single points and
 * jobs, of which a file may therefore lack some. */
enum { PAGE_FILE_MOST = 54 << 20, PAGE_FILE_MOST_JOBS = 32 << 20 };

/* Writes it; `most_jobs`: PAGE_FILE_MOST_JOBS. Write errors stay in the stream. Errors: of a source
 * that cannot be read; VIB_ENOMEM. */
int page_file_write(struct page *page, size_t most_jobs, FILE *out, struct vib_error *err);

#endif
