#include "runner/base/owner.h"

#include <errno.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_SIZE = 24, ENTRY_SIZE = 4096 };

/* The user's name, or number where it has none. */
static void user_name(char out[NAME_SIZE], uid_t user) {
    char entry[ENTRY_SIZE];
    struct passwd passwd, *found = NULL;
    if (getpwuid_r(user, &passwd, entry, sizeof entry, &found) == 0 && found != NULL)
        (void)snprintf(out, NAME_SIZE, "%s", found->pw_name);
    else
        (void)snprintf(out, NAME_SIZE, "user %lu", (unsigned long)user);
}

const char *owner_note(char out[OWNER_SIZE], const char *path) {
    const int saved = errno;
    char theirs[NAME_SIZE], ours[NAME_SIZE];
    struct stat status;
    out[0] = '\0';
    if (stat(path, &status) == 0 && status.st_uid != geteuid()) {
        user_name(theirs, status.st_uid);
        user_name(ours, geteuid());
        (void)snprintf(out, OWNER_SIZE, " (it belongs to %s, and this process runs as %s)", theirs,
                       ours);
    }
    errno = saved;
    return out;
}
