import express, { type RequestHandler, Router } from 'express';

/** The built client. Vite names its assets by their contents, so they never change; the page itself is always asked for. */
export function serveClient(clientDir: string): Router {
  const router = Router();
  const assets = { immutable: true, maxAge: '1y', index: false } as const;
  router.use('/assets', express.static(`${clientDir}/assets`, assets));
  router.use(express.static(clientDir, { index: false, maxAge: 0 }));
  router.use(servePage(clientDir));
  return router;
}

/** Every path that a person may stand at is the same page: the client reads the address. */
function servePage(clientDir: string): RequestHandler {
  return (request, response, next) => {
    const wantsPage = request.method === 'GET' && request.accepts('html') && !/\.\w+$/.test(request.path);
    if (!wantsPage) return next();
    const options = { root: clientDir, cacheControl: false, headers: { 'Cache-Control': 'no-cache' } };
    response.sendFile('index.html', options, (error) => {
      if (error && !response.headersSent) next(error);
    });
  };
}
