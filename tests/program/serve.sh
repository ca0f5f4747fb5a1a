#!/bin/bash
# vib-sweep serve: what is answered, to whom, and what becomes of it while sweeps go on.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

small_config small.yaml 4
"$vib" small.yaml -j 2 -q --set seed='[0, 1]' --set save.codes=20 --db done.db >/dev/null

# start DB...: sets server, its process, and url; its stderr is serve.err.
start() {
    : >url
    "$vib" serve --port 0 "$@" >url 2>serve.err &
    server=$!
    until_true 60 grep -q / url || return 1
    url=$(cat url)
}
# ends SIGNAL: upon which it ends well.
ends() {
    kill "-$1" $server && wait $server
}
stop() {
    ends TERM
}
# holds CHECK...: see serve_client.py
holds() {
    python3 "$root/tests/program/serve_client.py" "$url" "$@"
}

# --- what is answered ---

cp done.db before.db
check 'serves' start done.db
check 'prints its URL alone' grep -qxE 'http://127\.0\.0\.1:[0-9]+/' url
check 'a page, whose policy allows its own script and style alone' holds \
    "ask('').headers['Content-Type'] == 'text/html; charset=utf-8'" \
    "directives(ask('').headers['Content-Security-Policy']) ==
        dict(policy(ask('').body.decode()), **{'default-src': \"'none'\", 'img-src': 'data:', 'base-uri': \"'none'\",
        'form-action': \"'none'\", 'connect-src': \"'self'\", 'frame-ancestors': \"'none'\"})"
check 'a page that nothing is left to put into' holds "b'<!-- ' not in ask('').body"
check 'answers that nobody keeps, frames or takes for something else' holds \
    "all(ask(path).headers[name] == value for path in ('', 'api/overview', 'nothing') for name, value in
        {'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer',
        'Cross-Origin-Resource-Policy': 'same-origin'}.items())"
check 'an overview' holds "get('api/overview')['live'] is True and get('api/overview')['version'] == 1" \
    "get('api/overview')['splits'] == ['train', 'test']" \
    "[(s['name'], s['path'], s['error'], s['n_failures'], s['status']['done']) for s in get('api/overview')['sources']] ==
        [('done.db', 'done.db', None, 0, 12)]"
"$vib" status done.db --json >status.json
check 'with what status tells' holds \
    "get('api/overview')['sources'][0]['status'] == json.load(open('status.json'))"

check 'the keys that are swept, and the others' holds \
    "[(k['name'], k['column'], k['kind']) for k in get('api/points?split=test')['sources'][0]['keys']] ==
        [('beta', 'beta', 'real'), ('K', 'K', 'integer')]" \
    "get('api/points?split=test')['sources'][0]['shared']['train.epochs'] == '4'" \
    "get('api/points?split=test')['sources'][0]['shared']['train.lr'] == '0.001'" \
    "not {'seed', 'beta'} & set(get('api/points?split=test')['sources'][0]['shared'])"
check 'points as in the view' holds \
    "[(p['point'], p['curve'], p['n_seeds'], p['beta'], p['K']) for p in rows(get('api/points?split=test'))] ==
        sql('done.db', \"SELECT point, curve, n_seeds, beta, K FROM summary WHERE split = 'test' ORDER BY point\")" \
    "all(close(p[name], value) for name in ('error_mean', 'error_mc_lo', 'izx_upper_hi', 'izx_upper_tight_mean',
        'izx_lower_lo', 'izy_lower_hi', 'izy_mc_mean', 'izy_lower_se_mean', 'h_y', 'ixy')
        for p, (value,) in zip(rows(get('api/points?split=train')),
        sql('done.db', f\"SELECT {name} FROM summary WHERE split = 'train' ORDER BY point\")))" \
    "all(p['n'] == 500 and close(p['log2_n'], 8.965784) for p in rows(get('api/points?split=test')))"
check 'which are efficient, and which chosen' holds \
    "[(p['point'],) for p in rows(get('api/points?split=test')) if p['efficient']] ==
        sql('done.db', \"SELECT point FROM pareto WHERE split = 'test' ORDER BY point\")" \
    "[(p['point'],) for p in rows(get('api/points?split=test')) if p['chosen']] ==
        sql('done.db', 'SELECT point FROM best_beta ORDER BY point')"
check 'jobs as in the view' holds \
    "[(j['job'], j['point'], j['seed']) for j in rows(get('api/jobs?split=train'))] ==
        sql('done.db', 'SELECT job, point, CAST(seed AS TEXT) FROM job_point JOIN setting USING (job) ORDER BY job')" \
    "all(close(j[name], value) for name in ('error', 'ce', 'izx_lower', 'izy_mc')
        for j, (value,) in zip(rows(get('api/jobs?split=train')),
        sql('done.db', f\"SELECT {name} FROM information_plane WHERE split = 'train' ORDER BY job\")))"
check 'no more digits than seven' holds \
    "not re.search(rb'[0-9]\\.[0-9]{13}', ask('api/points?split=test').body + ask('api/jobs?split=test').body)"
check 'of a split that there is not, no rows' holds "rows(get('api/points?split=validation')) == []"
check 'a point' holds \
    "get('api/point?source=0&point=3')['settings']['beta'] == '0.001'" \
    "get('api/point?source=0&point=3')['settings']['model.hidden'] == '[32]'" \
    "'seed' not in get('api/point?source=0&point=3')['settings']" \
    "[(j['job'], j['seed'], j['state'], j['weights'], j['codes']) for j in get('api/point?source=0&point=3')['jobs']] ==
        [(3, '0', 'done', None, True), (4, '1', 'done', None, True)]"
check 'curves' holds \
    "[(e['split'], e['epoch']) for e in table(get('api/curves?source=0&job=2'))] ==
        [('train', 2), ('test', 2), ('train', 4), ('test', 4)]" \
    "all(close(e['ce'], ce) for e, (ce,) in zip(table(get('api/curves?source=0&job=2')),
        sql('done.db', 'SELECT ce FROM epoch JOIN split ON split = name WHERE job = 2 ORDER BY epoch, place')))"
check 'codes' holds \
    "get('api/codes?source=0&job=1')['classes'] == ['0', '1', '2', '3']" \
    "[(c['label'], c['prediction'], c['mu'], c['factor']) for c in table(get('api/codes?source=0&job=1'))] ==
        [(l, p, json.loads(m), json.loads(f)) for l, p, m, f in
        sql('done.db', 'SELECT label, prediction, mu, factor FROM code WHERE job = 1 ORDER BY example')]" \
    "get('api/codes?source=0&job=1')['decoder'] == dict(zip(('weight', 'bias'), map(json.loads,
        sql('done.db', 'SELECT weight, bias FROM decoder WHERE job = 1')[0])))"
check 'of two dimensions alone' holds "ask('api/codes?source=0&job=3').status == 404"
check 'what there is not' holds \
    "all(ask(path).status == 404 and ask(path).json['error'] for path in ('api', 'api/', 'index.html', '../done.db',
        'api/point?source=0&point=2', 'api/point?source=1&point=1', 'api/curves?source=0&job=99'))"
check 'what cannot be asked' holds \
    "all(ask(path).status == 400 and ask(path).json['error'] for path in ('api/points', 'api/points?split=all',
        'api/points?split', 'api/overview?split=test', 'api/point?source=0', 'api/point?source=0&point=-1',
        'api/point?source=x&point=1', 'api/point?source=0&point=99999999999999999999',
        'api/curves?source=0&point=1', 'api/points?' + '&'.join(['split=test'] * 20)))"
check 'the database is as it was' cmp done.db before.db
check 'nothing is made beside it' test ! -e done.db-wal -a ! -e done.db-shm -a ! -e done.db-journal

# --- who is answered ---

check 'under the names of this machine, of any port' holds \
    "all(ask('', host=host).status == 200 for host in ('localhost', 'LOCALHOST:9', '127.0.0.1:1', '[::1]:80'))"
check 'under no other name' holds \
    "all(ask(path, host=host).status == 403 for path in ('', 'api/overview')
        for host in ('evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'localhost@evil',
        'localhost:1@evil.example', 'localhost:evil.example'))"
check 'GET and HEAD alone' holds \
    "all(ask('api/overview', method=m).status == 405 and ask('', method=m).headers['Allow'] == 'GET, HEAD'
        for m in ('POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'))" \
    "ask('api/overview', method='HEAD').status == 200 and ask('api/overview', method='HEAD').body == b''"
port=${url##*:}
in_use() {
    exits 74 "$vib" serve done.db --port "${port%/}" 2>err && grep -q "port ${port%/} of 127.0.0.1 is in use.*--port 0" err
}
check 'a port that is in use' in_use
check 'ends well upon SIGTERM' ends TERM
check 'and told nothing' test ! -s serve.err
check 'wrong addresses' exits 64 "$vib" serve done.db --bind no.such.invalid
check 'and ports' exits 64 "$vib" serve done.db --port 65536
check 'no source' exits 64 "$vib" serve
closed_stdout() {
    exits 74 "$vib" serve done.db --port 0 >&- 2>err && grep -q 'standard output' err
}
check 'a closed standard output' closed_stdout

under_its_address() {
    start done.db --bind 127.0.0.2 && grep -qx 'http://127\.0\.0\.2:[0-9]*/' url && holds "ask('').status == 200" \
        "ask('', host='127.0.0.2:1').status == 200" \
        "all(ask('', host=host).status == 403 for host in ('127.0.0.3', '127.0.0.20', 'evil.example'))" && stop
}
check 'another address of this machine alone, under its own name' under_its_address
outlives_hangup() {
    trap '' HUP
    start done.db && kill -HUP $server && holds "ask('').status == 200" "ask('api/overview').status == 200" && stop
    local status=$?
    trap - HUP
    return $status
}
check 'begun by nohup it outlives a hangup' outlives_hangup

check 'serves others' start done.db --bind 0.0.0.0
check 'below a random path' grep -qxE 'http://[^/]+:[0-9]+/[0-9a-f]{32}/' url
token=$(sed -E 's|.*/([0-9a-f]{32})/$|\1|' url)
url=http://127.0.0.1:$(sed -E 's|.*:([0-9]+)/.*|\1|' url)/$token/
check 'whoever knows it, under any name' holds "ask('').status == 200" "ask('api/overview', host='node7').status == 200"
check 'nobody else' holds \
    "all(ask(path, absolute=True).status == 404 for path in ('/', '/api/overview', '/$token', '//$token/',
        '/${token:0:31}/', '/${token:0:31}x/', '/x$token/', '/$token.db'))"
check 'ends well upon Ctrl-C' ends INT
start done.db --bind 0.0.0.0
check 'each time another' test "$token" != "$(sed -E 's|.*/([0-9a-f]{32})/$|\1|' url)"
stop

# --- several sources ---

mkdir -p other && cp done.db other/done.db
sql other/done.db "update setting set train_lr = 2e-3; delete from result where job > 4"
start done.db other/done.db missing.db
check 'sources are told apart' holds \
    "[s['name'] for s in get('api/overview')['sources']] == ['done.db', 'other/done.db', 'missing.db']"
check 'what differs between them, too' holds \
    "[k['name'] for k in get('api/points?split=test')['sources'][0]['keys']] == ['beta', 'K', 'train.lr']" \
    "[len(rows(get('api/points?split=test'), i)) for i in (0, 1, 2)] == [6, 2, 0]" \
    "[len(rows(get('api/jobs?split=test'), i)) for i in (0, 1, 2)] == [12, 4, 0]"
check 'one that is not there is told' holds \
    "[s['error'] for s in get('api/overview')['sources']] == [None, None, 'there is no database missing.db']" \
    "get('api/overview')['sources'][2]['status'] is None" \
    "'no database' in ask('api/point?source=2&point=1').json['error']"

# rises COUNT CHECK: waits for a version from COUNT on of which it holds
rises() {
    until_true 60 holds "get('api/overview')['version'] >= $1" "$2" >/dev/null 2>&1 || holds "$@"
}
cp done.db missing.db
check 'until it is there' rises 2 "[len(rows(get('api/points?split=test'), i)) for i in (0, 1, 2)] == [6, 2, 6]"
sql other/done.db "delete from job where id > 2" && mv other/done.db missing.db
check 'one that was replaced is read anew, and one that is gone told' rises 3 \
    "[len(rows(get('api/points?split=test'), i)) for i in (0, 1, 2)] == [6, 0, 1] and
     'no database' in get('api/overview')['sources'][1]['error']"
head -c 30000 done.db >missing.db
check 'also one that is damaged' rises 4 \
    "get('api/overview')['sources'][2]['error'] and get('api/overview')['sources'][0]['error'] is None"
stop

# The first version of each server is 1: what it is of tells whether a page that is open shows it.
state_of() {
    start "$1" && holds "print(get('api/overview')['state']) is None" "get('api/overview')['version'] == 1" && stop
}
told_apart() {
    local first again other
    cp done.db anew.db
    first=$(state_of anew.db) && again=$(state_of anew.db) && sql anew.db 'delete from job where id = 12' &&
        other=$(state_of anew.db) && echo "$first $again $other" && [ -n "$first" ] && [ "$first" = "$again" ] &&
        [ "$first" != "$other" ]
}
check 'another server tells whether it has the same' told_apart

# --- names that mean harm ---

cp done.db 'a<b>&"c.db'
sql 'a<b>&"c.db' "update run set sweep = '</script><script>alert(1)</script>';
    update job set state = 'failed', message = cast(x'3c21ff2d2d3e' as text) where id = 2;
    update setting set dataset_name = '<img src=x onerror=alert(1)>' || job;
    update code set mu = '], \"x\": [' where job = 1; update decoder set weight = 'alert(1)'"
start 'a<b>&"c.db'
check 'are nothing but text' holds \
    "get('api/overview')['sources'][0]['status']['name'] == '</script><script>alert(1)</script>'" \
    "get('api/overview')['sources'][0]['name'] == 'a<b>&\"c.db'" \
    "get('api/overview')['sources'][0]['failures'][0] == {'job': 2, 'state': 'failed', 'message': '<!\\\\xff-->',
        'label': 'beta=0.001 K=2 seed=1 dataset.name=<img src=x onerror=alert(1)>2'}" \
    "rows(get('api/points?split=test'))[0]['dataset_name'] == '<img src=x onerror=alert(1)>1'" \
    "{c['mu'] for c in table(get('api/codes?source=0&job=1'))} == {None}" \
    "get('api/codes?source=0&job=1')['decoder']['weight'] is None"
stop

# --- who does not take what is sent ---

cp done.db long.db
sql long.db "update job set message = hex(zeroblob(25000000)) where id = 1"
start long.db
stalled() {
    python3 - "$url" <<'END'
import http.client, sys, urllib.parse
def ask():
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(sys.argv[1]).netloc)
    connection.request('GET', '/api/point?source=0&point=1')
    return connection, connection.getresponse()
asked = [ask() for _ in range(9)]  # whose body of 50 MB is not read
states = [reply.status for _, reply in asked]
print(states)
assert states == [200] * 5 + [503] * 4, states
for connection, reply in asked:
    reply.close()
    connection.close()
END
}
check 'takes no more memory than for some answers' stalled
check 'which others have again' until_true 60 holds "len(get('api/point?source=0&point=1')['jobs'][0]['message']) == 50000000"
stop

# --- while a sweep goes on ---

start live.db
check 'a database that no sweep has made yet' holds "'no database' in get('api/overview')['sources'][0]['error']"
# These jobs do not end, so that they run whenever they are looked at.
"$vib" small.yaml -j 2 -q --set train.epochs=1000000 --db live.db >/dev/null 2>&1 &
sweep=$!
check 'its sweep appears' rises 2 "get('api/overview')['sources'][0]['status']['jobs'] == 6"
check 'the jobs that run, and how far they are' rises 2 \
    "[j['share'] > 0 for j in get('api/overview')['sources'][0]['status']['running_jobs'] if j['share'] is not None] == [True] * 2"
check 'another sweep beside it is done as ever' "$vib" small.yaml -j 2 -q --set seed='[0, 1]' --db live.db
check 'and its results are there with another version' rises 3 \
    "get('api/overview')['sources'][0]['status']['done'] == 12 and len(rows(get('api/jobs?split=test'))) == 12"
kill -TERM $sweep
check 'the first one is interrupted' exits 143 wait $sweep
check 'and its jobs run no more' rises 3 "get('api/overview')['sources'][0]['status']['running_jobs'] == []"
stop
check 'results are as without a server' sql_is live.db \
    "select count(*) from job where state = 'done' and attempts = 1" 12

# --- folders ---

mkdir -p D/parts temporary
"$vib" small.yaml -j 2 -q --shard 1/2 --db D/parts/1.db >/dev/null
sql done.db "select 'shard,identity,flops'; select 1 + id % 2, identity, 2e9 from job where id % 2 = 1" |
    tr '|' ',' >D/plan.csv
TMPDIR=$PWD/temporary start D
check 'a folder of parts' holds \
    "get('api/overview')['sources'][0]['name'] == 'D' and get('api/overview')['sources'][0]['status']['jobs'] == 6" \
    "len(rows(get('api/points?split=test'))) == get('api/overview')['sources'][0]['status']['done'] == 3" \
    "len(table(get('api/curves?source=0&job=1'))) == 4"
cp D/parts/1.db D/parts/0.db
head -c 5000 done.db >D/parts/9.db
"$vib" small.yaml -j 2 -q --shard 2/2 --db second.db >/dev/null && mv second.db D/parts/2.db
check 'another part comes' rises 2 "len(rows(get('api/points?split=test'))) == 6"
check 'one that is damaged is told' holds "len(get('api/overview')['sources'][0]['status']['unreadable']) == 1"
check 'it makes no files there' test "$(echo D/parts/* D/*)" = \
    'D/parts/0.db D/parts/1.db D/parts/2.db D/parts/9.db D/parts D/plan.csv'
check 'and none that stay elsewhere' test -z "$(ls -A temporary)"
kill -KILL $server
wait $server 2>/dev/null
check 'also when it is killed' test -z "$(ls -A temporary)"

# --- a browser ---

mkdir -p bin
browser() {
    printf '#!/bin/sh\n%s\n' "$1" >bin/xdg-open && chmod +x bin/xdg-open && PATH=$PWD/bin:$PATH start done.db --open
}
opens() {
    browser "sed -n 's/^SigIgn:[[:space:]]*/0x/p' /proc/\$\$/status >$PWD/ignored; echo \"\$1\" >$PWD/opened" &&
        until_true 60 cmp -s url opened && stop && [ ! -s serve.err ]
}
check 'a browser is opened' opens
check 'which a closed pipe may end' test $(("$(cat ignored)" & 1 << 12)) = 0
told() {
    browser 'exit 3' && until_true 60 grep -q 'xdg-open failed' serve.err && holds "ask('').status == 200" && stop
}
check 'one that fails is told, no more' told
help_text() {
    "$vib" serve --help >help && grep -q 'ssh -L' help && "$vib" --help | grep -q 'vib-sweep serve DB'
}
check 'help' help_text

cd "$root" && done_testing
