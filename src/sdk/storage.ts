/** Where the SDK remembers what must survive a restart: answers under way, their files, prompts that are up. */
export interface BeckonStorage {
  get(key: string): Promise<string | Blob | undefined>;
  /** Durable when it resolves: an answer is stored before it is sent. */
  set(key: string, value: string | Blob): Promise<void>;
  delete(key: string): Promise<void>;
  keys(): Promise<string[]>;
}

/** Remembers until the page or process ends. A restart then loses uploads under way, and the server ends them in time. */
export function memoryStorage(): BeckonStorage {
  const values = new Map<string, string | Blob>();
  return {
    get: async (key) => values.get(key),
    set: async (key, value) => void values.set(key, value),
    delete: async (key) => void values.delete(key),
    keys: async () => [...values.keys()],
  };
}

/** The part of IndexedDB that is used here: the SDK also compiles where browsers' types are absent. */
interface Opening<Result> {
  readonly result: Result;
  readonly error: unknown;
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
}
interface ObjectStore {
  get(key: string): Opening<string | Blob | undefined>;
  put(value: string | Blob, key: string): Opening<unknown>;
  delete(key: string): Opening<unknown>;
  getAllKeys(): Opening<string[]>;
}
interface Transaction {
  objectStore(name: string): ObjectStore;
  readonly error: unknown;
  commit?(): void;
  oncomplete: (() => void) | null;
  onabort: (() => void) | null;
}
interface Database {
  onclose: (() => void) | null;
  createObjectStore(name: string): unknown;
  transaction(store: string, mode: "readonly" | "readwrite"): Transaction;
}
interface DatabaseFactory {
  open(name: string): Opening<Database> & { onupgradeneeded: (() => void) | null };
}

/**
 * Remembers in the browser's IndexedDB, files included, across reloads.
 *
 * @param name the database; one for each app on an origin
 */
export function indexedDbStorage(name = "beckon"): BeckonStorage {
  const STORE = "values";
  let opened: Promise<Database> | undefined;

  function open(): Promise<Database> {
    return new Promise((resolve, reject) => {
      const opening = (globalThis as unknown as { indexedDB: DatabaseFactory }).indexedDB.open(name);
      opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
      opening.onsuccess = () => {
        // The browser may close it, as when it runs out of room: it is opened anew.
        opening.result.onclose = () => (opened = undefined);
        resolve(opening.result);
      };
      opening.onerror = () => reject(opening.error);
    });
  }

  async function run<Result>(mode: "readonly" | "readwrite", ask: (store: ObjectStore) => Opening<Result>) {
    opened ??= open();
    const database = await opened.catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return new Promise<Result>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const asked = ask(transaction.objectStore(STORE));
      // Not left to the page, which may be gone before the browser would ask it: a page that is left could store nothing.
      transaction.commit?.();
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  return {
    get: (key) => run("readonly", (store) => store.get(key)),
    set: async (key, value) => void (await run("readwrite", (store) => store.put(value, key))),
    delete: async (key) => void (await run("readwrite", (store) => store.delete(key))),
    keys: () => run("readonly", (store) => store.getAllKeys()),
  };
}
