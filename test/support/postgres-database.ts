import { Client } from "pg";
import { testServers, uniqueName } from "./servers.ts";

/** A database without any table, for tests of what makes the tables. */
export async function emptyDatabase(): Promise<string> {
  const url = new URL(testServers().postgresUrl);
  const name = uniqueName("empty").replace("-", "_");
  const client = new Client({ connectionString: url.href });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  url.pathname = `/${name}`;
  return url.href;
}
