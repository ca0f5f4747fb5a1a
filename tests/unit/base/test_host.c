/* Facts about the machine, from made-up files and from real processes. */
#include "runner/base/host.h"
#include "runner/base/host_internal.h"
#include "tests/unit/store/store_fixture.h"

#include <math.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define STAT_REST " 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 98765 20 21\n"

static void test_stat_with_any_name(void **state) {
    static const char *const names[] = {"cat", "a b", ") Z 1", "((", "x) R 5 6 7", ""};
    char text[256], process_state;
    int64_t start;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(text, sizeof text, "42 (%s) S" STAT_REST, names[i]);
        assert_true(host_parse_stat(text, &process_state, &start));
        assert_int_equal(process_state, 'S');
        assert_int_equal(start, 98765);
    }
    assert_false(host_parse_stat("", &process_state, &start));
    assert_false(host_parse_stat("42 (cat) S 1 2", &process_state, &start));
    assert_false(host_parse_stat("42 cat S" STAT_REST, &process_state, &start));
}

static void test_cpu_model(void **state) {
    char cpu[16];
    (void)state;
    host_parse_cpu("processor\t: 0\nmodel name\t: Abacus 9\nmodel name\t: Other\n", cpu,
                   sizeof cpu);
    assert_string_equal(cpu, "Abacus 9");
    host_parse_cpu("model name : a name that is far too long\n", cpu, sizeof cpu);
    assert_string_equal(cpu, "a name that is ");
    host_parse_cpu("Hardware: board\n", cpu, sizeof cpu);
    assert_string_equal(cpu, "");
}

static void test_own_process(void **state) {
    struct host host;
    (void)state;
    host_init(&host);
    assert_int_equal(host.pid, getpid());
    assert_true(host.start > 0);
    assert_true(*host.name != '\0' && *host.identity != '\0');
    assert_int_equal(host_process_alive(&host, host.identity, host.pid, host.start), 1);
    assert_int_equal(host_process_alive(&host, host.identity, host.pid, 0), 1);
    assert_int_equal(host_process_alive(&host, host.identity, host.pid, host.start + 1), 0);
    assert_int_equal(host_process_alive(&host, "elsewhere", host.pid, host.start), -1);
    assert_int_equal(host_process_alive(&host, "", host.pid, host.start), -1);
    assert_int_equal(host_process_alive(&host, host.identity, 0, 0), 0);
    assert_int_equal(host_process_alive(&host, host.identity, -1, 0), 0);
    assert_int_equal(host_process_alive(&host, host.identity, (int64_t)1 << 40, 0), 0);
    host.identity[0] = '\0';
    assert_int_equal(host_process_alive(&host, "", host.pid, host.start), -1);
}

/* A process is dead from its end on, not only when its parent has asked for it. */
static void test_dying_process(void **state) {
    struct host host;
    siginfo_t info;
    int ends[2];
    char byte;
    (void)state;
    host_init(&host);
    assert_int_equal(pipe(ends), 0);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(ends[1]);
        (void)!read(ends[0], &byte, 1);
        _exit(0);
    }
    assert_int_equal(host_process_alive(&host, host.identity, pid, 0), 1);
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    assert_int_equal(host_process_alive(&host, host.identity, pid, 0), 0); /* a zombie */
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(host_process_alive(&host, host.identity, pid, 0), 0);
}

/* --- control groups, under a folder that plays the root --- */

struct root {
    char folder[FOLDER_SIZE];
};

static int root_new(void **state) {
    struct root *r = calloc(1, sizeof *r);
    assert_non_null(r);
    make_folder(r->folder);
    *state = r;
    return 0;
}

static int root_free(void **state) {
    struct root *r = *state;
    remove_folder(r->folder);
    free(r);
    return 0;
}

/* Writes a file and the folders above it. */
static void put(const struct root *r, const char *path, const char *text) {
    char name[600];
    snprintf(name, sizeof name, "%s%s", r->folder, path);
    for (char *slash = strchr(name + strlen(r->folder) + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(name, 0777);
        *slash = '/';
    }
    FILE *stream = fopen(name, "w");
    assert_non_null(stream);
    assert_true(fputs(text, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
}

static void put_identity(const struct root *r, const char *machine, const char *boot,
                         const char *space, char identity[256]) {
    char name[600];
    put(r, "/etc/machine-id", machine);
    put(r, "/proc/sys/kernel/random/boot_id", boot);
    put(r, "/proc/self/ns/x", "");
    snprintf(name, sizeof name, "%s/proc/self/ns/pid", r->folder);
    (void)unlink(name);
    assert_int_equal(symlink(space, name), 0);
    host_find_identity(r->folder, identity, 256);
}

/* The same machine, whatever its name, by its machine-id; a machine without one is like no other.
 */
static void test_same_machine(void **state) {
    const struct root *r = *state;
    char elsewhere[256];
    struct host self;
    host_init(&self);
    put_identity(r, "4c2f\n", "boot-1\n", "pid:[7]", self.identity);
    assert_null(strstr(self.identity, "4c2f"));
    assert_non_null(strstr(self.identity, " boot-1 pid:[7]"));
    put_identity(r, "4c2f\n", "boot-2\n", "pid:[8]", elsewhere);
    assert_int_equal(host_process_alive(&self, elsewhere, self.pid, self.start), 0);
    assert_false(host_is_here(&self, elsewhere));
    put_identity(r, "4c2f\n", "boot-1\n", "pid:[8]", elsewhere);
    assert_int_equal(host_process_alive(&self, elsewhere, self.pid, self.start), -1);
    assert_true(host_is_here(&self, elsewhere));
    assert_false(host_is_here(&self, ""));
    put_identity(r, "4c30\n", "boot-2\n", "pid:[7]", elsewhere);
    assert_int_equal(host_process_alive(&self, elsewhere, self.pid, self.start), -1);
    /* Of an older program, with a host name: */
    assert_int_equal(host_process_alive(&self, "name boot-2 pid:[7]", self.pid, self.start), -1);
    assert_int_equal(host_process_alive(&self, "name boot-1 pid:[7]", self.pid, self.start), 1);
    for (int i = 0; i < 2; i++) {
        const char *none = i == 0 ? "\n" : "uninitialized\n";
        put_identity(r, none, "boot-1\n", "pid:[7]", self.identity);
        put_identity(r, none, "boot-2\n", "pid:[7]", elsewhere);
        assert_int_equal(host_process_alive(&self, elsewhere, self.pid, self.start), -1);
        assert_int_equal(host_process_alive(&self, self.identity, self.pid, self.start), 1);
    }
    put_identity(r, "4c2f\n", "\n", "pid:[7]", self.identity);
    assert_string_equal(self.identity, "");
}

#define V2_MOUNT "25 1 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n"
#define V1_MOUNT(root) "33 31 0:30 " root " /cg/cpu rw shared:9 - cgroup cgroup rw,cpuacct,cpu\n"

static void test_no_cgroups(void **state) {
    const struct root *r = *state;
    assert_int_equal(host_cgroup_processors(r->folder, 7), 7);
    put(r, "/proc/self/mountinfo", "damaged\n1 2\n - cgroup2\n");
    put(r, "/proc/self/cgroup", "nonsense\n");
    assert_int_equal(host_cgroup_processors(r->folder, 7), 7);
}

static void test_v2(void **state) {
    const struct root *r = *state;
    put(r, "/proc/self/mountinfo", "24 1 0:9 / /proc rw - proc proc rw\n" V2_MOUNT);
    put(r, "/proc/self/cgroup", "0::/user/job\n");
    put(r, "/sys/fs/cgroup/user/job/cpu.max", "max 100000\n");
    assert_int_equal(host_cgroup_processors(r->folder, 16), 16);
    put(r, "/sys/fs/cgroup/user/job/cpu.max", "250000 100000\n");
    assert_int_equal(host_cgroup_processors(r->folder, 16), 3);
    assert_int_equal(host_cgroup_processors(r->folder, 2), 2);
    put(r, "/sys/fs/cgroup/user/cpu.max", "150000 100000\n");
    assert_int_equal(host_cgroup_processors(r->folder, 16), 2);
    put(r, "/sys/fs/cgroup/cpu.max", "1000 100000\n");
    assert_int_equal(host_cgroup_processors(r->folder, 16), 1);
    put(r, "/sys/fs/cgroup/cpu.max", "0 0\n");
    assert_int_equal(host_cgroup_processors(r->folder, 16), 2);
}

static void test_v1(void **state) {
    const struct root *r = *state;
    put(r, "/proc/self/mountinfo",
        "34 31 0:31 / /cg/cpuset rw - cgroup cgroup rw,cpuset\n" V1_MOUNT("/"));
    put(r, "/proc/self/cgroup", "3:cpuset:/other\n2:cpuacct,cpu:/a/b\n0::/\n");
    put(r, "/cg/cpu/a/b/cpu.cfs_quota_us", "-1\n");
    put(r, "/cg/cpu/a/b/cpu.cfs_period_us", "100000\n");
    assert_int_equal(host_cgroup_processors(r->folder, 16), 16);
    put(r, "/cg/cpu/a/cpu.cfs_quota_us", "400000\n");
    put(r, "/cg/cpu/a/cpu.cfs_period_us", "100000\n");
    assert_int_equal(host_cgroup_processors(r->folder, 16), 4);
    put(r, "/cg/cpu/a/b/cpu.cfs_quota_us", "50000\n");
    assert_int_equal(host_cgroup_processors(r->folder, 16), 1);
}

/* In a container the group's name is the host's, but its mount shows the group as the root. */
static void test_container(void **state) {
    const struct root *r = *state;
    put(r, "/proc/self/mountinfo", V1_MOUNT("/docker/abc"));
    put(r, "/proc/self/cgroup", "2:cpuacct,cpu:/docker/abc\n");
    put(r, "/cg/cpu/cpu.cfs_quota_us", "300000\n");
    put(r, "/cg/cpu/cpu.cfs_period_us", "100000\n");
    assert_int_equal(host_cgroup_processors(r->folder, 16), 3);
    put(r, "/proc/self/cgroup", "2:cpuacct,cpu:/../elsewhere\n");
    assert_int_equal(host_cgroup_processors(r->folder, 16), 3);
}

static void assert_room(const struct root *r, double want) {
    const double got = host_cgroup_memory(r->folder);
    if (!(got == want))
        fail_msg("%g instead of %g bytes", got, want);
}

static void test_memory_v2(void **state) {
    const struct root *r = *state;
    assert_room(r, HUGE_VAL);
    put(r, "/proc/self/mountinfo", V2_MOUNT);
    put(r, "/proc/self/cgroup", "0::/user/job\n");
    assert_room(r, HUGE_VAL);
    put(r, "/sys/fs/cgroup/user/job/memory.max", "max\n");
    put(r, "/sys/fs/cgroup/user/job/memory.current", "300\n");
    assert_room(r, HUGE_VAL);
    put(r, "/sys/fs/cgroup/user/job/memory.max", "1000\n");
    assert_room(r, 700);
    /* What is cached of files is given up for programs. */
    put(r, "/sys/fs/cgroup/user/job/memory.stat",
        "anon 100\nfile 200\ninactive_anon 60\ninactive_file 90\nactive_file 50\nshmem 7\n");
    assert_room(r, 840);
    put(r, "/sys/fs/cgroup/user/memory.max", "2000\n");
    put(r, "/sys/fs/cgroup/user/memory.current", "1900\n");
    assert_room(r, 100);
    put(r, "/sys/fs/cgroup/user/memory.current", "2100\n");
    assert_room(r, 0);
}

static void test_memory_v1(void **state) {
    const struct root *r = *state;
    put(r, "/proc/self/mountinfo",
        V1_MOUNT("/") "34 31 0:31 / /cg/memory rw - cgroup cgroup rw,memory\n");
    put(r, "/proc/self/cgroup", "3:memory:/a\n2:cpuacct,cpu:/other\n");
    put(r, "/cg/memory/memory.limit_in_bytes", "9223372036854771712\n");
    put(r, "/cg/memory/memory.usage_in_bytes", "5000\n");
    put(r, "/cg/memory/a/memory.limit_in_bytes", "4096\n");
    put(r, "/cg/memory/a/memory.usage_in_bytes", "1096\n");
    put(r, "/cg/memory/a/memory.stat",
        "inactive_file 1\nactive_file 1\ntotal_inactive_file 20\ntotal_active_file 4\n");
    assert_room(r, 3024);
    assert_int_equal(host_cgroup_processors(r->folder, 7), 7);
}

static void test_meminfo(void **state) {
    static const char text[] = "MemTotal:  100 kB\nMemAvailable:   40 kB\nSwapFree: x kB\n";
    double bytes = -1;
    (void)state;
    assert_true(host_parse_meminfo(text, "MemAvailable", &bytes) && bytes == 40960);
    assert_true(host_parse_meminfo(text, "MemTotal", &bytes) && bytes == 102400);
    assert_false(host_parse_meminfo(text, "Mem", &bytes));
    assert_false(host_parse_meminfo(text, "SwapFree", &bytes));
    assert_false(host_parse_meminfo("", "MemTotal", &bytes));
    assert_true(host_memory() > 1e6);
}

static void test_affinity(void **state) {
    cpu_set_t all, one;
    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    assert_in_range(host_processors(), 1, (uintmax_t)CPU_COUNT(&all));
    CPU_ZERO(&one);
    for (size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
        if (CPU_ISSET(i, &all))
            CPU_SET(i, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    assert_int_equal(host_processors(), 1);
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
}

#define WITH_ROOT(test) cmocka_unit_test_setup_teardown(test, root_new, root_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stat_with_any_name),
        cmocka_unit_test(test_cpu_model),
        cmocka_unit_test(test_own_process),
        cmocka_unit_test(test_dying_process),
        WITH_ROOT(test_same_machine),
        WITH_ROOT(test_no_cgroups),
        WITH_ROOT(test_v2),
        WITH_ROOT(test_v1),
        WITH_ROOT(test_container),
        WITH_ROOT(test_memory_v2),
        WITH_ROOT(test_memory_v1),
        cmocka_unit_test(test_meminfo),
        cmocka_unit_test(test_affinity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
