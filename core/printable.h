/* Text that may go to a terminal, a table or a database whatever somebody put into it. */
#ifndef VIB_CORE_PRINTABLE_H
#define VIB_CORE_PRINTABLE_H

/* In place: every control character (also DEL and U+0080 to U+009F) and every byte that is no part
 * of a character of UTF-8 becomes '?', byte by byte; a character that the text ends within, as one
 * does that was cut to fit a buffer, is left out. Thread rule: pure function. */
void vib_make_printable(char *text);

#endif
