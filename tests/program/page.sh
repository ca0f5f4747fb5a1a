#!/bin/bash
# vib-sweep page: one file that shows what databases have.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

small_config small.yaml 4
"$vib" small.yaml -j 2 -q --set seed='[0, 1]' --set save.codes=20 --db done.db >/dev/null

cat >holds.py <<'END_PYTHON'
"""holds.py FILE CHECK...: expressions of `page`, the text, and `d`, its documents by path."""
import base64, hashlib, json, re, sqlite3, sys
from html.parser import HTMLParser


class Page(HTMLParser):
    """Scripts and styles as a browser finds them, what is named elsewhere, and the policy."""
    def __init__(self, text):
        super().__init__()
        self.scripts, self.styles, self.documents = [], [], []
        self.named, self.handlers, self.policy = [], [], {}
        self.at = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.at = None
        if tag == 'script':
            self.at = self.documents if attributes.get('type') == 'application/json' else self.scripts
        elif tag == 'style':
            self.at = self.styles
        self.named += [v for k, v in attributes.items() if k in ('src', 'href', 'action', 'srcset')]
        self.handlers += [k for k in attributes if k.startswith('on') or k == 'style']
        if attributes.get('http-equiv') == 'Content-Security-Policy':
            self.policy = dict(p.strip().split(' ', 1) for p in attributes['content'].split(';'))

    def handle_endtag(self, tag):
        self.at = None

    def handle_data(self, text):
        if self.at is not None:
            self.at.append(text)


def rows(document, i=0):
    part = document['sources'][i] if 'sources' in document else document
    return [dict(zip(part['columns'], row)) for row in part['rows']]


def sql(database, query):
    with sqlite3.connect(database) as db:
        return db.execute(query).fetchall()


def source(text):
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


page = Page(open(sys.argv[1], encoding='utf-8').read())
d = json.loads(page.documents[0])
for check in sys.argv[2:]:
    if not eval(f'({check})'):
        sys.exit(f'not so: {check}\n{sorted(d)}\n{str(d["api/overview"])[:2000]}')
END_PYTHON
# holds FILE CHECK...
holds() {
    python3 holds.py "$@"
}

cp done.db before.db
check 'a page' "$vib" page done.db -o done.html
check 'of a database that is as it was' cmp done.db before.db
check 'with nothing beside either' test "$(echo done.*)" = 'done.db done.html'
check 'whose policy allows its own script and style alone' holds done.html \
    'len(page.scripts) == len(page.styles) == len(page.documents) == 1' \
    "page.policy == {'default-src': \"'none'\", 'img-src': 'data:', 'base-uri': \"'none'\", 'form-action': \"'none'\",
        'script-src': source(page.scripts[0]), 'style-src': source(page.styles[0])}"
check 'that names nothing outside itself' holds done.html \
    "all(re.match('data:|#', name) for name in page.named) and page.handlers == []"
check 'its overview' holds done.html \
    "d['api/overview']['live'] is False and d['api/overview']['left_out'] is None" \
    "d['api/overview']['splits'] == ['train', 'test']" \
    "[(s['name'], s['status']['done'], s['error']) for s in d['api/overview']['sources']] == [('done.db', 12, None)]"
check 'points and jobs of every split' holds done.html \
    "sorted(path for path in d if path.startswith(('api/points', 'api/jobs'))) ==
        ['api/jobs?split=test', 'api/jobs?split=train', 'api/points?split=test', 'api/points?split=train']" \
    "[(p['point'], p['beta'], p['K'], p['n_seeds']) for p in rows(d['api/points?split=test'])] ==
        sql('done.db', \"SELECT point, beta, K, n_seeds FROM summary WHERE split = 'test' ORDER BY point\")" \
    "len(rows(d['api/jobs?split=train'])) == 12"
check 'curves and codes of every job' holds done.html \
    "all(f'api/point?source=0&point={j}' in d for j in range(1, 12, 2))" \
    "all(len(rows(d[f'api/curves?source=0&job={j}'])) == 4 for j in range(1, 13))" \
    "sorted(int(path.split('=')[-1]) for path in d if path.startswith('api/codes')) ==
        [j for j, in sql('done.db', 'SELECT job FROM setting WHERE K = 2 ORDER BY job')]" \
    "d['api/point?source=0&point=3']['jobs'][1]['job'] == 4 and d['api/point?source=0&point=3']['settings']['K'] == '4'"

to_stdout() {
    "$vib" page done.db -o - >stdout.html && holds stdout.html "d['api/overview']['splits']"
}
check 'to standard output' to_stdout

mkdir -p D/parts temporary
"$vib" small.yaml -j 2 -q --shard 1/2 --db D/parts/1.db >/dev/null
several() {
    TMPDIR=$PWD/temporary "$vib" page done.db D -o several.html && [ -z "$(ls -A temporary)" ] && holds several.html \
        "[s['name'] for s in d['api/overview']['sources']] == ['done.db', 'D']" \
        "[len(rows(d['api/points?split=test'], i)) for i in (0, 1)] == [6, 3]" \
        "'api/curves?source=1&job=1' in d and 'api/curves?source=1&job=4' not in d"
}
check 'of several sources, one a folder of parts' several

on_network() {
    TMPDIR=$PWD/temporary "$vib-network" page D -o net.html && [ -z "$(ls -A temporary)" ] &&
        holds net.html "len(rows(d['api/points?split=test'])) == 3"
}
check 'also where the temporary folder is shared by hosts' on_network

harm() {
    cp done.db harm.db
    sql harm.db "update run set sweep = '</script><script>alert(1)</script><!-- documents -->';
        update setting set dataset_name = '<SCRIPT><img src=x>'; update code set mu = '</script>'" &&
        "$vib" page harm.db -o harm.html && holds harm.html \
        'len(page.scripts) == len(page.documents) == 1 and source(page.scripts[0]) == page.policy["script-src"]' \
        "all(re.match('data:', name) for name in page.named)" \
        "d['api/overview']['sources'][0]['status']['name'] == '</script><script>alert(1)</script><!-- documents -->'" \
        "d['api/points?split=test']['sources'][0]['shared']['dataset.name'] == '<SCRIPT><img src=x>'"
}
check 'names that mean harm are text' harm

# keeps_old STATUS ARGUMENTS...: the file stays as it was.
keeps_old() {
    cp done.html old.html
    exits "$1" "$vib" page "${@:2}" -o old.html 2>err && cmp old.html done.html && [ "$(echo old.html*)" = old.html ]
}
check 'no database: status 66' keeps_old 66 nothing.db
check 'of two one that is not there' keeps_old 66 done.db nothing.db
head -c 20000 done.db >half.db
check 'a damaged one' keeps_old 74 half.db
check 'not over its own database' exits 64 "$vib" page done.db D/parts/1.db -o D/parts/1.db
check 'which stays' "$vib" status D/parts/1.db
check 'no output: status 64' exits 64 "$vib" page done.db
full_disk() {
    ln -s /dev/full full.html && exits 74 "$vib" page done.db -o full.html 2>err && grep -q 'No space' err
}
if [ -w /dev/full ]; then
    check 'a full disk' full_disk
else
    skip 'a full disk' 'there is no /dev/full'
fi

cd "$root" && done_testing
