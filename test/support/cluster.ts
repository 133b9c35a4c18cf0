import { closeBrowser } from './browser.js'
import { shareCluster, stopCluster } from './database.js'

/** With parallel processes, the database server starts before them; otherwise with the first test that needs a database. */
export const mochaGlobalSetup = async (): Promise<void> => {
  if (process.argv.includes('--parallel')) await shareCluster()
}

/** Mocha calls this in the main process only. Each parallel process closes its browser when it exits. */
export const mochaGlobalTeardown = async (): Promise<void> => {
  await closeBrowser()
  await stopCluster()
}
