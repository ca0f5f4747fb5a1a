'use strict';
/* The documents: those in the file, or those of the server that sent the page. */

/** Those in the file; null: there is a server.
 * @type {Record<string, any> | null} */
let embedded = null;
/** What was asked for since the data changed.
 * @type {Map<string, Promise<any>>} */
const fetched = new Map();

function openDocuments() {
    const element = document.getElementById('documents');
    embedded = element === null ? null : JSON.parse(element.textContent ?? '');
    element?.remove();
}

function hasServer() {
    return embedded === null;
}

function forgetDocuments() {
    fetched.clear();
}

/** @param {string} path @returns {Promise<any>} fails with a sentence for people */
async function readDocument(path) {
    if (embedded !== null) {
        if (embedded[path] === undefined)
            throw new Error(state.overview?.left_out ?? 'It is not in this file.');
        return embedded[path];
    }
    const answer = await fetch(path, { cache: 'no-store' });
    const found = await answer.json();
    if (!answer.ok)
        throw new Error(found.error ?? `The server answers ${answer.status}.`);
    return found;
}

/** The same document is asked for once.
 * @param {string} path @returns {Promise<any>} */
function getDocument(path) {
    let promise = fetched.get(path);
    if (promise === undefined) {
        promise = readDocument(path);
        promise.catch(() => fetched.delete(path));
        fetched.set(path, promise);
    }
    return promise;
}

/** Why a document could not be had.
 * @param {unknown} trouble what getDocument threw */
function sentenceOf(trouble) {
    return trouble instanceof Error ? trouble.message : String(trouble);
}

/** Of "source:point".
 * @param {string} key @returns {Promise<Point>} */
function getPoint(key) {
    const [source, point] = key.split(':');
    return getDocument(`api/point?source=${source}&point=${point}`);
}

/** @param {string} kind 'curves' or 'codes' @param {string} key @param {number} job */
function getOfJob(kind, key, job) {
    return getDocument(`api/${kind}?source=${key.split(':')[0]}&job=${job}`);
}
