// node snakeviz_page.mjs FILE.pstats [PICTURE.png]
// Serves the file with snakeviz, opens its page and prints what that shows:
//   {rows: [[ncalls, tottime, percall, cumtime, percall, "file:line(name)"]],
//    root: the function that the picture starts from, boxes: [[name, seconds]], errors}
import path from 'node:path'
import {freePort, open, report, start, tool, until} from './browser.mjs'

const [file, picture] = process.argv.slice(2)
const address = /^(http:\/\/127\.0\.0\.1:\d+\/\S+)/m
const traceback = /^\w*(?:Error|Exception)\b.*$/m

// The functions below run in the page.
const hasTable = () => !!document.querySelector('#pstats-table tbody td')
const hasPicture = () => !!document.querySelector('#chart svg rect') ||
  getComputedStyle(document.querySelector('#sv-error-div')).display !== 'none'

function readPage() {
  const text = cell => cell.innerText
  const rows = [...document.querySelectorAll('#pstats-table tbody tr')]
  const rects = window.d3 ? d3.selectAll('#chart svg rect').data() : []
  return {
    rows: rows.filter(r => r.cells.length === 6).map(r => [...r.cells].map(text)),
    root: window.sv_root_func_name,
    boxes: rects.filter(d => d?.name).map(d => [d.display_name, d.time]),
    errorBox: getComputedStyle(document.querySelector('#sv-error-div')).display !== 'none'}
}

report(async (result, onClose) => {
  const args = ['-s', '-H', '127.0.0.1', '-p', await freePort(), path.resolve(file)]
  const server = onClose(await start(tool('snakeviz'), args, address))
  const view = onClose(await open(server.match[1]))
  await until(view, hasTable, 'no table')
  await until(view, hasPicture, 'no picture')
  result.errors = view.errors
  if (!view.errors.length) {
    const {errorBox, ...shown} = await view.page.evaluate(readPage)
    Object.assign(result, shown)
    if (errorBox) result.errors.push('snakeviz shows its error box')
  }
  const trouble = traceback.exec(server.output())
  if (trouble) result.errors.push('server: ' + trouble[0])
  if (picture) await view.page.screenshot({path: picture})
})
