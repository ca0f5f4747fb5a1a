"""Asks a server of vib-sweep serve. serve_client.py URL CHECK...

Each CHECK is an expression of Python that must be true, of
    ask(path, method='GET', host=None)   an answer: .status, .headers, .body, .json
    get(path)                            the JSON of one that must be 200
    rows(document, i=0)                  the rows of its source i as dicts
    sql(database, query)                 the rows of a query, as tuples
    scripts(html), policy(html, served)  see below
Prints the first that is not, and what it saw.
"""
import base64
import hashlib
import http.client
import json
import re
import sqlite3
import sys
import urllib.parse


class Answer:
    def __init__(self, reply):
        self.status, self.headers, self.body = reply.status, reply.headers, reply.read()

    @property
    def json(self):
        return json.loads(self.body)


def table(part):
    return [dict(zip(part['columns'], row)) for row in part['rows']]


def rows(document, i=0):
    return table(document['sources'][i])


def sql(database, query):
    with sqlite3.connect(f'file:{database}?mode=ro', uri=True) as db:
        return db.execute(query).fetchall()


def close(a, b, digits=6):
    """Whether two numbers agree in so many digits, or both are None."""
    if a is None or b is None:
        return a is b
    return abs(a - b) <= 10.0 ** -digits * max(abs(a), abs(b))


def scripts(html):
    """The scripts that would run, and the styles."""
    return (re.findall(r'<script>(.*?)</script>', html, re.S),
            re.findall(r'<style>(.*?)</style>', html, re.S))


def policy(html):
    """The sources that a policy must allow for a page to work, and no more."""
    def source(text):
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
    (script,), (style,) = scripts(html)
    return {'script-src': source(script), 'style-src': source(style)}


def directives(text):
    return dict(part.strip().split(' ', 1) for part in text.split(';'))


def client(url):
    address = urllib.parse.urlsplit(url)

    def ask(path, method='GET', host=None, absolute=False):
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        where = path if absolute else address.path + path
        connection.putrequest(method, where, skip_host=True)
        connection.putheader('Host', host or address.netloc)
        connection.endheaders()
        return Answer(connection.getresponse())

    def get(path):
        answer = ask(path)
        if answer.status != 200:
            sys.exit(f'{path}: {answer.status} {answer.body[:200]}')
        return answer.json

    return ask, get


def main():
    ask, get = client(sys.argv[1])
    names = dict(globals(), ask=ask, get=get)
    for check in sys.argv[2:]:
        if not eval(f'({check})', names):
            print('not so:', check)
            for call in re.findall(r"\b(?:get|ask)\('[^()]*'\)", check):
                answer = eval(call, names)
                print(call, str(getattr(answer, 'body', answer))[:3000])
            sys.exit(1)


if __name__ == '__main__':
    main()
