'use strict';

document.getElementById('main').textContent = 'vib-sweep';
