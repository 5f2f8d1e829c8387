import { createDOMRenderer, RendererProvider } from "@fluentui/react-components";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiProblem, timesSignedOut } from "./api/call-api.ts";
import { App } from "./app.tsx";
import { startI18n } from "./i18n/start-i18n.ts";

/** The server writes a new nonce into every page; without it the policy would drop each style that Griffel adds. */
const nonce = document.querySelector<HTMLElement>("meta[property=csp-nonce]")?.nonce;
const renderer = createDOMRenderer(document, nonce ? { styleElementAttributes: { nonce } } : {});

const client: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      // What the server refused will be refused again; what did not arrive may.
      retry: (failures, error) =>
        error instanceof ApiProblem && (error.status === 0 || error.status >= 500) && failures < 1,
    },
  },
});

// The session is over: the page stays where it is, and asks to sign in again.
timesSignedOut.subscribe(() => client.setQueryData(["me"], null));

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
await startI18n();
createRoot(root).render(
  <StrictMode>
    <RendererProvider renderer={renderer}>
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </RendererProvider>
  </StrictMode>,
);
