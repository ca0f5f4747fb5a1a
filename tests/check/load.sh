#!/bin/bash
# A file of data is read once, and takes the memory that its examples take.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

# What is told of 20,000 examples of 1536 float32 and their labels: bytes read, and the most memory.
cat >measure.py <<'END_PYTHON'
import resource, subprocess, sys

N, DIM = 20000, 1536


def write(name, descr, shape, chunks):
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}}}".encode()
    with open(name, "wb") as f:
        f.write(b"\x93NUMPY\1\0" + len(text).to_bytes(2, "little") + text)
        f.writelines(chunks)
        return f.tell()


def bytes_read():
    with open("/proc/self/io") as f:
        return int(f.readline().split()[1])


size = write("x.npy", "<f4", (N, DIM), [bytes(4 * DIM)] * N)
size += write("y.npy", "<u2", (N,), [(i % 1000).to_bytes(2, "little") for i in range(N)])
before = bytes_read()
subprocess.run([sys.argv[1], "data", "."] + ["--set", "dataset.name=wide"],
               check=True, stdout=subprocess.DEVNULL)
read = bytes_read() - before
most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
need = N * (4 * DIM + 2)
print(f"read {read} of {size} bytes, took {most} bytes of memory, needed {need}")
sys.exit(not (size <= read < size + 4e6 and need <= most < need + 24e6))
END_PYTHON
check 'a file is read once, into the memory that its examples take' python3 measure.py "$vib"

cd "$root" && done_testing
