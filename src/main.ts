/** `npm start`: the demo, which is the `hub` command under another name. */
process.argv.splice(2, 0, 'demo')
await import('./cli.js')
