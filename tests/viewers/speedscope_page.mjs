// node speedscope_page.mjs FILE [PICTURE.png]
// Opens a file in the speedscope of the npm package, served on 127.0.0.1, and prints
//   {title, active: index of the profile shown first, profiles: [[name, weight]],
//    tables: [[[total, self, name]]], errors}
// where tables are the Sandwich view of each profile, as many rows as fit a tall window.
import path from 'node:path'
import {limit, open, report, require, serve, webgl} from './browser.mjs'

const [file, picture] = process.argv.slice(2)
const release = path.join(
  path.dirname(require.resolve('speedscope/package.json')), 'dist/release')
const failure = /Something went wrong|Unrecognized format|Failed to load/i
const pause = 150

// The function below runs in the page. Gives the rows of all tables: those of the profile
// selector (position, name, weight) and of the Sandwich view (total, self, name).
function readRows() {
  const texts = row => [...row.querySelectorAll('td')].map(cell => cell.innerText.trim())
  return [...document.querySelectorAll('table tr')].map(texts).filter(row => row.length)
}

const inSelector = row => /^\d+$/.test(row[0])
const bodyText = page => page.evaluate(() => document.body.innerText)

/** The title changes to the profile's name when the import is done. */
async function imported({page, errors}) {
  for (const end = Date.now() + limit; Date.now() < end; await page.waitForTimeout(50))
    if (errors.length || (await page.title()) !== 'speedscope') return
  errors.push('not imported')
}

/** Which profile is shown, from 0: the toolbar says "NAME (i/n)" unless there is but one. */
async function position(page) {
  const found = /\((\d+)\/\d+\)$/m.exec(await bodyText(page))
  return found ? found[1] - 1 : 0
}

/** The rows that `wanted` picks, when there are some and they have come to rest. */
async function rowsAtRest(page, wanted) {
  let before = ''
  for (const end = Date.now() + limit; Date.now() < end; await page.waitForTimeout(pause)) {
    const rows = (await page.evaluate(readRows)).filter(wanted)
    const now = JSON.stringify(rows)
    if (rows.length && now === before) return rows
    before = now
  }
  return []
}

/** Goes from the profile that is shown to the one at `index`. */
async function show(page, index) {
  for (const end = Date.now() + limit; Date.now() < end; await page.waitForTimeout(pause)) {
    const at = await position(page)
    if (at === index) return
    await page.keyboard.press(at < index ? 'n' : 'p')
  }
}

report(async (result, onClose) => {
  const at = '/profile/' + path.basename(file)
  const server = onClose(await serve(release, {[at]: file}))
  const url = server.url + '#profileURL=' + encodeURIComponent(at)
  const isError = text => failure.test(text)
  const view = onClose(await open(url, {args: webgl, height: 1600, isError}))
  const {page, errors} = view
  result.errors = errors
  await imported(view)
  const text = await bodyText(page)
  if (failure.test(text)) errors.push(text.trim().slice(0, 200))
  if (errors.length) return
  result.title = await page.title()
  result.active = await position(page)

  await page.keyboard.press('t') // opens the selector
  const selector = await rowsAtRest(page, inSelector)
  result.profiles = selector.map(row => row.slice(1))
  await page.keyboard.press('Escape')

  await page.getByText('Sandwich').first().click()
  result.tables = []
  for (let i = 0; i < selector.length; i++) {
    await show(page, i)
    result.tables.push(await rowsAtRest(page, row => !inSelector(row)))
    if (picture && i === 0) await page.screenshot({path: picture})
  }
})
