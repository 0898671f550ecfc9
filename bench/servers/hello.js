// The least that Apollo Server on Fastify can be: one field, one constant, nothing around it.
import { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify from 'fastify';

const app = Fastify();
const server = new ApolloServer({
  typeDefs: 'type Query { hello: String! }',
  resolvers: { Query: { hello: () => 'hello' } },
});
await server.start();
app.post('/graphql', fastifyApolloHandler(server));
const address = await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 0) });
process.send?.(`${address}/graphql`);
