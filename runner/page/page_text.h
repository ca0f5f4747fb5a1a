/* The files of runner/page/web as zero-terminated text, which the Makefile embeds. */
#ifndef RUNNER_PAGE_PAGE_TEXT_H
#define RUNNER_PAGE_PAGE_TEXT_H

extern const unsigned char page_html[]; /* the skeleton, with the places of the other two */
extern const unsigned char page_css[];
extern const unsigned char page_js[]; /* all scripts, one after the other */

#endif
