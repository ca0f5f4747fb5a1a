"""What tests in a browser share: TAP, the program's server, and Debian's Chromium behind Selenium.

Everything listens on 127.0.0.1, and Chromium is told that no other name exists.
"""

import json
import os
import pathlib
import subprocess
import time
import traceback

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE_S = 60  # of a condition that a busy machine may take long to meet


class Tap:
    """Prints a case for each that is checked, and the plan at the end."""

    def __init__(self):
        self.cases = self.failures = 0

    def check(self, what, case, *arguments):
        """A case that passes when case(*arguments) raises nothing."""
        self.cases += 1
        try:
            case(*arguments)
            print(f'ok {self.cases} - {what}', flush=True)
        except Exception:  # whatever is wrong is this case's failure
            self.failures += 1
            told = ''.join(f'# {line}\n' for line in traceback.format_exc().splitlines())
            print(f'not ok {self.cases} - {what}\n{told}', end='', flush=True)

    def skip(self, what, why):
        self.cases += 1
        print(f'ok {self.cases} - {what} # skip {why}', flush=True)

    def end(self):
        """The exit status."""
        print(f'1..{self.cases}')
        return int(self.failures > 0)


class Server:
    """vib-sweep serve, ended with the block; at a port of its own unless one is given."""

    def __init__(self, program, *databases, port=0):
        self.command = [program, 'serve', '--port', str(port), *map(str, databases)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        self.url = next(word for word in self.process.stdout.readline().split()
                        if word.startswith('http://'))
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(PATIENCE_S)


class Browser:
    """A window of headless Chromium, ended with the block."""

    def __init__(self, folder, width=1400, height=1000, dark=False):
        self.folder = pathlib.Path(folder)
        options = Options()
        for word in ('--headless=new', '--disable-gpu', '--disable-dev-shm-usage',
                     f'--window-size={width},{height}', '--force-device-scale-factor=1',
                     '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
                     '--disable-background-networking', '--no-first-run',
                     f'--user-data-dir={self.folder / "profile"}'):
            options.add_argument(word)
        if os.geteuid() == 0:
            options.add_argument('--no-sandbox')
        if dark:
            options.add_argument('--force-dark-mode')
        options.set_capability('goog:loggingPrefs', {'browser': 'ALL', 'performance': 'ALL'})
        self.options = options
        self.requests = []

    def __enter__(self):
        self.driver = webdriver.Chrome(service=Service('/usr/bin/chromedriver'),
                                       options=self.options)
        return self

    def __exit__(self, *_):
        self.driver.quit()

    def open(self, url):
        self.driver.get(url)

    def run(self, script, *arguments):
        """What a function's body returns, in the page."""
        return self.driver.execute_script(script, *arguments)

    def wait(self, what, condition, *arguments):
        """Until the script's value is true; gives it back."""
        def met(_):
            return self.run(condition, *arguments)
        return WebDriverWait(self.driver, PATIENCE_S, 0.05).until(met, what)

    def all(self, selector):
        return self.driver.find_elements('css selector', selector)

    def one(self, selector):
        return self.driver.find_element('css selector', selector)

    def messages(self):
        """What the console got since it was asked last."""
        return [entry['message'] for entry in self.driver.get_log('browser')]

    def forget(self):
        """What was asked for and told so far."""
        self.messages()
        self.requested().clear()

    def requested(self):
        """Every address that was asked for since it was to be forgotten."""
        for entry in self.driver.get_log('performance'):
            message = json.loads(entry['message'])['message']
            if message['method'] == 'Network.requestWillBeSent':
                self.requests.append(message['params']['request']['url'])
        return self.requests

    def screenshot(self, path):
        """The whole page, as long as it is."""
        def height():
            return self.run('return document.documentElement.scrollHeight')
        size = self.driver.get_window_size()
        metrics = {'width': size['width'], 'height': height(), 'deviceScaleFactor': 1,
                   'mobile': False}
        self.driver.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', metrics)
        self.driver.execute_async_script(
            'requestAnimationFrame(() => requestAnimationFrame(arguments[0]))')
        self.driver.save_screenshot(str(path))
        self.driver.execute_cdp_cmd('Emulation.clearDeviceMetricsOverride', {})


def seconds(function, *arguments):
    """What it returns, and how long it took."""
    begun = time.monotonic()
    value = function(*arguments)
    return value, time.monotonic() - begun
