"""The throw-away virtual environment of the peers, and what they need to run at their best."""

import os
import pathlib
import shutil
import subprocess
import sys

# The newest on 2026-11-26; of JAX and numpy, Python 3.11 (Debian 12's) has older ones only.
PACKAGES = ['torch==2.15.0',
            'jax==0.12.0.1; python_version >= "3.12"', 'jax==0.10.2; python_version < "3.12"',
            'numpy==2.5.5; python_version >= "3.12"', 'numpy==2.4.6; python_version < "3.12"']
MODULES = ['torch', 'jax', 'numpy']

# malloc keeps its memory instead of returning it to the system after every step, in huge pages:
# a tenth or more off the step of PyTorch, no loss elsewhere. (vib-sweep uses huge pages too.)
MALLOC = {'GLIBC_TUNABLES': 'glibc.malloc.hugetlb=1',
          'MALLOC_MMAP_THRESHOLD_': str(10 ** 9), 'MALLOC_TRIM_THRESHOLD_': str(4 * 10 ** 9)}


def interpreter():
    """The Python to make the environment with: $PEERS_PYTHON, or this one."""
    return os.environ.get('PEERS_PYTHON', sys.executable)


def check_compiler():
    """Without these torch.compile fails, and the comparison would be with less than PyTorch's
    best."""
    if not shutil.which(os.environ.get('CXX', 'g++')):
        sys.exit('bench-peers: torch.compile needs a C++ compiler (Debian: g++), or CXX')
    found = 'import sys, sysconfig, pathlib; ' \
            'sys.exit(not pathlib.Path(sysconfig.get_paths()["include"], "Python.h").exists())'
    if subprocess.run([interpreter(), '-c', found]).returncode != 0:
        sys.exit("bench-peers: torch.compile needs Python's headers (Debian: python3-dev)")


def call(*command):
    """Runs a command, its standard output on standard error."""
    subprocess.run(command, check=True, stdout=sys.stderr)


def install(folder, complete):
    """Creates the environment; `complete` is written last."""
    print(f'bench-peers: installing {", ".join(MODULES)} into {folder}: several GB, some minutes',
          file=sys.stderr)
    try:
        call(interpreter(), '-m', 'venv', folder)
        python = folder / 'bin' / 'python'
        call(python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', *PACKAGES)
        call(python, '-c', 'import ' + ', '.join(MODULES))
    except subprocess.CalledProcessError as error:
        sys.exit(f'bench-peers: {" ".join(map(str, error.cmd))} failed'
                 ' (Debian: python3 -m venv needs python3-venv)')
    complete.touch()


def ready(folder):
    """The environment's Python, installed first when that has not been completed before. Remove
    the folder to get newer releases."""
    check_compiler()
    complete = folder / 'complete'
    if not complete.exists():
        install(folder, complete)
    return folder / 'bin' / 'python'
