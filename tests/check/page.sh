#!/bin/bash
# The page of vib-sweep serve and page in Debian's Chromium: tests/check/page.py.
# Runs alone: it waits for what a page does while a sweep runs
. tests/tap.sh
. tests/program/common.sh

python=$(python_with selenium)
if [ -z "$python" ] || ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null; then
    skip_all 'install the Debian packages chromium, chromium-driver and python3-selenium'
fi
exec "$python" -B "$root/tests/check/page.py" "$root" "$vib"
