import { useQuery } from "@tanstack/react-query";
import { collectorsQuery } from "#console/api/queries.ts";

/** What apps call a collector, by its name: the label that most installations give it. The name where none does. */
export function useCollectorLabel(): (name: string) => string {
  const { data } = useQuery(collectorsQuery);
  return (name) => data?.find((known) => known.name === name)?.labels[0] ?? name;
}
