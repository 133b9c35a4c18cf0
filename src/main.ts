/** `npm start` runs `hub demo`. */
process.argv.splice(2, 0, 'demo')
await import('./cli.js')
