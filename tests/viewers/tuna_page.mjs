// node tuna_page.mjs FILE.pstats [PICTURE.png]
// Has tuna write its page (its own server would listen on all interfaces), opens that and
// prints what it shows: {boxes: [[name, "seconds s  (percent)"]], errors}
import {execFileSync} from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import {limit, open, report, serve, tool, until} from './browser.mjs'

const [file, picture] = process.argv.slice(2)

function writePage(folder) {
  const args = ['--no-browser', '-o', folder, path.resolve(file)]
  try {
    execFileSync(tool('tuna'), args, {timeout: limit, stdio: 'pipe'})
  } catch (e) {
    throw new Error('tuna: ' + String(e.stderr || e).trim().split('\n').pop())
  }
}

// The functions below run in the page.
const hasPicture = () => !!document.querySelector('x-icicle svg g text')

function readBoxes() {
  const texts = box => [...box.querySelectorAll('text tspan')].map(span => span.textContent)
  return [...document.querySelectorAll('x-icicle svg g')].map(texts)
}

report(async (result, onClose) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tuna-'))
  onClose({close: () => fs.rmSync(folder, {recursive: true})})
  writePage(folder)
  const server = onClose(await serve(folder))
  const view = onClose(await open(server.url))
  await until(view, hasPicture, 'no picture')
  Object.assign(result, {boxes: await view.page.evaluate(readBoxes), errors: view.errors})
  if (picture) await view.page.screenshot({path: picture})
})
