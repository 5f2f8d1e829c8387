import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { join, resolve } from "node:path";
import { startChildServer, type ChildServer } from "./child-server.ts";
import { findPackage } from "./find-package.ts";
import { onFreePort } from "./free-port.ts";

/** Azurite's one account and its key, the same on every machine: learn.microsoft.com/azure/storage/common/storage-use-azurite. */
const ACCOUNT_NAME = "devstoreaccount1";
const ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

export type EmbeddedAzurite = {
  /** Of the account, without a slash at the end. */
  url: string;
  accountName: string;
  accountKey: string;
  connectionString: string;
  port: number;
  pid: number;
  /** Ends the server; the data stays. May be called twice. */
  stop: () => Promise<void>;
};

/**
 * Starts Azurite's blob service on 127.0.0.1, in half a second (the first time in a clone one and a half). What a killed
 * process left running on that folder is ended first.
 *
 * @param options.dataDir made when missing.
 * @param options.port 0, the default, takes any free one.
 * @param options.oauth takes user delegation keys as well, and so speaks https, with this certificate for 127.0.0.1.
 * @param options.log told what was cleaned up.
 * @throws Error with Azurite's last lines and the next step.
 */
export async function startAzurite({
  dataDir: givenDataDir,
  port = 0,
  oauth,
  log,
}: {
  dataDir: string;
  port?: number;
  oauth?: { certFile: string; keyFile: string };
  log?: (line: string) => void;
}): Promise<EmbeddedAzurite> {
  // The server's working folder is not ours.
  const dataDir = resolve(givenDataDir);
  const location = join(dataDir, "blobs");
  await mkdir(location, { recursive: true });
  const azurite = findAzurite();
  const certificate = oauth && readFileSync(oauth.certFile);
  let address: string | undefined;
  const start = (): Promise<ChildServer> =>
    startChildServer({
      name: "Azurite",
      stateDir: dataDir,
      command: () => ({
        program: process.execPath,
        args: [
          "--import",
          keepCompiledCode(azurite),
          join(azurite, "dist/src/blob/main.js"),
          "--location",
          location,
          "--blobPort",
          String(port),
          "--silent",
          // The SDK speaks a newer service version than the emulator knows of.
          "--skipApiVersionCheck",
          "--disableTelemetry",
          ...(oauth ? ["--oauth", "basic", "--cert", oauth.certFile, "--key", oauth.keyFile] : []),
        ],
        marker: `--location ${location} `,
      }),
      isReady: async (child) => {
        address ??= /successfully listens on (https?:\/\/\S+)/.exec(child.log())?.[1];
        return address !== undefined && (await answers(address, certificate));
      },
      nextStep: `If its data is of no more use, delete ${dataDir} and start again.`,
      log,
    });
  const server = await (port === 0 ? start() : onFreePort({ port }, start));
  if (address === undefined) throw new Error("Azurite is ready without an address");
  const url = `${address}/${ACCOUNT_NAME}`;
  return {
    url,
    accountName: ACCOUNT_NAME,
    accountKey: ACCOUNT_KEY,
    connectionString: `DefaultEndpointsProtocol=${oauth ? "https" : "http"};AccountName=${ACCOUNT_NAME};AccountKey=${ACCOUNT_KEY};BlobEndpoint=${url};`,
    port: Number(new URL(address).port),
    pid: server.pid,
    stop: server.stop,
  };
}

function findAzurite(): string {
  const folder = findPackage("azurite");
  if (folder !== undefined) return folder;
  throw new Error(
    "Azurite is not installed. Run npm ci without --omit=dev, or set the address of a Blob Storage of yours.",
  );
}

/** A module that makes Node keep what it compiled: Azurite loads so much that its start takes 1.5 s without and 0.5 s with it. */
function keepCompiledCode(azurite: string): string {
  // In the clone and not in the temporary folder, where anyone could put code for us to run.
  const folder = join(azurite, "../.cache/beckon-azurite");
  return `data:text/javascript,${encodeURIComponent(`import { enableCompileCache } from 'node:module'; enableCompileCache(${JSON.stringify(folder)});`)}`;
}

function answers(address: string, certificate: Buffer | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const request = certificate
      ? requestHttps(address, { ca: certificate, agent: false })
      : requestHttp(address, { agent: false });
    request.once("response", (response) => {
      response.resume();
      resolve(true);
    });
    request.once("error", () => resolve(false));
    request.end();
  });
}
