import { type Api, callApi } from "../../http/client";
import type { Connection } from "../../model/connection";
import type { Probe, Probes } from "../../model/probe";
import type { Service } from "./client";
import { serviceVersions } from "./schemas";
import { volumeSnapshotPage } from "./virtualserver/schemas";

/** Status words of a version that the service still answers. */
const answered = ["CURRENT", "SUPPORTED"];

/**
 * Probe of a service's versions, which its root lists without a signature.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/api-common
 */
function versionProbe(api: Api, connection: Connection, service: Service): Probe {
  const version = connection.fields[`${service}Version`] ?? "";
  const root = { ...api, baseUrl: api.baseUrl.replace(/\/v\d+$/, ""), headers: () => ({}) };
  return {
    async ask(scope) {
      const { data, serverTimeMs } = await callApi(
        root,
        {
          operation: "list versions of",
          target: `the ${service} service`,
          method: "GET",
          path: "",
          expect: serviceVersions,
        },
        scope,
      );
      const known = data.versions.find(({ id }) => id === `v${version}`);
      const usable = data.versions.filter(({ status }) => answered.includes(status)).map(({ id }) => id.slice(1));
      const set = `set another one with "pulumi config set --path --type string snapshots:${connection.name}.${service}Version <version>": ${usable.join(", ")}`;
      if (known === undefined) {
        return { serverTimeMs, settled: {}, problems: { version: `${service} has no version ${version}; ${set}` } };
      }
      const until = known.not_before == null ? "" : ` not before ${known.not_before}`;
      const end = answered.includes(known.status) && until === "" ? "" : `, which may end${until}; ${set}`;
      return { serverTimeMs, settled: { version: `${service} ${version} is ${known.status.toLowerCase()}${end}` } };
    },
  };
}

/** Probes of Samsung Cloud Platform: the versions of its services, and one page of snapshots of all volumes. */
export function probesOf(services: Readonly<Record<Service, Api>>, connection: Connection): Probes {
  const names: readonly Service[] = ["virtualserver", "backup", "filestorage"];
  return {
    questions: [
      ...names.map((service) => versionProbe(services[service], connection, service)),
      {
        async ask(scope) {
          const { serverTimeMs } = await callApi(
            services.virtualserver,
            {
              operation: "list snapshots",
              method: "GET",
              path: "/snapshots",
              query: { limit: 1 },
              expect: volumeSnapshotPage,
            },
            scope,
          );
          const plan = "the credential may list the snapshots of volumes; what else it may do is not shown";
          return { serverTimeMs, settled: { credential: "the pair of keys is accepted", plan } };
        },
      },
    ],
    unknowable: {},
  };
}
