"""The page of `vib-sweep serve` and `page` in a real browser: what its panels show is what the
database holds, it follows a sweep, the keyboard moves it, and it asks nobody else.

    page.py ROOT PROGRAM    ROOT: of the source tree

In the current folder. axe-core is tests/deps.sh's; where it could not get it, or there is no tsc,
these cases are skipped.
"""

import contextlib
import csv
import io
import math
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from browser import Browser, Server, Tap

ROOT, PROGRAM = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
NULL = PROGRAM.with_name('vib-sweep-null')  # trains nothing
AXE = ROOT / 'build/axe/axe.min.js'
WEB = ROOT / 'runner/page/web'
KNOWN = '''name: known
dataset: {name: mixture, dim: 8, classes: 4, n_train: 2000, n_test: 500, validation: 0.1}
model: {hidden: [16]}
train: {epochs: 4, lr: 3e-3}
evaluate: {samples: 4}
save: {codes: 40}
grid: {beta: [1e-4, 1e-2, 0.1, 1], K: [2, 4], seed: [0, 1, 2]}
'''
LARGE = '''name: large
dataset: {name: mixture, dim: 2, classes: 2, n_train: 100, n_test: 100}
model: {hidden: [4]}
train: {epochs: 1}
grid:
  beta: {logspace: {from: 1e-6, to: 1, count: 100}}
  train.lr: {logspace: {from: 1e-4, to: 1e-2, count: 100}}
  seed: {range: {from: 0, to: 9, step: 1}}
'''
FAMILY = '''name: family
dataset: {name: mixture, dim: 8, classes: 4, n_train: 1000, n_test: 200}
model: {hidden: [16], components: 4}
train: {epochs: 2, lr: 3e-3}
evaluate: {samples: 4}
K: 3
grid:
  seed: [0, 1]
  zip:
    method: [vib, vib, vib, vib, vib, vib, ceb, ceb]
    beta: [0.01, 0.1, 1e-3, 1e-2, 0.01, 0.1, 1, 1]
    train.gamma: [1, 1, 1, 1, 1, 1, 0.03, 0.3]
    train.rate_function: [linear, linear, power, power, linear, linear, linear, linear]
    model.marginal: [standard, standard, standard, standard, mixture, mixture, standard, standard]
'''
# Of panels that are charts, the measures that stand in their values.
MEASURES = {'plane': ('izx_lower', 'izx_upper_tight', 'izx_upper', 'izy_lower', 'izx_y_lower',
                      'izx_y_upper_tight'),
            'error': ('error', 'error_mc', 'error_mu'),
            'rate': ('izx_lower', 'izx_upper_tight', 'izx_upper', 'izy_lower')}
ROWS = 'return document.querySelectorAll("#points tbody tr").length'
READY = 'return document.querySelectorAll("#points tbody tr").length > 0'


def sweep(program, text, database, *words):
    """Runs it to its end."""
    config = pathlib.Path(f'{database}.yaml')
    config.write_text(text)
    subprocess.run([program, config, '--db', database, '-q', '-j', '2', *words], check=True,
                   stdout=subprocess.DEVNULL)


def ask(database, query, *values):
    """The rows of a query, as tuples."""
    with contextlib.closing(sqlite3.connect(f'file:{database}?mode=ro', uri=True)) as db:
        return db.execute(query, values).fetchall()


def same(got, want):
    """A cell's text and a database's number, of seven digits."""
    if want is None:
        return got == ''
    return got != '' and math.isclose(float(got), float(want), rel_tol=6e-7, abs_tol=1e-12)


def expect(got, want):
    assert got == want, f'got {got!r}, wanted {want!r}'


class Page:
    """What people do with the page, by what is in it."""

    def __init__(self, browser):
        self.browser = browser

    def open(self, url, words='', rows=READY):
        self.browser.open('about:blank')  # an address that differs after # loads nothing
        self.browser.forget()
        self.browser.open(url + (f'#{words}' if words else ''))
        self.browser.wait('a table of points', rows)

    def values(self, panel):
        """The rows of a panel's values, by column, beside `source`, `point` and `job`."""
        self.browser.run('document.getElementById(arguments[0]).open = true', f'values-{panel}')
        self.browser.wait(f'values of {panel}',
                          'return document.querySelector(arguments[0]) !== null',
                          f'#values-{panel} tbody tr')
        return self.browser.run('''
            return [...document.querySelectorAll(arguments[0])].map((line) => Object.fromEntries(
                [...line.cells].map((cell) => [cell.dataset.column, cell.dataset.value]).concat(
                    ['source', 'point', 'job'].map((name) => [name, line.dataset[name]]))))''',
                                f'#values-{panel} tbody tr')

    def chosen(self):
        """The keys of the lines that are marked as chosen."""
        return self.browser.run('return [...document.querySelectorAll("#points tr.chosen")]'
                                '.map((line) => line.dataset.key)')

    def choose(self, source, point):
        """By its box in the table."""
        self.browser.run('document.querySelector(arguments[0]).click()',
                         f'#points tr[data-key="{source}:{point}"] input')

    def click(self, selector):
        self.browser.run('document.querySelector(arguments[0]).click()', selector)

    def blank(self):
        """The visible charts on which nothing is drawn."""
        return self.browser.run('''
            return [...document.querySelectorAll('canvas')].filter((canvas) => {
                if (canvas.offsetParent === null)
                    return false;
                const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
                return !data.some((value, i) => i % 4 === 3 && value > 0);
            }).map((canvas) => canvas.getAttribute('aria-label'))''')


# --- what is shown is what is there ---

def shows_means(page, database, split, source=0):
    """Every panel's values are the view summary's."""
    page.click(f'input[name="split"][value="{split}"]')
    points = {str(row[0]) for row in ask(database, 'SELECT DISTINCT point FROM summary')}
    for panel, measures in MEASURES.items():
        page.browser.wait('the split', 'return document.getElementById("count").textContent'
                          '.includes(arguments[0])', split)
        lines = [line for line in page.values(panel) if line['source'] == str(source)]
        expect({line['point'] for line in lines}, points)
        for line in lines:
            for name in measures:
                (mean, lo, hi), = ask(database, f'SELECT {name}_mean, {name}_lo, {name}_hi FROM '
                                      'summary WHERE point = ? AND split = ?', int(line['point']),
                                      split)
                for column, want in ((name, mean), (f'{name}_lo', lo), (f'{name}_hi', hi)):
                    assert same(line[column], want), \
                        f'{panel}, point {line["point"]}: {column} is {line[column]}, not {want}'
    expect(page.blank(), [])


def shows_seeds(page, database):
    """With each seed alone, the values are those of the information plane."""
    page.click('input[name="seeds"][value="single"]')
    n, = ask(database, 'SELECT count(*) FROM job')[0]
    page.browser.wait('a row for each job', f'{ROWS} === arguments[0]', n)
    for line in page.values('plane'):
        (want,), = ask(database, 'SELECT izx_upper FROM information_plane WHERE job = ? AND split = '
                       "'test'", int(line['job']))
        assert same(line['izx_upper'], want), f'job {line["job"]}: {line["izx_upper"]}, not {want}'
    page.click('input[name="seeds"][value="grouped"]')
    page.browser.wait('points again', f'{ROWS} < arguments[0]', n)


def shows_table(page, database):
    for line in page.browser.run('''
            return [...document.querySelectorAll("#points tbody tr")].map((line) => Object.fromEntries(
                [...line.cells].map((cell) => [cell.dataset.column, cell.dataset.value])
                    .concat([['point', line.dataset.point]])))'''):
        (want, best), = ask(database, '''
            SELECT error_mc_mean, point IN (SELECT point FROM best_beta) FROM summary
            WHERE point = ? AND split = 'test' ''', int(line['point']))
        assert same(line['error_mc'], want), f'{line} is not {want}'
        expect(line['chosen'] == '1', bool(best))


def shows_curves(page, database, point):
    page.choose(0, point)
    page.browser.wait('curves', 'return document.querySelectorAll("#curves canvas, canvas")'
                      '.length > 4')
    lines = page.values('curves')
    wanted = ask(database, '''SELECT job, split, epoch, ce FROM epoch JOIN job_point USING (job)
                              WHERE point = ? AND split IN ('test', 'train')''', point)
    got = {(line['job'], line['split'], line['epoch']): line['ce'] for line in lines}
    shown = {key for key in got if key[1] == 'test'}
    expect(shown, {(str(job), split, str(epoch)) for job, split, epoch, _ in wanted
                   if split == 'test'})
    for job, split, epoch, ce in wanted:
        key = (str(job), split, str(epoch))
        assert key not in got or same(got[key], ce), f'{key}: {got[key]}, not {ce}'
    expect(page.blank(), [])


def shows_codes(page, database, point):
    lines = page.values('codes')
    wanted = ask(database, '''SELECT mu, prediction FROM code WHERE job = (
                                  SELECT min(job) FROM job_point WHERE point = ?)
                              ORDER BY example''', point)
    expect(len(lines), len(wanted))
    for line, (mu, prediction) in zip(lines, wanted):
        assert same(line['z1'], mu.strip('[]').split(',')[0]), f'{line} is not {mu}'
        expect(line['prediction'], str(prediction))
    expect(page.blank(), [])


# --- several objectives ---

def names_curves(page):
    """Curves are told apart by colour, in the legend by short names."""
    expect(page.browser.run('return [...document.querySelectorAll("#scale .series")]'
                            '.map((name) => name.textContent)'),
           ['vib', 'vib, power', 'vib, mixture', 'ceb'])
    colors = page.browser.run('''
        const {spec} = charts.find(({canvas}) => canvas.id === 'chart-error');
        return [...new Set(spec.spots.map(({row}) => markColors()(row)))];''')
    expect(len(colors), 4)


def colours_trade_offs(page):
    page.click('input[name="colors"][value="beta"]')
    expect(page.browser.run('return document.querySelectorAll("#scale .series").length'), 0)
    scale = page.browser.one('#scale').text
    assert scale.startswith('β, γ 0.001'), scale
    page.click('input[name="colors"][value="curve"]')


def shows_residual(page, database):
    """The plane against I(X;Z|Y): marks at its upper bound, bars to the lower one and to Re."""
    page.browser.run('const select = document.querySelector("#panel-plane select");'
                     'select.value = "izx_y"; select.dispatchEvent(new Event("change"));')
    spots = page.browser.run('''
        const {spec} = charts.find(({canvas}) => canvas.id === 'chart-plane');
        return spec.spots.map(({x, ends, row}) => [row.point, Math.sinh(x), Math.sinh(ends.left),
                                                   Math.sinh(ends.right)]);''')
    expect(len(spots), 8)
    for point, upper, lower, re in spots:
        wanted, = ask(database, '''
            SELECT izx_y_upper_tight_mean, max(0, izx_y_lower_mean), izx_y_upper_mean
            FROM summary WHERE point = ? AND split = 'test' ''', point)
        for got, want in zip((upper, lower, re), wanted):
            assert got is None if want is None else math.isclose(got, want, rel_tol=1e-5), \
                f'point {point}: {got}, not {want}'
    assert 'plane=izx_y' in page.browser.driver.current_url
    expect(len([line for line in page.values('plane') if line['izx_y_upper'] != '']), 2)
    told = page.browser.run('return wordsOf(state.rows[state.rows.length - 1]).join("; ")')
    for words in ('I(X;Z|Y) from', 'Re ', 'at the mean of z'):
        assert words in told, told


# --- what people do ---

def marks_everywhere(page, point):
    """A point chosen in the table is what the other panels' values tell of, until Escape."""
    expect(page.chosen(), [f'0:{point}'])
    for panel in MEASURES:
        expect([line['point'] for line in page.values(panel)], [str(point)])
    ActionChains(page.browser.driver).send_keys(Keys.ESCAPE).perform()
    expect(page.chosen(), [])


def moves_by_keys(page):
    """Tab comes to a chart, arrows go along its points, which are told, and Enter chooses."""
    keys = ActionChains(page.browser.driver)
    for _ in range(60):
        keys.send_keys(Keys.TAB).perform()
        if page.browser.run('return document.activeElement.tagName === "CANVAS"'):
            break
    assert page.browser.run('return document.activeElement.tagName === "CANVAS"'), 'no chart by Tab'
    told = []
    for _ in range(2):
        ActionChains(page.browser.driver).send_keys(Keys.ARROW_RIGHT).perform()
        told.append(page.browser.one('#spoken').text)
    assert 'beta=' in told[0] and told[0] != told[1], f'told {told}'
    ActionChains(page.browser.driver).send_keys(Keys.ENTER).perform()
    expect(len(page.chosen()), 1)
    ActionChains(page.browser.driver).send_keys(Keys.ESCAPE).perform()
    expect(page.chosen(), [])


def chooses_by_click(page):
    """A click on a mark of the plane chooses its point, one with Shift another."""
    spots = page.browser.run('''
        const {chart, spec, canvas} = charts.find(({canvas}) =>
            canvas.getAttribute('aria-label').startsWith('Information plane'));
        canvas.scrollIntoView({block: 'center'});
        const box = canvas.getBoundingClientRect();
        return spec.spots.map(({x, y, row}) => [box.left + chart.scales.x.getPixelForValue(x),
                                                box.top + chart.scales.y.getPixelForValue(y), row.key]);''')
    first = min(spots)
    last = max(spots)
    for x, y, modifiers in ((*first[:2], 0), (*last[:2], 8)):
        for kind in ('mousePressed', 'mouseReleased'):
            page.browser.driver.execute_cdp_cmd('Input.dispatchMouseEvent', {
                'type': kind, 'x': x, 'y': y, 'button': 'left', 'clickCount': 1,
                'modifiers': modifiers})
    expect(len(page.chosen()), 2)
    ActionChains(page.browser.driver).send_keys(Keys.ESCAPE).perform()


def filters(page, url):
    """Without K = 4 half of the points are left, also where the address is opened anew."""
    n = page.browser.run(ROWS)
    page.browser.run('document.getElementById("filters").open = true')
    boxes = [box for box in page.browser.all('input[name="only-K"]')
             if page.browser.run('return arguments[0].parentElement.textContent', box) == '4']
    expect(len(boxes), 1)
    page.browser.run('arguments[0].click()', boxes[0])
    expect(page.browser.run(ROWS), n // 2)
    expect({line['point'] for line in page.values('plane')},
           set(page.browser.run('return [...document.querySelectorAll("#points tbody tr")]'
                                '.map((line) => line.dataset.point)')))
    address = page.browser.driver.current_url
    page.open(url, address.split('#', 1)[1])
    expect(page.browser.run(ROWS), n // 2)
    page.click('#all')
    expect(page.browser.run(ROWS), n)


def sorts(page):
    def errors():
        return [float(text) for text in page.browser.run(
            'return [...document.querySelectorAll("#points td[data-column=error_mc]")]'
            '.map((cell) => cell.dataset.value)')]
    page.click('button[data-sort="error_mc"]')
    expect(errors(), sorted(errors()))
    page.click('button[data-sort="error_mc"]')
    expect(errors(), sorted(errors(), reverse=True))


def copied(page, button):
    """What a button puts on the clipboard."""
    page.browser.run('window.taken = null; navigator.clipboard.writeText = '
                     'async (text) => { window.taken = text; };')
    page.click(button)
    return page.browser.wait('a copy', 'return window.taken')


def copies_table(page, database):
    rows = list(csv.DictReader(io.StringIO(copied(page, '#copy-csv'))))
    wanted = ask(database, '''SELECT beta, K, error_mc_mean, error_mc_lo FROM summary
                              WHERE split = 'test' ORDER BY 2, 1''')
    expect(len(rows), len(wanted))
    rows.sort(key=lambda row: (float(row['K']), float(row['beta'])))
    for row, (beta, K, mean, lo) in zip(rows, wanted):
        assert same(row['beta'], beta) and same(row['K'], K) and same(row['error_mc'], mean) \
            and same(row['error_mc_lo'], lo), f'{row} is not {(beta, K, mean, lo)}'


def reproduces(page, database, point):
    """The YAML of a point, run, makes the jobs of that point: the same identities."""
    page.choose(0, point)
    page.browser.wait('the recipe', 'return document.getElementById("copy-yaml") !== null')
    again = pathlib.Path('again.db')
    sweep(PROGRAM, copied(page, '#copy-yaml'), again)
    wanted = ask(database, '''SELECT identity, ce FROM information_plane JOIN job_point USING (job)
                              WHERE point = ? AND split = 'test' ORDER BY 1''', point)
    expect(ask(again, "SELECT identity, ce FROM information_plane WHERE split = 'test' ORDER BY 1"),
           wanted)
    page.choose(0, point)


def accessible(page, theme):
    """axe-core finds nothing, with every panel full and every disclosure open."""
    page.browser.run('state.theme = arguments[0]; setTheme();'
                     'document.querySelectorAll("details").forEach((d) => { d.open = true; });', theme)
    page.browser.run(AXE.read_text() + '; window.axe = axe;')
    found = page.browser.driver.execute_async_script('''
        axe.run().then(({violations}) => arguments[0](violations.map(({id, help, nodes}) =>
            [id, help, nodes.slice(0, 3).map(({html}) => html)])), (error) => arguments[0]([String(error)]))''')
    expect(found, [])


def silent(page, allowed):
    """Since it was opened no message in the console, and no address but of this kind."""
    expect(page.browser.messages(), [])
    foreign = [url for url in page.browser.requested() if not url.startswith((allowed, 'data:'))]
    expect(foreign, [])


# --- a sweep under way ---

def follows(page):
    """A served page tells of jobs as they end, and keeps what was chosen."""
    # One sweep runs for as long as it is looked at; jobs end in others.
    alive = KNOWN.replace('known', 'alive').replace('[2, 4]', '[2]')
    pathlib.Path('endless.yaml').write_text(alive.replace('epochs: 4', 'epochs: 1000000'))
    sweep(PROGRAM, alive.replace('[1e-4, 1e-2, 0.1, 1]', '[1e-2]'), 'alive.db')
    runner = subprocess.Popen([PROGRAM, 'endless.yaml', '--db', 'alive.db', '-q', '-j', '1'],
                              stdout=subprocess.DEVNULL)
    try:
        with Server(PROGRAM, 'alive.db') as server:
            page.open(server.url)
            page.browser.wait('a running job', 'return document.querySelector("table.running") !== null')
            page.browser.run('window.here = true')
            first = page.browser.run(ROWS)
            key = page.browser.run('return document.querySelector("#points tr[data-key]").dataset.key')
            page.choose(*key.split(':'))
            sweep(PROGRAM, alive.replace('[1e-4, 1e-2, 0.1, 1]', '[0.1]'), 'alive.db')
            page.browser.wait('another point', f'{ROWS} > arguments[0]', first)
            expect(page.chosen(), [key])
            assert page.browser.run('return window.here'), 'the page was loaded again'
            assert 'live' in page.browser.one('#live').text, page.browser.one('#live').text
        page.browser.wait('that the server is gone',
                          'return document.getElementById("live").textContent.includes("trying again")')
    finally:
        runner.terminate()
        runner.wait()
        page.browser.messages()  # of connections that failed


def begins_anew(page):
    """A page that outlives its server shows what the next one has, which begins to count anew."""
    some = KNOWN.replace('known', 'anew').replace('[2, 4]', '[2]')
    sweep(NULL, some.replace('[1e-4, 1e-2, 0.1, 1]', '[1e-2]'), 'anew.db')
    with Server(PROGRAM, 'anew.db') as server:
        page.open(server.url)
        first = page.browser.run(ROWS)
    sweep(NULL, some.replace('[1e-4, 1e-2, 0.1, 1]', '[0.1]'), 'anew.db')
    with Server(PROGRAM, 'anew.db', port=urllib.parse.urlsplit(server.url).port):
        page.browser.wait('another point', f'{ROWS} > arguments[0]', first)
    page.browser.messages()  # of connections that failed


def tells_apart(page):
    """Values that are alike in four digits look different, and seeds beyond 2^53 stay what they are."""
    sweep(NULL, LARGE.split('grid:')[0].replace(', n_train: 100', '') + '''
grid: {beta: [0.1, 0.100001], dataset.n_train: [12341, 12344], seed: [9007199254740993, 7]}
''', 'alike.db')
    with Server(PROGRAM, 'alike.db') as server:
        page.open(server.url, 'chosen=0:1')
        for name, values in (('beta', {'0.1', '0.100001'}), ('dataset.n_train', {'12341', '12344'})):
            shown = page.browser.run('return [...document.querySelectorAll(arguments[0])]'
                                     '.map((cell) => cell.textContent)',
                                     f'#points td[data-column="{name}"]')
            expect(set(shown), values)
            expect(len(page.browser.all(f'input[name="only-{name}"]')), 2)
        page.browser.wait('the recipe', 'return document.getElementById("copy-yaml") !== null')
        assert 'seed: [7, 9007199254740993]\n' in page.browser.one('.recipe pre').text + '\n'
        page.click('input[name="seeds"][value="single"]')
        page.browser.wait('a row for each job', f'{ROWS} === 8')
        page.click('#sort-seed')
        shown = page.browser.run('return [...document.querySelectorAll(arguments[0])]'
                                 '.map((cell) => cell.textContent)', '#points td[data-column="seed"]')
        expect(shown, ['7'] * 4 + ['9007199254740993'] * 4)


def lacks_curves(page, point):
    """A job without evaluations, as one that diverges at once, keeps no curves of others away."""
    shutil.copy('known.db', 'lacking.db')
    with contextlib.closing(sqlite3.connect('lacking.db')) as db, db:
        db.execute("UPDATE job SET state = 'diverged', message = 'at once' WHERE id = ?", (point,))
        for table in ('epoch', 'result', 'bound'):
            db.execute(f'DELETE FROM {table} WHERE job = ?', (point,))
    with Server(PROGRAM, 'lacking.db') as server:
        page.open(server.url)
        shows_curves(page, 'lacking.db', point)
        assert f'job {point} has no evaluations' in page.browser.one('#panel-curves .note').text


def bears(page):
    """100,000 jobs in 10,000 points: in a moment, and without a place in the document for each."""
    with Server(PROGRAM, 'large.db') as server:
        begun = time.monotonic()
        page.open(server.url)
        drawn = time.monotonic() - begun
        begun = time.monotonic()
        page.click('input[name="split"][value="train"]')
        page.browser.wait('the split', 'return document.getElementById("count").textContent'
                          '.includes("train")')
        switched = time.monotonic() - begun
        begun = time.monotonic()
        page.choose(*page.browser.run(
            'return document.querySelector("#points tr[data-key]").dataset.key').split(':'))
        chosen = time.monotonic() - begun
        nodes = page.browser.run('return document.querySelectorAll("*").length')
        print(f'# 100,000 jobs: drawn after {drawn:.1f} s, another split after {switched:.1f} s, '
              f'a choice after {chosen:.2f} s; {nodes} elements')
        assert nodes < 6000, f'{nodes} elements'
        assert '10,000' in page.browser.one('#row-range').text, page.browser.one('#row-range').text
        assert drawn < 60 and switched < 60 and chosen < 10  # of a machine that others use, too


def harmless(page):
    """Names that are HTML are shown as they are: of the file, the sweep, a class, a message."""
    html = '</script><img src=x onerror=alert(1)><b>bold'
    database = f"evil{html.replace('/', '')}.db"
    sweep(PROGRAM, KNOWN.replace('[2, 4]', '[2]').replace('[0, 1, 2]', '[0]'), database)
    with contextlib.closing(sqlite3.connect(database)) as db, db:
        db.execute('UPDATE run SET sweep = ?', (html,))
        db.execute('INSERT INTO dataset_class SELECT digest, 0, ? FROM dataset', (html,))
        db.execute("UPDATE job SET state = 'failed', message = ? WHERE id = 1", (html,))
    subprocess.run([PROGRAM, 'page', database, '-o', 'evil.html'], check=True)
    page.open(pathlib.Path('evil.html').absolute().as_uri(), 'chosen=0:2')
    page.browser.wait('codes', 'return document.body.textContent.includes("misclassified")')
    expect(page.browser.one('h1').text, html)
    told = page.browser.run('return document.body.textContent')
    assert told.count(html) >= 3, 'a name is missing'
    expect(page.browser.run('return document.querySelectorAll("img, b").length'), 0)
    silent(page, 'file://')


def typed():
    """The script is of the types that its comments name."""
    words = '--noEmit --strict --checkJs --allowJs --target es2022 --lib es2022,dom,dom.iterable'
    told = subprocess.run(['tsc', *words.split(), WEB / 'types.d.ts', *sorted(WEB.glob('*.js'))],
                          stdout=subprocess.PIPE, text=True, check=False)
    expect(told.stdout, '')
    expect(told.returncode, 0)


# --- all of it ---

def known_database(tap, page, point):
    """As a file and from a server: the same."""
    subprocess.run([PROGRAM, 'page', 'known.db', '-o', 'known.html'], check=True)
    url = pathlib.Path('known.html').absolute().as_uri()
    page.open(url)
    for split in ('train', 'validation', 'test'):
        tap.check(f'means and intervals of {split}', shows_means, page, 'known.db', split)
    tap.check('the table', shows_table, page, 'known.db')
    tap.check('each seed alone', shows_seeds, page, 'known.db')
    tap.check('learning curves of what is chosen', shows_curves, page, 'known.db', point)
    tap.check('codes of what is chosen', shows_codes, page, 'known.db', point)
    tap.check('a choice is marked everywhere', marks_everywhere, page, point)
    tap.check('the keyboard chooses', moves_by_keys, page)
    tap.check('so does a click', chooses_by_click, page)
    tap.check('a key filters, also from the address', filters, page, url)
    tap.check('the table is sorted', sorts, page)
    tap.check('the table is copied as CSV', copies_table, page, 'known.db')
    tap.check('the YAML of a point makes its jobs', reproduces, page, 'known.db', point)
    tap.check('a file asks nobody', silent, page, 'file://')
    with Server(PROGRAM, 'known.db') as server:
        page.open(server.url)
        tap.check('the same from a server', shows_means, page, 'known.db', 'validation')
        tap.check('which alone is asked', silent, page, server.url)


def objectives(tap, page):
    sweep(PROGRAM, FAMILY, 'family.db')
    subprocess.run([PROGRAM, 'page', 'family.db', '-o', 'family.html'], check=True)
    page.open(pathlib.Path('family.html').absolute().as_uri())
    tap.check('objectives by name and colour', names_curves, page)
    tap.check('or by the colour of beta and gamma', colours_trade_offs, page)
    tap.check('the plane against I(X;Z|Y)', shows_residual, page, 'family.db')
    tap.check('nothing goes wrong there', silent, page, 'file://')


def two_databases(tap, page):
    sweep(PROGRAM, KNOWN.replace('name: known', 'name: other').replace('[16]', '[8]'), 'other.db')
    with Server(PROGRAM, 'known.db', 'other.db') as server:
        page.open(server.url)
        tap.check('the first of two databases', shows_means, page, 'known.db', 'train', 0)
        tap.check('the second of two databases', shows_means, page, 'other.db', 'test', 1)


def accessibility(tap, page, point):
    themes = ('light', 'dark')
    if not AXE.exists():
        for theme in themes:
            tap.skip(f'axe-core finds nothing, {theme}', 'no axe-core: tests/deps.sh check gets it '
                     'where npm is')
        return
    with Server(PROGRAM, 'known.db', 'other.db') as server:
        page.open(server.url, f'chosen=0:{point}')
        page.browser.wait('codes', 'return document.querySelectorAll("canvas").length > 8')
        for theme in themes:
            tap.check(f'axe-core finds nothing, {theme}', accessible, page, theme)


def main():
    tap = Tap()
    if shutil.which('tsc') is None:
        tap.skip('the types of the script', 'no tsc: install the Debian package node-typescript')
    else:
        tap.check('the types of the script', typed)
    sweep(PROGRAM, KNOWN, 'known.db')
    sweep(NULL, LARGE, 'large.db')
    (point,), = ask('known.db', '''SELECT min(job) FROM setting WHERE K = 2 AND beta = 0.1''')
    with tempfile.TemporaryDirectory() as folder, Browser(folder) as browser:
        page = Page(browser)
        known_database(tap, page, point)
        objectives(tap, page)
        two_databases(tap, page)
        accessibility(tap, page, point)
        tap.check('a page follows a sweep', follows, page)
        tap.check('a server that begins anew is followed, too', begins_anew, page)
        tap.check('what is alike is told apart', tells_apart, page)
        tap.check('a job without curves beside others', lacks_curves, page, point)
        tap.check('100,000 jobs', bears, page)
        tap.check('names are no HTML', harmless, page)
    return tap.end()


sys.exit(main())
