import { shareCluster, stopCluster } from './database.js'

/** In a run of several processes the server starts before them, else with the first test that wants a database. */
export const mochaGlobalSetup = async (): Promise<void> => {
  if (process.argv.includes('--parallel')) await shareCluster()
}

export const mochaGlobalTeardown = stopCluster
