/** What `bench accept` is measured against: Express 5, a JSON body, one INSERT through pg, 202. Nothing else. */
import type { AddressInfo } from "node:net";
import { randomUUID } from "node:crypto";
import express from "express";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env["DATABASE_URL"], max: 10 });
await pool.query(
  "create table if not exists bare_insert (id uuid primary key, ticket_id uuid not null, body jsonb not null, created_at timestamptz not null default now())",
);
const app = express();
app.use(express.json());
app.post("/v1/tickets/:ticketId/log-requests", async (request, response) => {
  const id = randomUUID();
  await pool.query({
    name: "bare-insert",
    text: "insert into bare_insert (id, ticket_id, body) values ($1, $2, $3)",
    values: [id, request.params.ticketId, JSON.stringify(request.body)],
  });
  response.status(202).json({ id });
});
const server = app.listen(0, "127.0.0.1", () =>
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
