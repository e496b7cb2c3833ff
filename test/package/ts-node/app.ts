import assert = require('node:assert/strict')
import Koa = require('koa')

import * as library from 'koa-server-session'

const use: (koa: typeof Koa, loaded: typeof library, check: typeof assert) => Promise<void> = require('../use.cjs')
use(Koa, library, assert)
