// A minimal Node.js server: a constant from node:http.
import { createServer } from 'node:http';

const server = createServer((_request, response) => response.end('hello'));
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1');
