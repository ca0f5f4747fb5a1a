/* Runs a command as where the system lets no generated code run: deny-exec COMMAND [ARGUMENT]...
 * Status 77, with the reason on stdout, where that cannot be arranged.
 *
 * What is refused is what systemd's MemoryDenyWriteExecute refuses: memory that is writable and
 * executable at once, and making memory executable later. Programs and libraries load as ever.
 * prctl(PR_SET_MDWE) would do it as well, but Debian 12's kernel does not have it. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SKIPPED = 77, CANNOT_RUN = 127 };

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)
/* Both take how many statements to skip, if it holds and if not. */
#define EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define ANY_OF(bits, yes, no) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, yes, no)

static int deny(void) {
    /* The third argument of both calls is the protection, of which this loads the low half. */
    static struct sock_filter statements[] = {
        LOAD(nr),
        EQUAL(SYS_mprotect, 3, 0),
        EQUAL(SYS_mmap, 0, 4),
        LOAD(args[2]),
        ANY_OF(PROT_WRITE, 1, 2),
        LOAD(args[2]),
        ANY_OF(PROT_EXEC, 1, 0),
        RETURN(SECCOMP_RET_ALLOW),
        RETURN(SECCOMP_RET_ERRNO | EPERM),
    };
    const struct sock_fprog program = {sizeof statements / sizeof statements[0], statements};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: deny-exec COMMAND [ARGUMENT]...\n");
        return 2;
    }
    if (deny() != 0) {
        printf("no filter of system calls here: %s\n", strerror(errno));
        return SKIPPED;
    }
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    return CANNOT_RUN;
}
