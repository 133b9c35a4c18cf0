/** The routes of the server, for the test that compares the OpenAPI description with it. */
import type { Express } from 'express'

// biome-ignore lint/suspicious/noExplicitAny: express describes no layers
type Layer = any

/** HEAD is answered wherever GET is. */
export const METHODS = ['get', 'post', 'put', 'patch', 'delete']

/** Paths at which routers are mounted, the root included. */
const MOUNTS = ['', '/desk', '/v1', '/data', '/my']
/** Returns the routes as `method path`, without those of `all`, which only refuse other methods. */
export const routesOf = (app: Express): string[] => {
  const found = (stack: Layer[], at: string): string[] =>
    stack.flatMap((layer) => {
      const { route, handle } = layer
      if (route === undefined) {
        const mount = layer.slash || layer.match('/') ? '' : MOUNTS.find((one) => one !== '' && layer.match(one))
        return handle?.stack ? found(handle.stack, at + (mount ?? '?')) : []
      }
      if (route.methods.patch && route.methods.delete) return []
      const methods = Object.keys(route.methods).filter((method) => METHODS.includes(method))
      const named = (path: string) => `${at}${path.replace(/:(\w+)/g, '{$1}').replace(/\{\*(\w+)\}/g, '{$1}')}`
      return [route.path].flat().flatMap((path: string) => methods.map((method) => `${method} ${named(path)}`))
    })
  return found((app as Layer).router.stack, '')
}
