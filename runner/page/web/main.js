'use strict';
/* Starts the page. */

function setTheme() {
    applyTheme();
    drawAll();
}

/** Paper is white whatever the screen is. */
function startPrinting() {
    let screen = state.theme;
    window.addEventListener('beforeprint', () => {
        screen = state.theme;
        state.theme = 'light';
        setTheme();
        for (const { chart } of charts)
            chart.resize();
    });
    window.addEventListener('afterprint', () => {
        state.theme = screen;
        setTheme();
    });
}

function startControls() {
    known('controls').addEventListener('submit', (event) => event.preventDefault());
    known('theme').addEventListener('click', () => {
        state.theme = isDark() ? 'light' : 'dark';
        setTheme();
    });
    known('clear').addEventListener('click', clearSelection);
    known('all').addEventListener('click', () => {
        state.filters = {};
        state.hidden = [];
        controlsFor = '';
        drawAll();
    });
    document.addEventListener('keydown', (event) => {
        const typing = event.target instanceof HTMLInputElement && event.target.type !== 'checkbox';
        if (event.key === 'Escape' && !typing && state.selection.length > 0)
            clearSelection();
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', setTheme);
    window.addEventListener('hashchange', () => {
        readAddress();
        applyTheme();
        controlsFor = '';
        reload();
    });
}

function start() {
    openDocuments();
    readAddress();
    applyTheme();
    readTheme();
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    Chart.defaults.font.size = 11;
    startPanels();
    startControls();
    startPrinting();
    startListening();
}

start();
