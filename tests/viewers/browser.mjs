// What the page checks share: Debian's chromium kept offline, file and program servers on
// 127.0.0.1, and the npm packages and Python tools that install.sh put into the cache folder.
import {spawn} from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import {createRequire} from 'node:module'
import os from 'node:os'
import path from 'node:path'

const xdgCache = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache')
const cache = path.join(
  process.env.COROGRAPH_CACHE || path.join(xdgCache, 'corograph'), 'viewers')
export const require = createRequire(path.join(cache, 'node/'))
export const tool = name => path.join(cache, 'venv/bin', name)
export const limit = Number(process.env.TIMEOUT || 60000)

// Only 127.0.0.1 resolves, so a page that asks for anything else fails at once.
const flags = [
  '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1']
const flat = ['--disable-gpu']
// speedscope draws with WebGL: in software.
export const webgl = [
  '--disable-gpu-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader']

const types = {
  '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css',
  '.json': 'application/json', '.png': 'image/png', '.woff2': 'font/woff2'}

/** Listens on a free port of 127.0.0.1. */
async function listen(server) {
  server.listen(0, '127.0.0.1')
  await new Promise(ready => server.once('listening', ready))
  return server.address().port
}

/** Serves the folder `root`; `extra` maps URL paths to files elsewhere. Gives {url, close}. */
export async function serve(root, extra = {}) {
  const server = http.createServer((request, reply) => {
    const at = decodeURIComponent(new URL(request.url, 'http://x').pathname)
    const file = extra[at] || path.join(root, path.normalize(at === '/' ? '/index.html' : at))
    if (!fs.statSync(file, {throwIfNoEntry: false})?.isFile()) {
      reply.writeHead(404).end()
      return
    }
    const type = types[path.extname(file)] || 'application/octet-stream'
    reply.writeHead(200, {'content-type': type})
    fs.createReadStream(file).pipe(reply)
  })
  const port = await listen(server)
  return {url: `http://127.0.0.1:${port}/`, close: () => server.close()}
}

export async function freePort() {
  const server = http.createServer()
  const port = await listen(server)
  await new Promise(closed => server.close(closed))
  return String(port)
}

/** Starts a server program and waits until it prints `ready`. Gives {match, output, close}. */
export async function start(command, args, ready) {
  const env = {...process.env, PYTHONUNBUFFERED: '1', PYTHONUTF8: '1'}
  const child = spawn(command, args, {env})
  const what = path.basename(command)
  let text = ''
  const started = new Promise((resolve, reject) => {
    const see = data => {
      text += data
      const match = ready.exec(text)
      if (match) resolve(match)
    }
    child.stdout.on('data', see)
    child.stderr.on('data', see)
    child.on('error', reject)
    child.on('exit', status => reject(new Error(`${what} ended with ${status}: ${text}`)))
    setTimeout(() => reject(new Error(`${what} not ready in ${limit} ms`)), limit).unref()
  })
  try {
    return {match: await started, output: () => text, close: () => child.kill()}
  } catch (e) {
    child.kill()
    throw e
  }
}

/**
 * Opens a page. Gives {page, errors, log, close}; `errors` fills with whatever goes wrong in
 * it, complaints about hosts that do not resolve left out.
 */
export async function open(url, {args = flat, width = 1400, height = 900, isError} = {}) {
  const {chromium} = require('playwright-core')
  const onPath = process.env.PATH.split(':').map(folder => path.join(folder, 'chromium'))
  const executablePath = process.env.CHROMIUM || onPath.find(file => fs.existsSync(file))
  const browser = await chromium.launch({executablePath, args: [...flags, ...args]})
  const page = await browser.newPage({viewport: {width, height}})
  const errors = [], log = []
  page.on('pageerror', e => errors.push(String(e)))
  page.on('crash', () => errors.push('page crashed'))
  page.on('dialog', d => {
    errors.push('dialog: ' + d.message())
    d.dismiss()
  })
  page.on('console', message => {
    const at = message.location().url || ''
    if (/^https?:/.test(at) && !at.startsWith('http://127.0.0.1')) return
    const bad = message.type() === 'error' || isError?.(message.text())
    ;(bad ? errors : log).push(message.text())
  })
  const reply = await page.goto(url, {waitUntil: 'domcontentloaded', timeout: limit})
  if (reply?.status() >= 400) errors.push(`HTTP ${reply.status()}`)
  return {page, errors, log, close: () => browser.close()}
}

/** Waits until `fn` is true in the page or an error has come up; says `what` if neither. */
export async function until({page, errors}, fn, what) {
  for (const end = Date.now() + limit; Date.now() < end; await page.waitForTimeout(50)) {
    if (errors.length) return
    if (await page.evaluate(fn)) return
  }
  errors.push(what)
}

/**
 * Runs `read(result, onClose)`, which fills `result` and names what to close, and prints the
 * result with its errors as JSON. Exit status 0 if there are none.
 */
export async function report(read) {
  const result = {errors: []}, closers = []
  try {
    await read(result, thing => {
      closers.unshift(thing)
      return thing
    })
  } catch (e) {
    result.errors.push(String(e).slice(0, 400))
  }
  for (const thing of closers) await thing.close()
  // Not console.log: exit would cut it off at what a pipe takes at once.
  const text = JSON.stringify(result, null, 1) + '\n'
  process.stdout.write(text, () => process.exit(result.errors.length ? 1 : 0))
}
