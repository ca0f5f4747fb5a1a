/* Memory that can still be taken: proc(5), /proc/meminfo. */
#include "runner/base/host.h"
#include "runner/base/host_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool host_parse_meminfo(const char *text, const char *name, double *bytes) {
    const size_t length = strlen(name);
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, length) != 0 || line[length] != ':')
            continue;
        char *end;
        const double kilobytes = strtod(line + length + 1, &end);
        if (end == line + length + 1 || !(kilobytes >= 0.0))
            return false;
        *bytes = 1024.0 * kilobytes;
        return true;
    }
    return false;
}

double host_memory(void) {
    char text[4096] = "";
    double available = HUGE_VAL, swap = 0.0;
    FILE *stream = fopen("/proc/meminfo", "re");
    if (stream != NULL) {
        text[fread(text, 1, sizeof text - 1, stream)] = '\0';
        (void)fclose(stream); /* read only */
    }
    if (!host_parse_meminfo(text, "MemAvailable", &available))
        available = HUGE_VAL;
    (void)host_parse_meminfo(text, "SwapFree", &swap); /* else there is none */
    return fmin(available, host_cgroup_memory("")) + swap;
}
