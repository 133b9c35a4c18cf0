import { readFileSync } from 'node:fs'
import type { JobDb } from '../../src/store/db/db.js'
import { withOwnConnection } from '../../src/store/db/own-connection.js'

const SNAPSHOT = readFileSync(new URL('../store/db/schema-0.1.0.sql', import.meta.url), 'utf8')

/** Gives a database the schema, the rows and the migration names that release 0.1.0 made from empty. */
export const becomeRelease010 = (db: JobDb): Promise<unknown> =>
  withOwnConnection(db, (connection) =>
    connection.query(`set client_min_messages = warning; set check_function_bodies = off;
      drop schema public cascade; create schema public;
      ${SNAPSHOT}`),
  )
