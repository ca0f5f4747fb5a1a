/* The page as one HTML text: the skeleton of runner/page/web/index.html with the style, the scripts
 * and, in a file of its own, the documents that it shows. Nothing else is loaded from anywhere, and
 * the page's policy forbids it: a script or a style runs only if it is, by its SHA-256, ours. */
#ifndef RUNNER_PAGE_PAGE_HTML_H
#define RUNNER_PAGE_PAGE_HTML_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { PAGE_POLICY_SIZE = 512 };

/* The Content-Security-Policy of the page; served: with what only a header can say, and leave to
 * ask the server. */
void page_policy(bool served, char text[PAGE_POLICY_SIZE]);

/* Writes the page as it is served, without documents. Write errors stay in the stream. */
void page_html_serve(FILE *out);

/* Writes the page as a file that carries its documents, which `write` writes as one JSON object by
 * page_html_json. Errors: those of `write`; write errors stay in the stream. */
int page_html_file(FILE *out, int (*write)(void *context, FILE *out, struct vib_error *err),
                   void *context, struct vib_error *err);

/* Writes JSON as part of an HTML text: `<`, which may end a script, as \u003c. */
void page_html_json(FILE *out, const char *json, size_t size);

#endif
