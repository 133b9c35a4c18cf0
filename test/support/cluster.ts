import { stopCluster } from './database.js'

/** The server starts with the first test that wants a database, and stops with the run. */
export const mochaHooks = { afterAll: stopCluster }
