// node speedscope_schema.mjs FILE
// Validates a file against the JSON schema in the speedscope package: {errors: [text]}.
import fs from 'node:fs'
import zlib from 'node:zlib'
import {report, require} from './browser.mjs'

const Ajv = require('ajv')
const schemaFile = require.resolve('speedscope/dist/release/file-format-schema.json')

report(async result => {
  const raw = fs.readFileSync(process.argv[2])
  const text = raw[0] === 0x1f && raw[1] === 0x8b ? zlib.gunzipSync(raw) : raw
  const schema = JSON.parse(fs.readFileSync(schemaFile, 'utf8'))
  const valid = new Ajv({strict: false}).compile(schema)
  if (!valid(JSON.parse(text.toString('utf8'))))
    result.errors = valid.errors.map(e => `${e.instancePath} ${e.message}`)
})
